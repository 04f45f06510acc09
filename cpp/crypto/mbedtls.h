// Small owners around mbedTLS's structures. What 2.28 and 3.6 have in common is used everywhere;
// the fields that 3.6 marks as private keep their names there and are opened here, once: so no
// other file of this layer includes a header of mbedTLS's that has such fields.
#pragma once

#define MBEDTLS_ALLOW_PRIVATE_ACCESS

#include <mbedtls/aes.h>
#include <mbedtls/bignum.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/gcm.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/version.h>

#include <string>
#include <string_view>

#include "core/error.h"
#include "crypto/random.h"

namespace coffer::crypto {

inline const unsigned char* octets(std::string_view text) noexcept {
  return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}
inline unsigned char* octets(std::string& text) noexcept {
  return static_cast<unsigned char*>(static_cast<void*>(text.data()));
}

// For calls that fail only without memory or with a crippled mbedTLS.
inline void require(int result, const char* what) {
  if (result != 0) {
    throw core::Error(30005, std::string("mbedTLS could not ") + what +
                                 "; check its installation and the free memory");
  }
}

template <typename Context, void (*init)(Context*), void (*release)(Context*)>
class Owned {
 public:
  Owned() noexcept { init(&context_); }
  ~Owned() { release(&context_); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  Context* get() noexcept { return &context_; }
  const Context* get() const noexcept { return &context_; }
  Context* operator->() noexcept { return &context_; }

 private:
  Context context_;
};

using Mpi = Owned<mbedtls_mpi, mbedtls_mpi_init, mbedtls_mpi_free>;
using Point = Owned<mbedtls_ecp_point, mbedtls_ecp_point_init, mbedtls_ecp_point_free>;
using Group = Owned<mbedtls_ecp_group, mbedtls_ecp_group_init, mbedtls_ecp_group_free>;
using Pk = Owned<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;

// The generator in mbedTLS's form; `random` is a Random*.
inline int draw(void* random, unsigned char* data, std::size_t size) noexcept {
  try {
    static_cast<Random*>(random)->fill(data, size);
    return 0;
  } catch (...) {
    return MBEDTLS_ERR_ECP_RANDOM_FAILED;
  }
}

// The one call whose parameters differ between 2.28 and 3.6. PEM must end in a NUL that `size`
// counts.
inline int parse_private(Pk& pk, const unsigned char* key, std::size_t size,
                         std::string_view password) {
  const unsigned char* const secret = password.empty() ? nullptr : octets(password);
#if MBEDTLS_VERSION_MAJOR >= 3
  SystemRandom random;
  return mbedtls_pk_parse_key(pk.get(), key, size, secret, password.size(), draw, &random);
#else
  return mbedtls_pk_parse_key(pk.get(), key, size, secret, password.size());
#endif
}

}  // namespace coffer::crypto
