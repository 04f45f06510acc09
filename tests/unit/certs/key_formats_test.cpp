// Keys in JSON and XML: the examples of the standards, and numbers that do not belong together.
#include <doctest/doctest.h>

#include <string>

#include "certs/store.h"
#include "core/error.h"
#include "core/text.h"
#include "jose/base64url.h"
#include "store_vectors.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace jose = coffer::jose;
using certs::StoreType;

namespace {

// RFC 7517 appendix A.2.
const std::string kEc =
    R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
    R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",)"
    R"("d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"})";
// RFC 8037 appendix A.1.
const std::string kOkp =
    R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
    R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

std::vector<certs::Entry> read(const std::string& store, StoreType type) {
  return certs::read_store(store, type, core::Secret());
}

std::int32_t code_of(const std::string& store, StoreType type) {
  try {
    read(store, type);
    return 0;
  } catch (const core::Error& error) {
    return error.code();
  }
}

std::string altered(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string element(const std::string& name, const std::string& base64url) {
  const std::string octets = jose::decode_base64url(base64url).value();
  return "<" + name + ">" +
         core::base64(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()) + "</" +
         name + ">";
}

// A key of 1024 bits: small, and not for use.
const std::string kRsa =
    R"({"kty":"RSA","e":"AQAB","n":"xya1sWA1EU1-)"
    R"(T88Kxz7PnwOgoKzBiaOOrYLdLO_i1cg8NYfHhPU9GGgLigSKrkdHmDJGTFPK_gDM_CW4duJC-QyrqcKa)"
    R"(NOGcRJEoioOh34AEmQWF6b6_Ed1I-67idnz73vIu8z08BLJAcSY7KFRMMuyrlQ5oNat-)"
    R"(4BXV9EWaThc","p":"5DJLCJvug3hlAQPh1hvux6K8bZDedEjf0HF3bpzuiespm8mtl403pZPHO7ktO1)"
    R"(FZfzTjhUolQxO0tS9dD7mUVw","q":"32p2XLFrumVbTyK2nHtwW9bXiCfvO17Fqn4Q7XremU2RIVEIh)"
    R"(BnpEJWhQ8bKXqT0styGxN1td-nZa9amWHr8QQ","d":"dU1ds-6hE2H7xnKDPLzIejcew8U98h5-)"
    R"(icENGczqZVWd8UHayXvR0rBmK5NlRCYEC6eBNLAeXuKF2vc04gF_xDwqJb_e5uGP9EJ-)"
    R"(LODQuK7Jy990xtQ0zchYO89GQ931TTxegWtoUalIv_XFSHxY33LyH8Kc99yFr4pteMhPhwE"})";

// A member of it.
std::string number(const std::string& name) {
  const std::size_t at = kRsa.find("\"" + name + "\":\"") + name.size() + 4;
  return kRsa.substr(at, kRsa.find('"', at) - at);
}

}  // namespace

