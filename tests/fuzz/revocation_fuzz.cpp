// Revocation lists and OCSP answers of anything, taken as signed well so that all of them is read:
// no certificate but the one they are about is ever called revoked or good, and reading ends.
// The first octet chooses. revocation_seeds.py writes inputs to begin from.
#include <cstdint>
#include <string>
#include <string_view>

// The real check of signatures under another name: called too, its word does not count.
#define signature_problem real_signature_problem
#include "revocation/signature.cpp"
#undef signature_problem

#include "certs/certificate.h"
#include "certs/der_text.h"
#include "core/der.h"
#include "require.h"
#include "revocation/crl.h"
#include "revocation/ocsp.h"
#include "revocation/sources.h"

namespace certs = coffer::certs;
namespace crypto = coffer::crypto;
namespace der = coffer::core::der;
namespace revocation = coffer::revocation;
using certs::der_element;

namespace coffer::revocation {
std::string signature_problem(const SignedData& data, std::string_view public_key) {
  (void)real_signature_problem(data, public_key);
  return {};
}
}  // namespace coffer::revocation

namespace {

constexpr std::int64_t kNow = 1'700'000'000;

std::string name(const std::string& text) {
  const std::string pair = certs::der_oid("2.5.4.3") + der_element(der::kUtf8String, text);
  return der_element(der::kSequence, der_element(der::kSet, der_element(der::kSequence, pair)));
}

// The generator of P-256: the key whose private half is 1.
std::string key() {
  constexpr unsigned char kPoint[] = {
      0x04, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5,
      0x63, 0xA4, 0x40, 0xF2, 0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4,
      0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96, 0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A,
      0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33,
      0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5};
  const std::string algorithm = der_element(
      der::kSequence, certs::der_oid("1.2.840.10045.2.1") + certs::der_oid("1.2.840.10045.3.1.7"));
  return der_element(
      der::kSequence,
      algorithm + certs::der_bits({reinterpret_cast<const char*>(kPoint), sizeof kPoint}));
}

certs::Certificate certificate(const std::string& subject, char serial) {
  const std::string algorithm = der_element(der::kSequence, certs::der_oid("1.2.840.10045.4.3.2"));
  constexpr std::uint8_t kUtcTime = 0x17;
  const std::string validity =
      der_element(der::kSequence,
                  der_element(kUtcTime, "200101000000Z") + der_element(kUtcTime, "400101000000Z"));
  const std::string content = der_element(der::constructed(0), certs::der_integer("\x02")) +
                              certs::der_integer(std::string(1, serial)) + algorithm + name("CA") +
                              validity + name(subject) + key();
  const std::string whole =
      der_element(der::kSequence, content) + algorithm + certs::der_bits(std::string(8, '\x01'));
  return certs::Certificate::from_der(der_element(der::kSequence, whole)).value();
}

class Fixed final : public crypto::Random {
 public:
  void fill(std::uint8_t* data, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i)
      data[i] = 7;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const certs::Certificate issuer = certificate("CA", 1);
  static const certs::Certificate subject = certificate("host", 2);
  static const certs::Certificate stranger = certificate("stranger", 3);
  static Fixed random;
  static const auto request = revocation::make_ocsp_request(subject, issuer, random);
  static const auto other = revocation::make_ocsp_request(stranger, issuer, random);
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  using Kind = revocation::Answer::Kind;
  if (data[0] % 2 == 0) {
    const auto answer = revocation::judge_crl(text, subject, issuer, {"http://l/1"}, kNow);
    require(answer.problem.empty() == (answer.kind == Kind::kGood));
    require(answer.kind == Kind::kUnusable ||
            answer.until > kNow - revocation::kClockTolerance - 1);
  } else {
    const auto answer = revocation::judge_ocsp(text, request, issuer, kNow);
    require(answer.problem.empty() == (answer.kind == Kind::kGood));
    const auto foreign = revocation::judge_ocsp(text, other, issuer, kNow);
    (void)foreign;
  }
  if (const auto one = certs::Certificate::from_der(text)) {
    for (const auto& sources : {revocation::crl_sources(*one), revocation::ocsp_sources(*one)}) {
      require(sources.urls.size() <= revocation::kMostUrls);
      for (const std::string& url : sources.urls)
        require(url.find_first_of(std::string_view("\r\n\0 ", 4)) == std::string::npos);
    }
  }
  return 0;
}
