#include "revocation/ocsp.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "certs/der_text.h"
#include "certs/extensions.h"
#include "certs/plain_certificate.h"
#include "core/der.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "revocation/ocsp_responder.h"
#include "revocation/signed_data.h"

namespace coffer::revocation {
namespace {

namespace der = core::der;
using certs::der_element;
using core::DerReader;

constexpr std::uint8_t kNull = 0x05;
constexpr std::uint8_t kEnumerated = 0x0A;
constexpr std::size_t kNonceOctets = 32;  // RFC 9654 section 2.1
constexpr std::size_t kMostEnclosed = 10;
constexpr std::string_view kNonceOid = "1.3.6.1.5.5.7.48.1.2";
constexpr std::string_view kSha1Oid = "1.3.14.3.2.26";

std::string sha1_octets(std::string_view text) {
  const auto hash = crypto::sha1(text);
  return {hash.begin(), hash.end()};
}

struct CertId {
  std::string hash;  // OID
  std::string_view name, key, serial;
  bool operator==(const CertId& other) const {
    return hash == other.hash && name == other.name && key == other.key && serial == other.serial;
  }
};

std::optional<CertId> read_cert_id(const std::optional<core::DerElement>& element) {
  if (!element || element->tag != der::kSequence) return std::nullopt;
  DerReader fields(element->content);
  const auto algorithm = fields.next(der::kSequence);
  const auto name = fields.next(der::kOctetString);
  const auto key = fields.next(der::kOctetString);
  const auto serial = fields.next(der::kInteger);
  if (!algorithm || !name || !key || !serial || !fields.at_end()) return std::nullopt;
  const auto oid = DerReader(algorithm->content).next(der::kOid);
  if (!oid) return std::nullopt;
  return CertId{core::oid_text(oid->content), name->content, key->content, serial->content};
}

// Views into the answer.
struct Basic {
  SignedData data;
  std::vector<std::string_view> certificates;
  core::DerElement responder;
  std::int64_t produced = 0;
  std::string_view responses;
  std::string_view extensions;
};

struct Single {
  CertId id;
  core::DerElement status;
  std::int64_t this_update = 0;
  std::optional<std::int64_t> next_update;
  std::string_view extensions;
};

bool read_certificates(std::string_view field, std::vector<std::string_view>& out) {
  DerReader outer(field);
  const auto list = outer.next(der::kSequence);
  if (!list || !outer.at_end()) return false;
  for (DerReader reader(list->content); !reader.at_end();) {
    const auto one = reader.next(der::kSequence);
    if (!one || out.size() >= kMostEnclosed) return false;
    out.push_back(one->whole);
  }
  return true;
}

std::optional<Basic> read_basic(std::string_view octets) {
  DerReader outer(octets);
  const auto whole = outer.next(der::kSequence);
  if (!whole || !outer.at_end()) return std::nullopt;
  DerReader parts(whole->content);
  const auto data = read_signed_data(parts);
  if (!data) return std::nullopt;
  Basic out;
  out.data = *data;
  if (const auto certificates = parts.next(der::constructed(0))) {
    if (!read_certificates(certificates->content, out.certificates)) return std::nullopt;
  }
  DerReader fields(data->content);
  if (const auto version = fields.next(der::constructed(0))) {
    const auto number = DerReader(version->content).next(der::kInteger);
    if (!number || number->content != std::string_view("\0", 1)) return std::nullopt;  // v1
  }
  const auto responder = fields.next();
  const auto produced = certs::read_time(fields.next());
  const auto responses = fields.next(der::kSequence);
  const auto extensions = fields.next(der::constructed(1));
  if (!parts.at_end() || !responder || !produced || !responses || !fields.at_end()) {
    return std::nullopt;
  }
  out.responder = *responder;
  out.produced = *produced;
  out.responses = responses->content;
  if (extensions) out.extensions = extensions->content;
  return out;
}

std::optional<Single> read_single(std::string_view content) {
  DerReader fields(content);
  const auto id = read_cert_id(fields.next());
  const auto status = fields.next();
  const auto this_update = certs::read_time(fields.next());
  if (!id || !status || !this_update) return std::nullopt;
  Single out;
  out.id = *id;
  out.status = *status;
  out.this_update = *this_update;
  if (const auto next = fields.next(der::constructed(0))) {
    out.next_update = certs::read_time(DerReader(next->content).next());
    if (!out.next_update) return std::nullopt;
  }
  if (const auto extensions = fields.next(der::constructed(1))) {
    out.extensions = extensions->content;
  }
  return fields.at_end() ? std::optional(out) : std::nullopt;
}

// The one response about `wanted`; others may stand beside it.
std::optional<Single> find_single(std::string_view responses, const CertId& wanted,
                                  std::string& problem) {
  std::optional<Single> out;
  for (DerReader reader(responses); !reader.at_end();) {
    const auto one = reader.next(der::kSequence);
    auto single = one ? read_single(one->content) : std::nullopt;
    if (!single) {
      problem = "is malformed";
      return std::nullopt;
    }
    if (!(single->id == wanted)) continue;
    if (out) {
      problem = "says two things about the certificate";
      return std::nullopt;
    }
    out = std::move(single);
  }
  if (!out) problem = "is about another certificate";
  return out;
}

// Sets `echoed` when the nonce came back.
std::string extensions_problem(std::string_view extensions, std::string_view nonce, bool& echoed) {
  const auto all = certs::list_extensions(extensions);
  if (!all) return "is malformed";
  for (const certs::Extension& one : *all) {
    if (one.oid == kNonceOid && !nonce.empty()) {
      echoed = one.value == nonce;
      if (!echoed) return "answers another question (its nonce is not ours)";
    } else if (one.critical) {
      return "has a critical extension that is not understood";
    }
  }
  return {};
}

std::string time_problem(const Basic& basic, const Single& single, bool echoed, std::int64_t now) {
  const std::int64_t latest = now + kClockTolerance;
  if (basic.produced > latest || single.this_update > latest) {
    return "is not valid yet; check the clock";
  }
  if (single.next_update) {
    if (*single.next_update + kClockTolerance < now) {
      return "has expired (" + core::iso_time(*single.next_update) + ")";
    }
    return {};
  }
  // Without nextUpdate newer information is available all the time (RFC 6960 section 4.2.2.1): then
  // it must have been made for this very question, now.
  if (!echoed) return "has neither our nonce nor a time until which it holds";
  return basic.produced + kClockTolerance < now ? "is too old" : std::string();
}

// Another responseStatus than successful (RFC 6960 section 4.2.1): the responder does not say.
std::string refusal(unsigned status) {
  switch (status) {
    case 1:
      return "malformedRequest";
    case 2:
      return "internalError";
    case 3:
      return "tryLater";
    case 5:
      return "sigRequired";
    case 6:
      return "unauthorized";
    default:
      return std::to_string(status);
  }
}

Answer status_of(const Single& single, std::int64_t now) {
  const std::int64_t longest = now + kLongestUse;
  const std::int64_t until = single.next_update ? std::min(*single.next_update, longest) : now;
  if (single.status.tag == der::context(0) && single.status.content.empty()) {
    return {Answer::Kind::kGood, {}, until};
  }
  if (single.status.tag == der::constructed(1)) {
    DerReader fields(single.status.content);
    std::string reason;
    if (certs::read_time(fields.next())) {
      if (const auto code = fields.next(der::constructed(0))) {
        const auto number = DerReader(code->content).next(kEnumerated);
        if (number && number->content.size() == 1) {
          reason = " (" + reason_name(static_cast<unsigned char>(number->content.front())) + ")";
        }
      }
    }
    return {Answer::Kind::kRevoked, "is revoked, says its OCSP responder" + reason, until};
  }
  if (single.status.tag == der::context(2)) {
    return unknown("is unknown to its OCSP responder");
  }
  return unusable("cannot be checked: its OCSP answer is malformed");
}

}  // namespace

OcspRequest make_ocsp_request(const certs::Certificate& subject, const certs::Certificate& issuer,
                              crypto::Random& random) {
  OcspRequest out;
  const std::string algorithm =
      der_element(der::kSequence, certs::der_oid(kSha1Oid) + der_element(kNull, {}));
  // As everybody asks: SHA-1, which only names the issuer here. The serial as it stands.
  out.cert_id = der_element(
      der::kSequence,
      algorithm + der_element(der::kOctetString, sha1_octets(subject.issuer_octets())) +
          der_element(der::kOctetString, sha1_octets(key_bits(issuer.public_octets()))) +
          der_element(der::kInteger, subject.serial_octets()));
  out.nonce = der_element(der::kOctetString, random.octets(kNonceOctets));
  const std::string extension = der_element(
      der::kSequence, certs::der_oid(kNonceOid) + der_element(der::kOctetString, out.nonce));
  const std::string list = der_element(der::kSequence, der_element(der::kSequence, out.cert_id));
  const std::string extensions =
      der_element(der::constructed(2), der_element(der::kSequence, extension));
  out.der = der_element(der::kSequence, der_element(der::kSequence, list + extensions));
  return out;
}

Answer judge_ocsp(std::string_view octets, const OcspRequest& request,
                  const certs::Certificate& issuer, std::int64_t now) {
  const std::string kAnswer = "cannot be checked: its OCSP answer ";
  Answer malformed = unusable(kAnswer + "is malformed");
  DerReader outer(octets);
  const auto whole = outer.next(der::kSequence);
  if (!whole || !outer.at_end()) return malformed;
  DerReader fields(whole->content);
  const auto status = fields.next(kEnumerated);
  if (!status || status->content.size() != 1) return malformed;
  if (const auto code = static_cast<unsigned char>(status->content.front()); code != 0) {
    return no_answer("cannot be checked: its OCSP responder answered " + refusal(code));
  }
  const auto bytes = fields.next(der::constructed(0));
  const auto typed = bytes ? DerReader(bytes->content).next(der::kSequence) : std::nullopt;
  if (!typed || !fields.at_end()) return malformed;
  DerReader inside(typed->content);
  const auto type = inside.next(der::kOid);
  const auto response = inside.next(der::kOctetString);
  if (!type || !response || !inside.at_end()) return malformed;
  if (core::oid_text(type->content) != "1.3.6.1.5.5.7.48.1.1") {
    return unusable(kAnswer + "is of an unknown kind");
  }
  const auto basic = read_basic(response->content);
  const auto wanted = read_cert_id(DerReader(request.cert_id).next());
  if (!basic || !wanted) return malformed;
  std::string problem =
      responder_problem(basic->data, basic->responder, basic->certificates, issuer, now);
  bool echoed = false;
  if (problem.empty()) problem = extensions_problem(basic->extensions, request.nonce, echoed);
  if (!problem.empty()) return unusable(kAnswer + problem);
  const auto single = find_single(basic->responses, *wanted, problem);
  if (problem.empty()) problem = time_problem(*basic, *single, echoed, now);
  bool ignored = false;
  if (problem.empty()) problem = extensions_problem(single->extensions, {}, ignored);
  if (!problem.empty()) return unusable(kAnswer + problem);
  return status_of(*single, now);
}

}  // namespace coffer::revocation
