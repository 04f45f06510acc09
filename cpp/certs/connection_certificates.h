// The Certificate-typed properties that both classes have for their connections.
//
// Threads: any thread at any time.
#pragma once

#include <string_view>

#include "certs/certificate_property.h"

namespace coffer::certs {

class ConnectionCertificates {
 public:
  CertificateProperty own{"SSLCert"};
  CertificateProperty accepted{"SSLAcceptServerCert"};
  CertificateProperty server{"SSLServerCert"};

  // The property and field of a row of the surface ("SSLCert.Subject"); no property for others.
  struct Place {
    CertificateProperty* property = nullptr;
    std::string_view field;
    explicit operator bool() const noexcept { return property != nullptr; }
  };
  Place find(std::string_view row) noexcept {
    const std::size_t dot = row.find('.');
    if (dot == std::string_view::npos) return {};
    const std::string_view name = row.substr(0, dot);
    const std::string_view field = row.substr(dot + 1);
    if (name == "SSLCert") return {&own, field};
    if (name == "SSLAcceptServerCert") return {&accepted, field};
    if (name == "SSLServerCert") return {&server, field};
    return {};
  }

  void clear() {
    own.clear();
    accepted.clear();
    server.clear();
  }
};

}  // namespace coffer::certs
