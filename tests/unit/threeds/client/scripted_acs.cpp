#include "scripted_acs.h"

#include <doctest/doctest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <utility>

#include "core/text.h"
#include "jose/base64url.h"
#include "jose/concat_kdf.h"
#include "jose/jwk.h"

namespace threeds_test {
namespace {

namespace jose = coffer::jose;
using coffer::test::FakeAnswer;

std::string octets_of(const BIGNUM* number) {
  std::string octets(32, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(octets.data()), 32);
  return octets;
}

std::string raw_of(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> parts(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
  REQUIRE(parts != nullptr);
  return octets_of(ECDSA_SIG_get0_r(parts.get())) + octets_of(ECDSA_SIG_get0_s(parts.get()));
}

std::string signature_of(const std::string& text, EVP_PKEY* key) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  const bool rsa = EVP_PKEY_base_id(key) == EVP_PKEY_RSA;
  EVP_PKEY_CTX* parameters = nullptr;
  REQUIRE(EVP_DigestSignInit(context.get(), &parameters, EVP_sha256(), nullptr, key) == 1);
  if (rsa) {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, 32);
  }
  std::size_t size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) == 1);
  std::string out(size, '\0');
  auto* into = reinterpret_cast<unsigned char*>(out.data());
  REQUIRE(EVP_DigestSign(context.get(), into, &size, data, text.size()) == 1);
  out.resize(size);
  return rsa ? out : raw_of(out);
}

std::string base64(const std::string& octets) {
  return coffer::core::base64(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size());
}

}  // namespace

ScriptedAcs::ScriptedAcs(coffer::test::FakeTransport& transport, bool rsa)
    : root(coffer::test::authority("Payment system root")) {
  coffer::test::CertificateWish wish;
  wish.common_name = "ACS signing";
  wish.alternative_names.clear();
  wish.rsa_bits = rsa ? 2048U : 0U;
  leaf = coffer::test::issued_by(root, wish);
  transport.on(std::string(kAcsUrl),
               [this](const coffer::net::Request& request) { return take(request); });
}

std::string ScriptedAcs::signed_content(const Change& change) const {
  const bool rsa = EVP_PKEY_base_id(leaf.key.get()) == EVP_PKEY_RSA;
  SignedParts parts;
  parts.header.text("alg", rsa ? "PS256" : "ES256");
  parts.header.raw("x5c", "[" + quoted(base64(leaf.der())) + "]");
  parts.payload.raw("acsEphemPubKey", jose::public_jwk(key.point()));
  parts.payload.raw("sdkEphemPubKey", sdk_jwk);
  parts.payload.text("acsURL", kAcsUrl);
  if (change) {
    change(parts);
  }
  const std::string input =
      jose::base64url(parts.header.json()) + "." + jose::base64url(parts.payload.json());
  const std::string signature = parts.cut_signature.empty()
                                    ? jose::base64url(signature_of(input, leaf.key.get()))
                                    : parts.cut_signature;
  return input + "." + signature;
}

std::string ScriptedAcs::ares(const std::string& auth_request, const Edit& edit,
                              const Change& change) {
  const auto document = core::Document::parse(auth_request, 1, "request");
  const auto request = document.root();
  version = threeds::require_version(request["messageVersion"].string_or(""));
  sdk_id = request["sdkTransID"].string_or("");
  sdk_jwk = request["sdkEphemPubKey"].text();
  const auto sdk_key = jose::read_public_jwk(sdk_jwk);
  REQUIRE(sdk_key);
  cek_ = jose::emv_kdf(coffer::crypto::agree(key, *sdk_key),
                       request["sdkReferenceNumber"].string_or(""));
  Members out;
  out.text("messageType", "ARes").text("messageVersion", threeds::version_text(version));
  out.text("threeDSServerTransID", kServerId).text("acsTransID", kAcsId);
  out.text("dsTransID", kDsId).text("sdkTransID", sdk_id);
  out.text("acsReferenceNumber", "ACS-REF").text("transStatus", "C");
  out.raw("acsRenderingType",
          R"({"acsInterface":"01","acsUiTemplate":"01","deviceUserInterfaceMode":"01"})");
  out.text("acsSignedContent", signed_content(change));
  if (edit) {
    edit(out);
  }
  return out.json();
}

Members ScriptedAcs::screen_message(int ui_type) {
  return cres(version, ui_type, counter++).text("sdkTransID", sdk_id);
}

Members ScriptedAcs::final_message(std::string_view status) {
  return final_cres(version, status, counter++).text("sdkTransID", sdk_id);
}

void ScriptedAcs::screen(int ui_type, const Edit& edit) {
  say([this, ui_type, edit](const std::string&) {
    Members message = screen_message(ui_type);
    if (edit) {
      edit(message);
    }
    return FakeAnswer::ok(seal(message.json()), "application/jose");
  });
}

void ScriptedAcs::finish(std::string_view status, const Edit& edit) {
  say([this, status = std::string(status), edit](const std::string&) {
    Members message = final_message(status);
    if (edit) {
      edit(message);
    }
    return FakeAnswer::ok(seal(message.json()), "application/jose");
  });
}

void ScriptedAcs::say_clear(std::string body, int status) {
  say([body = std::move(body), status](const std::string&) {
    return FakeAnswer::with_status(status, body);
  });
}

std::string ScriptedAcs::seal(std::string_view json, jose::Encryption with) const {
  coffer::crypto::SystemRandom fresh;
  return jose::seal(jose::dir_header(with, kAcsId), with, jose::acs_to_sdk(cek_).of(with),
                    fresh.octets(jose::iv_octets(with)), json);
}

FakeAnswer ScriptedAcs::take(const coffer::net::Request& request) {
  packets.push_back(request.body);
  if (coffer::core::starts_with(request.body, "{")) {
    erros.push_back(request.body);
    return FakeAnswer::ok("");
  }
  const jose::Opened opened = jose::open_dir(request.body, jose::sdk_to_acs(cek_));
  CHECK_MESSAGE(opened.problem.empty(), opened.problem);
  encryption = opened.encryption;
  creqs.push_back(opened.plaintext.reveal());
  if (script_.empty()) {
    FAIL_CHECK("a CReq that the script does not expect");
    return FakeAnswer::with_status(500);
  }
  const Answer answer = std::move(script_.front());
  script_.pop_front();
  return answer(creqs.back());
}

}  // namespace threeds_test
