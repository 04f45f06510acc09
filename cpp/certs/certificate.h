// An X.509 certificate as plain data, read by mbedTLS; where its key or signature is of a kind that
// mbedTLS does not know (Ed25519, DSA), by certs/plain_certificate.h.
//
// Threads: immutable values, any thread; copies share one parsed certificate.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/extensions.h"
#include "crypto/public_key.h"

namespace coffer::certs {

enum class KeyKind { kRsa, kP256, kOther };

class Certificate {
 public:
  // DER of exactly one certificate; nullopt when it is none.
  static std::optional<Certificate> from_der(std::string_view der);

  const std::string& der() const noexcept;
  std::string pem() const;
  // "CN=host, O=\"Some, body\"": in the order of the certificate, UTF-8; a value with a comma or
  // quotation mark is quoted, quotation marks doubled (the manual, CertSubject).
  const std::string& subject() const noexcept;
  const std::string& issuer() const noexcept;
  // Keys for comparing names (core::name_key), and the subject's DER.
  const std::string& subject_key() const noexcept;
  const std::string& issuer_key() const noexcept;
  std::string_view subject_octets() const noexcept;
  std::string_view issuer_octets() const noexcept;
  const std::string& serial() const noexcept;       // hexadecimal, lower case
  std::string_view serial_octets() const noexcept;  // of the INTEGER
  std::int64_t not_before() const noexcept;         // seconds since the epoch
  std::int64_t not_after() const noexcept;
  int version() const noexcept;  // 1 to 3

  KeyKind key_kind() const noexcept;
  std::size_t key_bits() const noexcept;
  // nullopt for kOther and for RSA outside 2048 to 8192 bits.
  const std::optional<crypto::PublicKey>& public_key() const noexcept;
  std::string_view public_octets() const noexcept;  // SubjectPublicKeyInfo, DER
  // The AlgorithmIdentifier of the signature, and the list of extensions, DER.
  std::string_view signature_octets() const noexcept;
  std::string_view extension_octets() const noexcept;

  const Extensions& extensions() const noexcept;

  bool strong_signature() const noexcept;  // SHA-2 of 256 bits or more, not MD5 or SHA-1
  // True when `issuer`'s key made this certificate's signature. False for kinds of signature that
  // mbedTLS does not know.
  bool signed_by(const Certificate& issuer) const;

  bool operator==(const Certificate& other) const noexcept { return der() == other.der(); }
  bool operator!=(const Certificate& other) const noexcept { return der() != other.der(); }

 private:
  struct Data;
  explicit Certificate(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

}  // namespace coffer::certs
