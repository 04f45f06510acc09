#include "crypto/key_reader.h"

#include <array>

#include "crypto/mbedtls.h"

namespace coffer::crypto {
namespace {

// mbedTLS takes text for PEM when its last octet is NUL; it counts as a part of it.
constexpr std::string_view kPemMark = "-----BEGIN ";

bool parse(Pk& pk, const core::Secret& text, std::string_view password) {
  const std::string& octets_of = text.reveal();
  const bool pem = octets_of.find(kPemMark) != std::string::npos;
  return parse_private(pk, octets(octets_of), octets_of.size() + (pem ? 1 : 0), password) == 0;
}

std::optional<P256Point> point_of(const mbedtls_ecp_keypair& pair) {
  if (pair.grp.id != MBEDTLS_ECP_DP_SECP256R1) return std::nullopt;
  std::string whole(1 + 2 * kP256Octets, '\0');
  std::size_t size = 0;
  if (mbedtls_ecp_point_write_binary(&pair.grp, &pair.Q, MBEDTLS_ECP_PF_UNCOMPRESSED, &size,
                                     octets(whole), whole.size()) != 0 ||
      size != whole.size()) {
    return std::nullopt;
  }
  const std::string_view view(whole);
  return P256Point::from_coordinates(view.substr(1, kP256Octets), view.substr(1 + kP256Octets));
}

std::optional<RsaPublicKey> rsa_of(const mbedtls_rsa_context& rsa) {
  constexpr std::size_t kExponentOctets = 8;
  std::string n(mbedtls_rsa_get_len(&rsa), '\0');
  std::string e(kExponentOctets, '\0');
  if (mbedtls_rsa_export_raw(&rsa, octets(n), n.size(), nullptr, 0, nullptr, 0, nullptr, 0,
                             octets(e), e.size()) != 0) {
    return std::nullopt;
  }
  return RsaPublicKey::from_parts(n, e);
}

}  // namespace

std::optional<PublicKey> public_key_of(const mbedtls_pk_context& pk) {
  switch (mbedtls_pk_get_type(&pk)) {
    case MBEDTLS_PK_RSA:
      if (auto key = rsa_of(*mbedtls_pk_rsa(pk))) return PublicKey(std::move(*key));
      return std::nullopt;
    case MBEDTLS_PK_ECKEY:
      if (auto key = point_of(*mbedtls_pk_ec(pk))) return PublicKey(std::move(*key));
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<PrivateKey> read_private_key(std::string_view text, const core::Secret& password) {
  Pk pk;
  if (!parse(pk, core::Secret(std::string(text)), password.reveal())) return std::nullopt;
  constexpr std::size_t kMostOctets = 8192;  // an RSA key of 8192 bits needs some 4700
  std::string buffer(kMostOctets, '\0');
  const int size = mbedtls_pk_write_key_der(pk.get(), octets(buffer), buffer.size());
  const core::Secret whole(std::move(buffer));
  if (size <= 0) return std::nullopt;
  // mbedTLS writes at the end of the buffer.
  const auto length = static_cast<std::size_t>(size);
  return PrivateKey{core::Secret(whole.reveal().substr(kMostOctets - length)),
                    public_key_of(*pk.get())};
}

std::optional<P256Key> read_p256_key(const core::Secret& text) {
  Pk pk;
  if (!parse(pk, text, {}) || mbedtls_pk_get_type(pk.get()) != MBEDTLS_PK_ECKEY ||
      mbedtls_pk_ec(*pk.get())->grp.id != MBEDTLS_ECP_DP_SECP256R1) {
    return std::nullopt;
  }
  std::string d(kP256Octets, '\0');
  const int result = mbedtls_mpi_write_binary(&mbedtls_pk_ec(*pk.get())->d, octets(d), d.size());
  const core::Secret scalar(std::move(d));
  if (result != 0) return std::nullopt;
  const auto point = point_of(*mbedtls_pk_ec(*pk.get()));
  if (!point) return std::nullopt;
  return P256Key::from_parts(scalar.reveal(), point->x(), point->y());
}

std::optional<PublicKey> read_public_key(std::string_view text) {
  const std::string terminated(text);
  const bool pem = terminated.find(kPemMark) != std::string::npos;
  Pk pk;
  if (mbedtls_pk_parse_public_key(pk.get(), octets(std::string_view(terminated)),
                                  terminated.size() + (pem ? 1 : 0)) != 0) {
    return std::nullopt;
  }
  return public_key_of(*pk.get());
}

}  // namespace coffer::crypto
