// The manual's names for versions, suites, groups and signatures, and what a suite says.
#include <doctest/doctest.h>

#include "core/error.h"
#include "net/negotiated.h"
#include "net/openssl/tls_ciphers.h"
#include "net/openssl/tls_names.h"
#include "net/tls_settings.h"

using namespace coffer;
using net::TransportOptions;

namespace {

net::CipherChoice chosen(const TransportOptions& options) {
  return net::choose_ciphers(options, net::tls_versions(options.enabled_protocols));
}

int code_of(std::string_view name, const std::string& value) {
  try {
    net::check_tls_setting(name, value);
  } catch (const core::Error& error) {
    return error.code();
  }
  return 0;
}

}  // namespace

TEST_CASE("versions") {
  CHECK(net::tls_versions(15360).v12);
  CHECK(net::tls_versions(15360).v13);
  CHECK_FALSE(net::tls_versions(15360).v11);
  CHECK(net::tls_versions(12288 + 192).v10);
  CHECK_FALSE(net::tls_versions(12288 + 192).v12);
  CHECK_THROWS_AS(net::tls_versions(0), core::Error);
  CHECK_THROWS_AS(net::tls_versions(48), core::Error);
}

TEST_CASE("cipher suites by their official names") {
  TransportOptions options;
  CHECK_FALSE(chosen(options).restricted);
  options.cipher_suites = "*";
  CHECK_FALSE(chosen(options).restricted);
  options.cipher_suites =
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;TLS_AES_256_GCM_SHA384; SSL_NO_SUCH_SUITE";
  CHECK(chosen(options).tls12 == "ECDHE-RSA-AES128-GCM-SHA256");
  CHECK(chosen(options).tls13 == "TLS_AES_256_GCM_SHA384");
  options.cipher_suites = "SSL_RSA_WITH_AES_128_CBC_SHA";
  CHECK(chosen(options).tls12 == "AES128-SHA");
  options.enabled_protocols = 12288;
  CHECK_THROWS_AS(chosen(options), core::Error);
}

TEST_CASE("nothing without encryption or a certificate is ever offered") {
  TransportOptions options;
  options.cipher_suites = "TLS_DH_anon_WITH_AES_128_GCM_SHA256;TLS_RSA_WITH_NULL_SHA";
  CHECK_THROWS_AS(chosen(options), core::Error);
  options.cipher_suites = "*";
  options.cipher_list = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
  const net::CipherChoice all = chosen(options);
  CHECK(all.security_level == 0);
  CHECK(all.tls12.find("ECDHE-RSA-AES128-GCM-SHA256") != std::string::npos);
  CHECK(all.tls12.find("ADH") == std::string::npos);
  CHECK(all.tls12.find("AECDH") == std::string::npos);
  CHECK(all.tls12.find("NULL") == std::string::npos);
}

