// How SWIG writes the Java half: package-private classes Native..., text and octets as Java has
// them, no finalizers (coffer.internal.Lifetime frees).

%{
#include "java_values.h"
#define COFFER_THROW(code, text) coffer::java::raise(jenv, code, text)
%}

%pragma(java) jniclassclassmodifiers="final class"
%pragma(java) moduleclassmodifiers="final class"
%pragma(java) jniclasscode=%{
  static {
    coffer.internal.NativeLoader.load();
  }
%}
%rename("Native%s", %$isclass) "";
%typemap(javaclassmodifiers) SWIGTYPE "class"
%typemap(javafinalize) SWIGTYPE ""

%typemap(jni) std::string, const std::string& "jstring"
%typemap(jtype) std::string, const std::string& "String"
%typemap(jstype) std::string, const std::string& "String"
%typemap(javain) const std::string& "$javainput"
%typemap(javaout) std::string {
    return $jnicall;
  }
%typemap(in) const std::string& (std::string text) %{
  if (!coffer::java::text_in(jenv, $input, text)) return $null;
  $1 = &text;
%}
%typemap(out) std::string %{ $result = coffer::java::text_out(jenv, $1); %}

%typemap(jni) coffer::Bytes, const coffer::Bytes&, coffer::BytesView "jbyteArray"
%typemap(jtype) coffer::Bytes, const coffer::Bytes&, coffer::BytesView "byte[]"
%typemap(jstype) coffer::Bytes, const coffer::Bytes&, coffer::BytesView "byte[]"
%typemap(javain) const coffer::Bytes& "$javainput"
%typemap(javaout) coffer::Bytes, coffer::BytesView {
    return $jnicall;
  }
%typemap(in) const coffer::Bytes& (coffer::Bytes octets) %{
  if (!coffer::java::bytes_in(jenv, $input, octets)) return $null;
  $1 = &octets;
%}
%typemap(out) coffer::Bytes, coffer::BytesView %{
  $result = coffer::java::bytes_out(jenv, $1.data(), $1.size());
%}

// The bridge keeps its listener: the director holds it weakly. Whatever is under way in the bridge
// keeps the bridge, because SWIG passes the object along with each call.
%typemap(javacode) SWIGTYPE %{
  Object keep;
  long address() {
    return swigCPtr;
  }
%}
