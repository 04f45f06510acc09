// What Java and C# share. A language's module file includes this after it has defined, in a %{ %}
// block, the macro
//
//   COFFER_THROW(code, text)   leaves an exception behind that the wrapper's return delivers
//
// and typemaps for what the classes use beside bool, int and long long:
//
//   std::string, const std::string&     text: UTF-8 here; what is not valid must arrive invalid
//                                       (a lone surrogate as its three octets), so that the
//                                       library refuses it with 713; null counts as empty
//   coffer::Bytes, const coffer::Bytes& octets, copied; null counts as empty
//   coffer::BytesView                   octets of an event, valid until the handler returns
//
// then it includes <package>.i, made by capi/apigen/emit_swig.py. Directors are on the listener
// alone: one virtual function an event, which returns false when its handler failed. The binding
// keeps the exception by thread before it returns false, and when an action fails with 30003 throws
// it again in place of that. The listener must outlive the bridge: delete the bridge first.

%{
#include <coffer/coffer.hpp>
#include <exception>
#include <new>
%}

namespace coffer {
class Bytes;
class BytesView;
}  // namespace coffer

// The typemaps of a language make values of these; SWIG is not to make classes of them.
%ignore coffer::Bytes;
%ignore coffer::BytesView;

%exception {
  try {
    $action
  } catch (const coffer::CofferError& failure) {
    COFFER_THROW(failure.code(), failure.what());
    return $null;
  } catch (const std::bad_alloc&) {
    COFFER_THROW(30002, "Out of memory.");
    return $null;
  } catch (const std::exception& failure) {
    COFFER_THROW(30005, failure.what());
    return $null;
  }
}
