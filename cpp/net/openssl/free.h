// OpenSSL's objects in smart pointers: std::unique_ptr<X509, Free<X509_free>>.
#pragma once

namespace coffer::net {

template <auto Function>
struct Free {
  template <class T>
  void operator()(T* object) const noexcept {
    Function(object);
  }
};

}  // namespace coffer::net
