#include "net/mbedtls/trust.h"

#include <curl/curl.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "certs/host_name.h"
#include "certs/pem.h"
#include "certs/plain_certificate.h"
#include "core/error.h"
#include "core/text.h"
#include "net/mbedtls/names.h"

namespace coffer::net::internal {

namespace {

using certs::Certificate;
using certs::ChainFault;

std::optional<std::string> content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return std::nullopt;
  return text.str();
}

// "SSLServerCACerts": the label of every block must be a certificate's.
std::optional<Certificate> read_block(const certs::PemBlock& block) {
  std::string digits(block.body);
  digits.erase(std::remove_if(digits.begin(), digits.end(),
                              [](char c) { return c == '\r' || c == '\n' || c == ' '; }),
               digits.end());
  const auto der = core::base64_decode(digits);
  if (!der) return std::nullopt;
  return Certificate::from_der(std::string(der->begin(), der->end()));
}

bool is_certificate(std::string_view label) {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE";
}

bool is_self_issued(const Certificate& certificate) {
  return certificate.subject_key() == certificate.issuer_key();
}

// OpenSSL's X509_verify_cert_error_string.
std::string words_of(const certs::ChainVerdict& verdict, const Certificate& leaf) {
  switch (verdict.fault) {
    case ChainFault::kIssuerMissing:
      return is_self_issued(leaf) ? "self-signed certificate"
                                  : "unable to get local issuer certificate";
    case ChainFault::kNoAnchor:
      return is_self_issued(leaf) ? "self-signed certificate"
                                  : "self-signed certificate in certificate chain";
    case ChainFault::kExpired:
      return "certificate has expired";
    case ChainFault::kNotYetValid:
      return "certificate is not yet valid";
    case ChainFault::kWeakKey:
      return verdict.of_leaf ? "EE certificate key too weak" : "CA certificate key too weak";
    case ChainFault::kWeakHash:
      return "CA signature digest algorithm too weak";
    case ChainFault::kUnknownCritical:
      return "unhandled critical extension";
    case ChainFault::kNotCa:
      return "invalid CA certificate";
    case ChainFault::kKeyUsage:
      return "key usage does not include certificate signing";
    case ChainFault::kPurpose:
      return "unsuitable certificate purpose";
    case ChainFault::kPathLength:
      return "path length constraint exceeded";
    case ChainFault::kSignature:
      return "certificate signature failure";
    case ChainFault::kNameConstraints:
      return "permitted subtree violation";
    case ChainFault::kTooLong:
      return "certificate chain too long";
    default:
      return verdict.problem;
  }
}

// OpenSSL looks at the name before it looks at dates, signatures and name constraints.
bool comes_after_name(ChainFault fault) {
  return fault == ChainFault::kNone || fault == ChainFault::kExpired ||
         fault == ChainFault::kNotYetValid || fault == ChainFault::kSignature ||
         fault == ChainFault::kNameConstraints;
}

// "sha256RSA" among the SignatureSchemes of TLS 1.2; RSASSA-PSS, whose hash the name leaves open,
// where one of its kind is listed.
bool is_listed(const std::vector<std::uint16_t>& listed, std::string_view name) {
  const struct {
    std::string_view name;
    std::uint16_t id;
  } names[] = {{"sha224RSA", 0x0301},   {"sha256RSA", 0x0401},   {"sha384RSA", 0x0501},
               {"sha512RSA", 0x0601},   {"sha224ECDSA", 0x0303}, {"sha256ECDSA", 0x0403},
               {"sha384ECDSA", 0x0503}, {"sha512ECDSA", 0x0603}, {"RSASSA-PSS", 0x0804},
               {"RSASSA-PSS", 0x0805},  {"RSASSA-PSS", 0x0806}};
  return std::any_of(std::begin(names), std::end(names), [&](const auto& one) {
    return one.name == name && std::find(listed.begin(), listed.end(), one.id) != listed.end();
  });
}

std::string pem_of(const std::vector<Certificate>& chain) {
  std::string text;
  for (const Certificate& one : chain)
    text += one.pem();
  return text;
}

bool exists(const char* path) {
  struct stat status {};
  return path != nullptr && stat(path, &status) == 0;
}

}  // namespace

