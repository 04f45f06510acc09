#include "certs/certificate_object.h"

#include "certificate_surface.h"

namespace coffer::certs {

CertificateObject::CertificateObject() : Component(kCertificateInfo) {}

core::Value CertificateObject::compute(int property, int /*index*/) const {
  return certificate_.get(info().properties[property].name);
}

void CertificateObject::after_set(int property, int index) {
  certificate_.set(info().properties[property].name, Component::compute(property, index));
}

void CertificateObject::check_setting(int setting, const std::string& value) const {
  if (setting == kSetThumbprint) CertificateProperty("Certificate").set_thumbprint(value);
}

void CertificateObject::after_set_setting(int setting, int /*index*/) {
  if (setting == kSetThumbprint) certificate_.set_thumbprint(setting_text(kSetThumbprint));
}

}  // namespace coffer::certs
