// JSON Web Keys and sets of them (RFC 7517, RFC 7518 section 6, RFC 8037).
#include "certs/keys.h"
#include "certs/store_reader.h"
#include "core/json.h"
#include "core/text.h"
#include "jose/base64url.h"

namespace coffer::certs {
namespace {

using core::JsonView;
using core::Secret;

constexpr std::size_t kMostKeys = 1000;
constexpr std::size_t kMostCertificates = 10;

// A member in base64url; empty when it is absent, 271 when it is something else.
Secret number(const JsonView& jwk, std::string_view name) {
  const JsonView member = jwk[name];
  if (!member) return Secret();
  const auto text = member.string();
  auto decoded = text ? jose::decode_base64url(*text) : std::nullopt;
  if (!decoded) unsupported("the member \"" + std::string(name) + "\" of its JWK is no base64url");
  return Secret(std::move(*decoded));
}

std::optional<Entry> ec_key(const JsonView& jwk) {
  constexpr char kUncompressed = 4;
  const std::string curve = jwk["crv"].string_or("");
  const int bits = curve == "P-256" ? 256 : curve == "P-384" ? 384 : curve == "P-521" ? 521 : 0;
  if (bits == 0) unsupported("the curve \"" + curve + "\" of its JWK is not supported");
  const Secret x = number(jwk, "x");
  const Secret y = number(jwk, "y");
  if (x.reveal().size() != y.reveal().size()) return std::nullopt;
  return ec_entry(bits, std::string(1, kUncompressed) + x.reveal() + y.reveal(),
                  number(jwk, "d").reveal());
}

std::optional<Entry> edwards_key(const JsonView& jwk) {
  const std::string curve = jwk["crv"].string_or("");
  const std::string_view oid = curve == "X25519"    ? "1.3.101.110"
                               : curve == "X448"    ? "1.3.101.111"
                               : curve == "Ed25519" ? "1.3.101.112"
                               : curve == "Ed448"   ? "1.3.101.113"
                                                    : "";
  if (oid.empty()) unsupported("the curve \"" + curve + "\" of its JWK is not supported");
  return edwards_entry(oid, number(jwk, "x").reveal(), number(jwk, "d").reveal());
}

std::optional<Entry> rsa_key(const JsonView& jwk) {
  if (jwk["oth"]) unsupported("RSA keys of more than two primes are not supported");
  const Secret n = number(jwk, "n");
  const Secret e = number(jwk, "e");
  const Secret d = number(jwk, "d");
  const Secret p = number(jwk, "p");
  const Secret q = number(jwk, "q");
  if (n.empty() || e.empty()) return std::nullopt;
  return rsa_entry({n.reveal(), e.reveal(), d.reveal(), p.reveal(), q.reveal()});
}

void read_one(const JsonView& jwk, std::vector<Entry>& out) {
  const std::string kind = jwk["kty"].string_or("");
  std::optional<Entry> key;
  if (kind == "EC") {
    key = ec_key(jwk);
  } else if (kind == "OKP") {
    key = edwards_key(jwk);
  } else if (kind == "RSA") {
    key = rsa_key(jwk);
  } else {
    unsupported("a JWK of the kty \"" + kind + "\" is no key of a certificate");
  }
  if (!key) unsupported("the numbers of its JWK are no " + kind + " key");
  const JsonView chain = jwk["x5c"];
  if (!chain) {
    out.push_back(std::move(*key));
    return;
  }
  std::size_t count = 0;
  for (JsonView one = chain.first(); one && count < kMostCertificates; one = one.next(), ++count) {
    const auto der = jose::decode_base64_lenient(one.string_or(""));
    auto certificate = der ? certificate_of_der(*der) : std::nullopt;
    if (!certificate) unsupported("\"x5c\" of its JWK holds something that is no certificate");
    // RFC 7517 section 4.7: the first one is the key's.
    if (count == 0) {
      if (certificate->public_octets != key->public_octets) {
        unsupported("the first certificate in \"x5c\" of its JWK has another key");
      }
      certificate->private_key = std::move(key->private_key);
      certificate->private_form = key->private_form;
    }
    out.push_back(std::move(*certificate));
  }
}

}  // namespace

std::vector<Entry> read_jwk(std::string_view octets, Unlock& /*unlock*/) {
  constexpr int kCode = 271;
  const std::string_view text = core::trim(octets);
  if (text.empty() || text.front() != '{') return {};
  const core::Document document = core::Document::parse(text, kCode, "JSON Web Key");
  std::vector<Entry> out;
  const JsonView keys = document.root()["keys"];
  if (!keys.is_array()) {
    read_one(document.root(), out);
    return out;
  }
  for (JsonView one = keys.first(); one && out.size() < kMostKeys; one = one.next())
    read_one(one, out);
  keys_first(out);
  return out;
}

}  // namespace coffer::certs
