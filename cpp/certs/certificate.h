// An X.509 certificate as plain data, read by mbedTLS.
//
// Threads: immutable values, any thread; copies share one parsed certificate.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/public_key.h"

namespace coffer::certs {

enum class KeyKind { kRsa, kP256, kOther };

// keyUsage (RFC 5280 section 4.2.1.3).
constexpr unsigned kKeyCertSign = 0x04;

class Certificate {
 public:
  // DER of exactly one certificate; nullopt when it is none, or its key is of an unknown kind.
  static std::optional<Certificate> from_der(std::string_view der);

  const std::string& der() const noexcept;
  std::string pem() const;
  // "CN=host, O=\"Some, body\"": in the order of the certificate, UTF-8; a value with a comma or
  // quotation mark is quoted, quotation marks doubled (the manual, CertSubject).
  const std::string& subject() const noexcept;
  const std::string& issuer() const noexcept;
  const std::string& subject_octets() const noexcept;  // DER, for comparing names
  const std::string& issuer_octets() const noexcept;
  const std::string& serial() const noexcept;  // hexadecimal, lower case
  std::int64_t not_before() const noexcept;    // seconds since the epoch
  std::int64_t not_after() const noexcept;
  int version() const noexcept;  // 1 to 3

  KeyKind key_kind() const noexcept;
  std::size_t key_bits() const noexcept;
  // nullopt for kOther and for RSA outside 2048 to 8192 bits.
  const std::optional<crypto::PublicKey>& public_key() const noexcept;

  bool is_ca() const noexcept;                      // basicConstraints
  std::optional<int> path_length() const noexcept;  // intermediates allowed below
  std::optional<unsigned> key_usage() const noexcept;
  const std::string& subject_key_id() const noexcept;    // empty when absent
  const std::string& authority_key_id() const noexcept;  // empty when absent
  bool unknown_critical() const noexcept;  // a critical extension that nothing here understands
  const std::string& name_constraints() const noexcept;  // DER of the extension, empty when absent
  const std::string& alternative_names()
      const noexcept;  // DER of subjectAltName, empty when absent

  bool strong_signature() const noexcept;  // neither MD2, MD4, MD5 nor SHA-1
  // True when `issuer`'s key made this certificate's signature.
  bool signed_by(const Certificate& issuer) const;

  bool operator==(const Certificate& other) const noexcept { return der() == other.der(); }
  bool operator!=(const Certificate& other) const noexcept { return der() != other.der(); }

 private:
  struct Data;
  explicit Certificate(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

}  // namespace coffer::certs
