// sdkEncData: a message to the holder of a public key.
#include "core/json.h"
#include "jose/concat_kdf.h"
#include "jose/jwe.h"
#include "jose/jwk.h"

namespace coffer::jose {
namespace {

// The members in the order of EMVCo's published samples: alg, kid, epk, enc.
std::string header_of(std::string_view alg, std::string_view kid, std::string_view epk,
                      Encryption encryption) {
  std::string out = R"({"alg":")";
  out.append(alg).append("\"");
  if (!kid.empty()) out.append(R"(,"kid":)").append(core::json_quoted(kid));
  if (!epk.empty()) out.append(R"(,"epk":)").append(epk);
  out.append(R"(,"enc":")").append(name(encryption)).append("\"}");
  return out;
}

}  // namespace

// Draws: the content key, the IV, the seed of OAEP.
std::string encrypt_rsa_oaep_256(const crypto::RsaPublicKey& key, Encryption encryption,
                                 std::string_view kid, std::string_view plaintext,
                                 crypto::Random& random) {
  const core::Secret cek = random.secret(key_octets(encryption));
  const std::string iv = random.octets(iv_octets(encryption));
  return seal(header_of("RSA-OAEP-256", kid, {}, encryption), encryption, cek, iv, plaintext,
              key.encrypt_oaep(cek.reveal(), random));
}

// Draws: the private key of epk, the IV.
std::string encrypt_ecdh_es(const crypto::P256Point& key, std::string_view directory_server_id,
                            Encryption encryption, std::string_view kid, std::string_view plaintext,
                            crypto::Random& random, Derivation derivation) {
  const crypto::P256Key once = crypto::P256Key::generate(random);
  const core::Secret z = crypto::agree(once, key);
  const std::size_t octets = key_octets(encryption);
  // EMV derives 32 octets whatever the encryption; A128GCM takes the leftmost 16 of them.
  const core::Secret cek =
      derivation == Derivation::kRfc7518
          ? concat_kdf(z, name(encryption), {}, {}, octets)
          : core::Secret(emv_kdf(z, directory_server_id).reveal().substr(0, octets));
  const std::string iv = random.octets(iv_octets(encryption));
  return seal(header_of("ECDH-ES", kid, public_jwk(once.point()), encryption), encryption, cek, iv,
              plaintext);
}

}  // namespace coffer::jose