TEST_CASE("a least strength, and a list in OpenSSL's form") {
  TransportOptions options;
  options.cipher_strength = 256;
  CHECK(chosen(options).tls13 == "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
  CHECK(chosen(options).tls12.find("128") == std::string::npos);
  CHECK(chosen(options).tls12.find("ECDHE-RSA-AES256-GCM-SHA384") != std::string::npos);
  options.cipher_list = "AES128";
  options.enabled_protocols = 3072;
  CHECK_THROWS_AS(chosen(options), core::Error);
  options.cipher_strength = 257;
  options.cipher_list = "DEFAULT";
  CHECK_THROWS_AS(chosen(options), core::Error);
  options.cipher_strength = 0;
  options.cipher_list = "ECDHE-RSA-AES128-SHA";
  CHECK(chosen(options).tls12 == "ECDHE-RSA-AES128-SHA");
  options.cipher_list = "nonsense";
  CHECK_THROWS_AS(chosen(options), core::Error);
}

TEST_CASE("groups and signatures of both versions are one list") {
  TransportOptions options;
  const auto both = net::tls_versions(15360);
  const auto old = net::tls_versions(3072);
  CHECK(net::group_list(options, both).empty());
  options.tls12_groups = "ecdhe_secp384r1,ecdhe_x25519";
  options.tls13_groups = "ecdhe_x25519, FFDHE_2048,ecdhe_secp256r1";
  CHECK(net::group_list(options, both) == "X25519:ffdhe2048:P-256:P-384");
  CHECK(net::group_list(options, old) == "P-384:X25519");
  options.tls13_key_shares = "ecdhe_secp521r1,ecdhe_secp256r1";  // the first alone counts
  CHECK(net::group_list(options, both) == "X25519:ffdhe2048:P-256:P-384");
  options.tls13_key_shares = "ecdhe_secp256r1,ffdhe_2048";
  CHECK(net::group_list(options, both) == "P-256:X25519:ffdhe2048:P-384");
  options.tls12_signatures = "sha512-ecdsa,sha1-rsa,sha256-rsa";
  options.tls13_signatures = "rsa_pss_sha256,rsa_pkcs1_sha256";
  CHECK(net::signature_list(options, both) ==
        "rsa_pss_rsae_sha256:rsa_pss_pss_sha256:rsa_pkcs1_sha256:ecdsa_secp521r1_sha512");
  CHECK(net::signature_list(options, old) == "ecdsa_secp521r1_sha512:rsa_pkcs1_sha256");
  options.tls12_signatures = "";
  CHECK(net::signature_list(options, both).empty());
}

TEST_CASE("values are judged when they are set") {
  CHECK(code_of("TLS13SupportedGroups", "ecdhe_x25519, ffdhe_8192") == 0);
  CHECK(code_of("TLS13SupportedGroups", "") == 0);
  CHECK(code_of("TLS13SupportedGroups", "x25519") == 713);
  CHECK(code_of("TLS13KeyShareGroups", "ecdhe_nonsense") == 713);
  CHECK(code_of("TLS12SupportedGroups", "ecdhe_secp256r1") == 0);
  CHECK(code_of("TLS12SupportedGroups", "ffdhe_2048") == 713);
  CHECK(code_of("TLS12SignatureAlgorithms", "sha1-rsa,sha256-rsa") == 0);
  CHECK(code_of("TLS12SignatureAlgorithms", "sha1-rsa") == 713);
  CHECK(code_of("TLS12SignatureAlgorithms", "rsa_pss_sha256") == 713);
  CHECK(code_of("TLS13SignatureAlgorithms", "ed25519") == 0);
  CHECK(code_of("TLS13SignatureAlgorithms", "rsa_pss_sha1") == 713);
  CHECK(code_of("SSLEnabledProtocols", "48") == 713);
  CHECK(code_of("SSLEnabledProtocols", "192") == 0);
  CHECK(code_of("UserAgent", "anything") == 0);
}

TEST_CASE("what a suite says about a session") {
  const auto older =
      net::negotiated_session("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", false, 384);
  CHECK(older.cipher == "AES_256_CBC");
  CHECK(older.cipher_strength == 256);
  CHECK(older.key_exchange == "ECDHE");
  CHECK(older.key_exchange_strength == 384);
  CHECK(net::negotiated_session("", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", false, 0).cipher ==
        "3DES_EDE_CBC");
  CHECK(net::negotiated_session("", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", false, 0).key_exchange ==
        "RSA");
  const auto newest = net::negotiated_session("TLSv1.3", "TLS_AES_128_GCM_SHA256", true, 2048);
  CHECK(newest.cipher == "AES_128_GCM");
  CHECK(newest.key_exchange == "DHE");
  CHECK(net::negotiated_value(newest, "SSLNegotiatedCipherStrength") == "128");
  CHECK(net::negotiated_value(newest, "SSLNegotiatedKeyExchangeStrength") == "2048");
  CHECK(net::negotiated_value(newest, "SSLNegotiatedVersion") == "TLSv1.3");
  CHECK(net::negotiated_value({}, "SSLNegotiatedCipher") == "");
  CHECK_FALSE(net::negotiated_value(newest, "StatusLine").has_value());
}