TEST_CASE("JSON Web Keys") {
  for (const StoreType type : {StoreType::kJwkBlob, StoreType::kAuto}) {
    const auto ec = read(kEc, type);
    REQUIRE(ec.size() == 1);
    CHECK(ec.front().private_form == certs::PrivateForm::kSec1);
    CHECK(ec.front().public_key.has_value());
    const auto okp = read(kOkp, type);
    REQUIRE(okp.size() == 1);
    CHECK(okp.front().private_form == certs::PrivateForm::kPkcs8);
    const auto both = read("{\"keys\":[" + kOkp + "," + kEc + "]}", type);
    REQUIRE(both.size() == 2);
    CHECK(both[1].public_octets == ec.front().public_octets);
  }
  const std::string alone =
      altered(kEc, ",\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"", "");
  CHECK(read(alone, StoreType::kJwkBlob).front().private_key.empty());
}

TEST_CASE("RSA keys with and without their primes") {
  const auto whole = read(kRsa, StoreType::kJwkBlob);
  REQUIRE(whole.size() == 1);
  CHECK(whole.front().private_form == certs::PrivateForm::kPkcs1);
  std::string bare = altered(kRsa, ",\"p\":\"" + number("p") + "\"", "");
  bare = altered(bare, ",\"q\":\"" + number("q") + "\"", "");
  // The primes come out in any order.
  const auto found = read(bare, StoreType::kJwkBlob);
  CHECK(found.front().public_octets == whole.front().public_octets);
  CHECK(found.front().private_form == certs::PrivateForm::kPkcs1);
  // An exponent that is another key's, in each form.
  const std::string d = number("d");
  const std::string other = altered(d, d.substr(0, 4), "AAAA");
  CHECK(code_of(altered(kRsa, d, other), StoreType::kJwkBlob) == 271);
  CHECK(code_of(altered(bare, d, other), StoreType::kJwkBlob) == 271);
  const std::string der = whole.front().private_key.reveal();
  CHECK(read(der, StoreType::kPemKeyBlob).size() == 1);
  CHECK(code_of(altered(der, *jose::decode_base64url(d), *jose::decode_base64url(other)),
                StoreType::kPemKeyBlob) == 271);
  const std::string xml = "<RSAKeyValue>" + element("Modulus", number("n")) +
                          element("Exponent", "AQAB") + element("D", d) + "</RSAKeyValue>";
  CHECK(read(xml, StoreType::kXmlBlob).front().private_form == certs::PrivateForm::kPkcs1);
}

TEST_CASE("JSON Web Keys that are none") {
  for (const std::string& text : {
           altered(kEc, "870MB6", "870MB7"),  // another d: not the point's
           altered(kEc, "MKBCTN", "MKBCTM"),  // not on the curve
           altered(kEc, "P-256", "P-257"),
           altered(kEc, "MKBCTN", "MKB=TN"),
           altered(kEc, "\"EC\"", "\"oct\""),
           altered(kOkp, "nWGxne", "nWG"),
           std::string("{}"),
           std::string("{\"kty\":\"RSA\",\"n\":\"AQAB\"}"),
           std::string("{\"keys\":[]}"),
           std::string("{"),
           std::string("[]"),
       }) {
    CAPTURE(text);
    CHECK(code_of(text, StoreType::kJwkBlob) == 271);
  }
}

TEST_CASE("a JSON Web Key with its certificate") {
  const std::string certificate = store_vectors::kCertificate;
  const auto der = certs::read_encoded(certificate).certificate->der();
  const auto point = certs::read_encoded(certificate).public_key;
  const auto& p256 = std::get<coffer::crypto::P256Point>(*point);
  const std::string jwk = R"({"kty":"EC","crv":"P-256","x":")" + jose::base64url(p256.x()) +
                          R"(","y":")" + jose::base64url(p256.y()) + R"(","x5c":[")" + certificate +
                          "\"]}";
  const auto entries = read(jwk, StoreType::kJwkBlob);
  REQUIRE(entries.size() == 1);
  CHECK(entries.front().certificate->der() == der);
  // Another key's certificate.
  CHECK(code_of(altered(kEc, "{", "{\"x5c\":[\"" + certificate + "\"],"), StoreType::kJwkBlob) ==
        271);
}

TEST_CASE("keys in XML") {
  const auto jwk = [](const std::string& name) {
    const std::size_t at = kEc.find("\"" + name + "\":\"") + name.size() + 4;
    return kEc.substr(at, kEc.find('"', at) - at);
  };
  const std::string point = jose::base64url("\x04" + *jose::decode_base64url(jwk("x")) +
                                            *jose::decode_base64url(jwk("y")));
  const std::string ec =
      "<?xml version=\"1.0\"?><!-- <RSAKeyValue> --><dsig11:ECKeyValue "
      "xmlns:dsig11=\"http://www.w3.org/2009/xmldsig11#\"><dsig11:NamedCurve "
      "URI=\"urn:oid:1.2.840.10045.3.1.7\"/>" +
      element("PublicKey", point) + "</dsig11:ECKeyValue>";
  const std::string expected = read(kEc, StoreType::kJwkBlob).front().public_octets;
  for (const StoreType type : {StoreType::kXmlBlob, StoreType::kAuto}) {
    const auto entries = read(ec, type);
    REQUIRE(entries.size() == 1);
    CHECK(entries.front().public_octets == expected);
    const auto certificate =
        read("<a><X509Certificate>\n" + std::string(store_vectors::kCertificate) +
                 "</X509Certificate></a>",
             type);
    REQUIRE(certificate.size() == 1);
    CHECK(certificate.front().subject() == "CN=ec.example");
  }
  const std::string rsa = "<RSAKeyValue>" + element("Modulus", number("n")) +
                          element("Exponent", "AQAB") + "</RSAKeyValue>";
  CHECK(read(rsa, StoreType::kXmlBlob).front().private_key.empty());
  // A private exponent that is not the key's.
  CHECK(code_of(altered(rsa, "</RSAKeyValue>", element("D", number("n")) + "</RSAKeyValue>"),
                StoreType::kXmlBlob) == 271);
  for (const std::string& text : {
           "<!DOCTYPE a [<!ENTITY b \"c\">]>" + rsa,
           altered(ec, "10045", "10046"),
           altered(rsa, "</Modulus>", "<Modulus></Modulus>"),
           std::string("<RSAKeyValue>"),
           std::string("<a></a>"),
           altered(rsa, "<Modulus>", "<Modulus>!"),
       }) {
    CAPTURE(text);
    CHECK(code_of(text, StoreType::kXmlBlob) == 271);
  }
}
