%module(directors="1", jniclassname="NativeCalls") NativeLibrary
%include "coffer_java.i"
%include "coffer_common.i"
namespace coffer {
std::string version();
}
%include "certs.i"
%include "threeds.i"
