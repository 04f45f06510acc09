// The fields of the manuals' Certificate type, of an entry of a store.
//
// Threads: free functions, any thread.
#pragma once

#include <cstdint>
#include <string>

#include "certs/store.h"

namespace coffer::certs {

// What is of certificates stays empty for a bare key.
struct Description {
  std::string subject, issuer;
  std::string effective_date, expiration_date;  // "23-Jan-2000 15:00:00"
  std::string serial_number;                    // two digits for each octet, lower case
  std::string version;                          // "V1" to "V3"
  std::string extended_key_usage;               // OIDs with commas
  std::string subject_alt_names;                // host names, addresses, … with commas
  std::int64_t usage_flags = 0;                 // the manual's CertUsageFlags; 0: any use
  std::string usage;                            // the same in words
  std::string signature_algorithm;              // "sha256RSA", else the OID
  std::string thumbprint_md5, thumbprint_sha1, thumbprint_sha256;  // of the certificate's DER

  std::string public_key_algorithm;  // "RSA", "EC", …, else the OID
  std::int64_t public_key_length = 0;
  std::string public_key;    // PEM
  core::Secret private_key;  // PEM, not encrypted
  bool private_key_available = false;
  // Of the certificate's DER; of a bare key what ssh-keygen -l prints: the hash of its form in SSH.
  std::string fingerprint, fingerprint_sha1, fingerprint_sha256;
};

Description describe(const Entry& entry);

// Of seconds since the epoch, in the system's time zone (manual of Client, EffectiveDate).
std::string certificate_date(std::int64_t seconds);

}  // namespace coffer::certs