Trust::Trust(const TransportOptions& options)
    : options_(options), system_pending_(options.ca_file.empty() && options.ca_path.empty()) {
  if (!options.ca_file.empty()) add_file(options.ca_file);
  if (!options.ca_path.empty()) add_folder(options.ca_path);
  if (!core::trim(options.server_ca_pem).empty()) add_text(options.server_ca_pem);
}

void Trust::add_text(const std::string& text) {
  std::size_t found = 0;
  for (const certs::PemBlock& block : certs::pem_blocks(text)) {
    if (!is_certificate(block.label)) continue;
    auto certificate = read_block(block);
    if (!certificate) {
      throw core::Error(713, "SSLServerCACerts holds a certificate that cannot be used.");
    }
    anchors_.push_back(std::move(*certificate));
    ++found;
  }
  if (found == 0) throw core::Error(713, "SSLServerCACerts must hold certificates in PEM form.");
}

void Trust::add_file(const std::string& path) {
  const auto text = content(path);
  const std::size_t before = anchors_.size();
  if (text) {
    for (const certs::PemBlock& block : certs::pem_blocks(*text)) {
      if (!is_certificate(block.label)) continue;
      if (auto certificate = read_block(block)) anchors_.push_back(std::move(*certificate));
    }
  }
  if (anchors_.size() == before) {
    throw core::Error(713, "The file of CA certificates cannot be read: " + path);
  }
}

// A folder as OpenSSL has it: files named by the hash of the subject, "1a2b3c4d.0".
void Trust::add_folder(const std::string& path) {
  constexpr std::size_t kHash = 8;
  std::error_code error;
  std::filesystem::directory_iterator folder(path, error);
  if (error) {
    throw core::Error(713, "The folder of CA certificates cannot be read: " + path);
  }
  for (; folder != std::filesystem::directory_iterator(); folder.increment(error)) {
    const std::string name = folder->path().filename().string();
    if (name.size() < kHash + 2 || name[kHash] != '.' ||
        name.find_first_not_of("0123456789abcdef") != kHash) {
      continue;
    }
    const auto text = content(folder->path().string());
    if (!text) continue;
    for (const certs::PemBlock& block : certs::pem_blocks(*text)) {
      if (!is_certificate(block.label)) continue;
      if (auto certificate = read_block(block)) anchors_.push_back(std::move(*certificate));
    }
  }
}

void Trust::read_system() {
  const std::string_view paths = core::trim(options_.ca_file_paths);
  if (!paths.empty()) {
    for (const std::string_view entry : core::split(paths, ';')) {
      const std::string path(core::trim(entry));
      if (path.empty() || !exists(path.c_str())) continue;
      add_file(path);
      return;
    }
    return;
  }
  // Where libcurl itself looks; a missing one is no error, then everything is refused.
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->age < CURLVERSION_SEVENTH) return;
  try {
    if (exists(info->cainfo)) {
      add_file(info->cainfo);
    } else if (exists(info->capath)) {
      add_folder(info->capath);
    }
  } catch (const core::Error&) {
    // As above: everything is refused.
  }
}

// Those alone that can end a path of this chain: a bundle has hundreds.
std::vector<Certificate> Trust::anchors_for(const std::vector<Certificate>& chain) const {
  std::vector<Certificate> result;
  for (const Certificate& anchor : anchors_) {
    const bool wanted = std::any_of(chain.begin(), chain.end(), [&](const Certificate& one) {
      return one.issuer_key() == anchor.subject_key() || one == anchor;
    });
    if (wanted) result.push_back(anchor);
  }
  return result;
}

