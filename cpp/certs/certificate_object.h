// The certificate that stands alone, behind the handle coffer_certificate.
//
// Threads: see core::Component.
#pragma once

#include <string>

#include "certs/certificate_property.h"
#include "core/component.h"

namespace coffer::certs {

class CertificateObject final : public core::Component {
 public:
  CertificateObject();

  void select(const std::string& subject) { certificate_.select(subject); }

 protected:
  core::Value compute(int property, int index) const override;
  void after_set(int property, int index) override;
  void check_setting(int setting, const std::string& value) const override;
  void after_set_setting(int setting, int index) override;

 private:
  CertificateProperty certificate_{"Certificate"};
};

}  // namespace coffer::certs
