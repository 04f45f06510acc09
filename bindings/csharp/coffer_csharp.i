// The C# side of the bridge: one internal module, Coffer.Interop, for both classes. What users see
// is made by capi/apigen/emit_csharp.py and stands on top of it.
%module(directors="1") Bridge

%{
#include <coffer/support.hpp>
#include <cstring>

#include "bridge_csharp.h"

#define COFFER_THROW(code, text) coffer::csharp::leave(code, text)
%}

%pragma(csharp) moduleclassmodifiers="internal class"
%pragma(csharp) imclassclassmodifiers="internal class"
%typemap(csclassmodifiers) SWIGTYPE "internal class"
// Nothing here frees by a finalizer: a bridge goes with its BridgeHandle, an event is the library's,
// a listener is deleted after its bridge (src/BridgeHandle.cs).
%typemap(csdisposing, methodname="Dispose", methodmodifiers="internal", parameters="") SWIGTYPE ""
%typemap(csdispose) SWIGTYPE ""
%typemap(csinterfaces) SWIGTYPE ""
%typemap(csbody) SWIGTYPE %{
  private readonly global::System.Runtime.InteropServices.HandleRef swigCPtr;

  internal $csclassname(global::System.IntPtr cPtr, bool cMemoryOwn) {
    swigCPtr = new global::System.Runtime.InteropServices.HandleRef(this, cPtr);
  }

  internal static global::System.Runtime.InteropServices.HandleRef getCPtr($csclassname obj) {
    return obj == null ? new global::System.Runtime.InteropServices.HandleRef() : obj.swigCPtr;
  }
%}

// Errors, and octets that come out, travel by callbacks into the runtime (src/Callbacks.cs).
%{
extern "C" SWIGEXPORT void SWIGSTDCALL coffer_csharp_callbacks(
    coffer::csharp::Leave leave, coffer::csharp::Give text, coffer::csharp::Give octets) {
  coffer::csharp::callbacks() = {leave, text, octets};
}
%}
%pragma(csharp) imclasscode=%{
  // Before the first call of any function of this class.
  internal static readonly bool CallbacksInstalled = global::Coffer.Callbacks.Install();
%}
%typemap(out, null="0", canthrow=1) bool %{ $result = $1; %}
%typemap(out, null="0", canthrow=1) int, long long %{ $result = $1; %}
%typemap(out, null="", canthrow=1) void ""

// Text and octets that go in: one array, its first eight bytes the length, so that it is pinned and
// not copied again, and a NUL inside arrives.
%typemap(ctype) const std::string&, const coffer::Bytes& "const unsigned char*"
%typemap(imtype) const std::string&, const coffer::Bytes& "byte[]"
%typemap(cstype) const std::string& "string"
%typemap(cstype) const coffer::Bytes& "byte[]"
%typemap(csin) const std::string& "global::Coffer.Octets.OfText($csinput)"
%typemap(csin) const coffer::Bytes& "global::Coffer.Octets.Of($csinput)"
%typemap(in) const std::string& (std::string given) %{
  given.assign(coffer::csharp::characters($input), coffer::csharp::size($input));
  $1 = &given;
%}
%typemap(in) const coffer::Bytes& (coffer::Bytes given) %{
  given.assign(coffer::csharp::octets($input),
               coffer::csharp::octets($input) + coffer::csharp::size($input));
  $1 = &given;
%}

// Text and octets that come out are left with the runtime, by thread.
%typemap(ctype, out="void") std::string, coffer::Bytes, coffer::BytesView "void"
%typemap(imtype, out="void") std::string, coffer::Bytes, coffer::BytesView "void"
%typemap(cstype) std::string "string"
%typemap(cstype) coffer::Bytes, coffer::BytesView "byte[]"
%typemap(out, null="", canthrow=1) std::string %{
  coffer::csharp::callbacks().text($1.data(), static_cast<std::int64_t>($1.size()));
%}
%typemap(out, null="", canthrow=1) coffer::Bytes, coffer::BytesView %{
  coffer::csharp::callbacks().octets($1.data(), static_cast<std::int64_t>($1.size()));
%}
%typemap(csout, excode=SWIGEXCODE) std::string {
    $imcall;$excode
    return global::Coffer.Octets.TakeText();
  }
%typemap(csout, excode=SWIGEXCODE) coffer::Bytes, coffer::BytesView {
    $imcall;$excode
    return global::Coffer.Octets.Take();
  }

%include "coffer_common.i"

// A bridge is held by a SafeHandle, which no call in it lets go of, and which deletes bridge and
// listener in this order.
%define COFFER_CLASS(NAMESPACE, CLASS)
%typemap(imtype, out="global::System.IntPtr") NAMESPACE::CLASS##Bridge * "global::Coffer.BridgeHandle"
%typemap(csbody) NAMESPACE::CLASS##Bridge %{
  private readonly global::Coffer.BridgeHandle swigCPtr;

  internal $csclassname(global::System.IntPtr cPtr, bool cMemoryOwn) {
    swigCPtr = new global::Coffer.BridgeHandle(
        cPtr, Bridge.close_##CLASS, Bridge.delete_##CLASS, Bridge.delete_##CLASS##_listener);
  }

  internal global::Coffer.BridgeHandle Handle { get { return swigCPtr; } }
%}
%ignore NAMESPACE::CLASS##Bridge::~CLASS##Bridge;
%enddef

// What a BridgeHandle needs of a class without events.
%define COFFER_OBJECT_DELETERS(NAMESPACE, CLASS)
%inline %{
static void close_##CLASS(void *VOID_INT_PTR) {
  static_cast<NAMESPACE::CLASS##Bridge*>(VOID_INT_PTR)->close();
}
static void delete_##CLASS(void *VOID_INT_PTR) {
  delete static_cast<NAMESPACE::CLASS##Bridge*>(VOID_INT_PTR);
}
static void delete_##CLASS##_listener(void *VOID_INT_PTR) {
  static_cast<void>(VOID_INT_PTR);
}
%}
%enddef

%define COFFER_DELETERS(NAMESPACE, CLASS)
%inline %{
static void close_##CLASS(void *VOID_INT_PTR) {
  static_cast<NAMESPACE::CLASS##Bridge*>(VOID_INT_PTR)->close();
}
static void delete_##CLASS(void *VOID_INT_PTR) {
  delete static_cast<NAMESPACE::CLASS##Bridge*>(VOID_INT_PTR);
}
static void delete_##CLASS##_listener(void *VOID_INT_PTR) {
  delete static_cast<NAMESPACE::CLASS##Listener*>(VOID_INT_PTR);
}
%}
%enddef

COFFER_CLASS(coffer::certs, Certificate)
COFFER_CLASS(coffer::cloudbackup, Office365Backup)
COFFER_CLASS(coffer::threeds, Client)
%include "certs.i"
%include "cloudbackup.i"
%include "threeds.i"
COFFER_OBJECT_DELETERS(coffer::certs, Certificate)
COFFER_DELETERS(coffer::cloudbackup, Office365Backup)
COFFER_DELETERS(coffer::threeds, Client)

%inline %{
static std::string library_version() { return coffer::version(); }
%}