certs::ChainVerdict Trust::verify(const std::vector<Certificate>& sent, std::uint32_t flags) const {
  const auto anchors = anchors_for(sent);
  certs::ChainLeniency lenient;
  lenient.dates = (flags & kIgnoreDates) != 0;
  lenient.leaf_usage = (flags & kIgnoreUsage) != 0;
  certs::ChainVerdict verdict = certs::verify_chain(sent.front(), sent, anchors, std::time(nullptr),
                                                    certs::ChainPurpose::kServer, lenient);
  if (anchors.empty()) {
    // verify_chain says no more than that there is none; what it would say of the leaf, a wrong
    // anchor brings out.
    verdict = certs::verify_chain(sent.front(), sent, {sent.back()}, std::time(nullptr),
                                  certs::ChainPurpose::kServer, lenient);
    if (verdict.fault == ChainFault::kNone) {
      const bool to_root = std::any_of(sent.begin() + 1, sent.end(), is_self_issued);
      verdict.fault = to_root ? ChainFault::kNoAnchor : ChainFault::kIssuerMissing;
      verdict.problem = "no root certificate is configured";
      verdict.path.clear();
    }
  }
  const bool unknown =
      verdict.fault == ChainFault::kIssuerMissing || verdict.fault == ChainFault::kNoAnchor;
  if (unknown && (flags & kAllowUnknownAuthority) != 0) {
    verdict.fault = ChainFault::kNone;
    verdict.problem.clear();
    verdict.path = sent;
  }
  return verdict;
}

// TLS12SignatureAlgorithms and TLS13SignatureAlgorithms also rule the signatures of certificates
// (manual; RFC 5246 7.4.2, RFC 8446 4.2.3); the one of a trust anchor plays no part.
std::string Trust::unlisted_signature(const std::vector<Certificate>& path) const {
  const Versions versions = enabled_versions(options_.enabled_protocols);
  const auto listed = signature_ids(offered_signatures(options_, versions));
  if (listed.empty()) return {};
  for (std::size_t i = 0; i < path.size() && (i == 0 || i + 1 < path.size()); ++i) {
    const std::string name = certs::signature_name(path[i].signature_octets());
    if (is_listed(listed, name)) continue;
    return "a certificate is signed with " + name + ", which " +
           (versions.v13 ? "TLS13" : "TLS12") + "SignatureAlgorithms does not list";
  }
  return {};
}

ServerCertificate Trust::judge(const std::vector<std::string>& chain, const std::string& host,
                               bool proxy) {
  if (system_pending_) read_system();
  system_pending_ = false;
  ServerCertificate result;
  result.host = host;
  result.status = "the certificate cannot be understood";
  if (chain.empty()) return result;
  result.der.assign(chain.front().begin(), chain.front().end());
  std::vector<Certificate> sent;
  for (const std::string& der : chain) {
    auto certificate = Certificate::from_der(der);
    // An unreadable one above the leaf is no hint; if the path needs it, it is missing.
    if (!certificate && sent.empty()) return result;
    if (certificate) sent.push_back(std::move(*certificate));
  }
  const Certificate leaf = sent.front();
  result.subject = leaf.subject();
  result.issuer = leaf.issuer();
  const std::uint32_t flags = proxy ? 0 : options_.security_flags;
  const certs::ChainVerdict verdict = verify(sent, flags);
  const bool named = (flags & kIgnoreName) != 0 || certs::is_for_host(leaf, host);
  if (!named && comes_after_name(verdict.fault)) {
    result.status = certs::is_ip_address(host) ? "IP address mismatch" : "hostname mismatch";
  } else if (verdict.fault != ChainFault::kNone || !verdict.problem.empty()) {
    result.status = words_of(verdict, leaf);
  } else if (std::string unlisted = unlisted_signature(verdict.path); !unlisted.empty()) {
    result.status = std::move(unlisted);
  } else {
    result.status = "OK";
    result.verified = true;
    for (const Certificate& one : verdict.path)
      result.path.emplace_back(one.der().begin(), one.der().end());
  }
  result.expected =
      !proxy && !options_.accept_server_cert.empty() && result.der == options_.accept_server_cert;
  if (result.expected) {
    result.verified = true;
    result.status = "OK";
  }
  result.pem_chain = pem_of(verdict.path.size() >= sent.size() ? verdict.path : sent);
  return result;
}

}  // namespace coffer::net::internal
