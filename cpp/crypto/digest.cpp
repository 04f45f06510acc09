#include "crypto/digest.h"

#include <mbedtls/md.h>

#include "core/error.h"
#include "core/text.h"

namespace coffer::crypto {
namespace {

// The generic interface of mbedTLS is the same in 2.28 and 3.6, that of each hash is not.
template <std::size_t size>
std::array<std::uint8_t, size> digest(mbedtls_md_type_t type, std::string_view data) {
  static_assert(size <= MBEDTLS_MD_MAX_SIZE);
  std::array<std::uint8_t, size> out{};
  const mbedtls_md_info_t* const info = mbedtls_md_info_from_type(type);
  const auto* const octets =
      static_cast<const unsigned char*>(static_cast<const void*>(data.data()));
  if (info == nullptr || mbedtls_md_get_size(info) != size ||
      mbedtls_md(info, octets, data.size(), out.data()) != 0) {
    throw core::Error(30005,
                      "The installed mbedTLS cannot compute a hash; install one with SHA-1 "
                      "and SHA-256");
  }
  return out;
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view data) {
  return digest<20>(MBEDTLS_MD_SHA1, data);
}

std::array<std::uint8_t, 32> sha256(std::string_view data) {
  return digest<32>(MBEDTLS_MD_SHA256, data);
}

std::string sha1_hex(std::string_view data) {
  const auto hash = sha1(data);
  return core::hex(hash.data(), hash.size());
}

}  // namespace coffer::crypto
