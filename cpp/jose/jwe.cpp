#include "jose/jwe.h"

#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "crypto/content_cipher.h"
#include "jose/base64url.h"
#include "jose/compact.h"

namespace coffer::jose {
namespace {

constexpr std::size_t kMostHeaderOctets = std::size_t{16} << 10;
constexpr std::size_t kParts = 5;
constexpr std::size_t kSessionKeyOctets = 32;

std::optional<Encryption> encryption_of(const core::JsonView& enc) {
  const auto text = enc.string();
  for (const Encryption one : {Encryption::kA128CbcHs256, Encryption::kA128Gcm}) {
    if (text == name(one)) return one;
  }
  return std::nullopt;
}

ParsedJwe refused(std::string problem) {
  ParsedJwe jwe;
  jwe.problem = std::move(problem);
  return jwe;
}

// `missing` false when the text is no base64url.
bool decode(std::string_view part, std::string& out) {
  auto octets = decode_base64url(part);
  if (!octets) return false;
  out = std::move(*octets);
  return true;
}

}  // namespace

std::string_view name(Encryption encryption) {
  return encryption == Encryption::kA128Gcm ? "A128GCM" : "A128CBC-HS256";
}

std::size_t key_octets(Encryption encryption) {
  return encryption == Encryption::kA128Gcm ? 16 : 32;
}

std::size_t iv_octets(Encryption encryption) {
  return encryption == Encryption::kA128Gcm ? 12 : 16;
}

std::string seal(std::string_view header, Encryption encryption, const core::Secret& cek,
                 std::string_view iv, std::string_view plaintext, std::string_view encrypted_key) {
  std::string out = base64url(header);
  const crypto::Sealed sealed = encryption == Encryption::kA128Gcm
                                    ? crypto::seal_gcm(cek, iv, out, plaintext)
                                    : crypto::seal_cbc_hs256(cek, iv, out, plaintext);
  for (const std::string_view part :
       {encrypted_key, iv, std::string_view(sealed.ciphertext), std::string_view(sealed.tag)}) {
    out += '.';
    out += base64url(part);
  }
  return out;
}

std::string dir_header(Encryption encryption, std::string_view kid) {
  std::string out = R"({"alg":"dir","enc":")";
  out.append(name(encryption)).append(R"(","kid":)").append(core::json_quoted(kid)).append("}");
  return out;
}

SessionKey sdk_to_acs(const core::Secret& cek) {
  if (cek.reveal().size() != kSessionKeyOctets) {
    throw core::Error(30005, "A session key has the wrong length");
  }
  return {cek, core::Secret(cek.reveal().substr(0, kSessionKeyOctets / 2))};
}

SessionKey acs_to_sdk(const core::Secret& cek) {
  if (cek.reveal().size() != kSessionKeyOctets) {
    throw core::Error(30005, "A session key has the wrong length");
  }
  return {cek, core::Secret(cek.reveal().substr(kSessionKeyOctets / 2))};
}

ParsedJwe parse_jwe(std::string_view compact) {
  const auto pieces = parts(compact, kParts);
  if (!pieces) return refused("it does not have five parts");
  const Header header = read_header((*pieces)[0], kMostHeaderOctets);
  if (!header.problem.empty()) return refused(header.problem);
  const core::JsonView root = header.document->root();
  if (root["zip"]) return refused("it is compressed (zip)");
  ParsedJwe jwe;
  jwe.header = header.json;
  const auto alg = root["alg"].string();
  if (!alg) return refused("the header has no alg");
  jwe.alg = *alg;
  const auto encryption = encryption_of(root["enc"]);
  if (!encryption) return refused("enc is neither A128CBC-HS256 nor A128GCM");
  jwe.encryption = *encryption;
  jwe.kid = root["kid"].string();
  jwe.aad = (*pieces)[0];
  if (!decode((*pieces)[1], jwe.encrypted_key) || !decode((*pieces)[2], jwe.iv) ||
      !decode((*pieces)[3], jwe.ciphertext) || !decode((*pieces)[4], jwe.tag)) {
    return refused("a part is not base64url");
  }
  jwe.problem.clear();
  return jwe;
}

std::optional<core::Secret> open_content(const ParsedJwe& jwe, const core::Secret& cek) {
  return jwe.encryption == Encryption::kA128Gcm
             ? crypto::open_gcm(cek, jwe.iv, jwe.aad, jwe.ciphertext, jwe.tag)
             : crypto::open_cbc_hs256(cek, jwe.iv, jwe.aad, jwe.ciphertext, jwe.tag);
}

Opened open_dir(std::string_view compact, const SessionKey& key) {
  Opened out;
  ParsedJwe jwe = parse_jwe(compact);
  out.problem = std::move(jwe.problem);
  out.encryption = jwe.encryption;
  out.kid = std::move(jwe.kid);
  if (!out.problem.empty()) return out;
  if (jwe.alg != "dir") {
    out.problem = "alg is not dir";
  } else if (!jwe.encrypted_key.empty()) {
    out.problem = "the second part is not empty";
  } else if (auto plaintext = open_content(jwe, key.of(jwe.encryption))) {
    out.plaintext = std::move(*plaintext);
  } else {
    out.problem = "it cannot be decrypted with the session key";
  }
  return out;
}

}  // namespace coffer::jose
