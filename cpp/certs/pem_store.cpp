// Stores of PEM and DER.
#include <algorithm>

#include "certs/store_reader.h"
#include "core/error.h"
#include "core/text.h"
#include "crypto/key_reader.h"
#include "jose/base64url.h"

namespace coffer::certs {
namespace {

constexpr std::size_t kMostBlocks = 1000;  // a file of roots has some 150

struct Block {
  std::string_view label;
  std::string_view body;
  std::string_view whole;
};

std::vector<Block> pem_blocks(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kDashes = "-----";
  std::vector<Block> out;
  std::size_t begin = 0;
  while (out.size() < kMostBlocks && (begin = text.find(kBegin, begin)) != std::string_view::npos) {
    const std::size_t label = begin + kBegin.size();
    const std::size_t label_end = text.find(kDashes, label);
    if (label_end == std::string_view::npos) break;
    const std::string_view name = text.substr(label, label_end - label);
    const std::string end_line = "-----END " + std::string(name) + "-----";
    const std::size_t body = label_end + kDashes.size();
    const std::size_t end = text.find(end_line, body);
    if (end == std::string_view::npos) break;
    const std::size_t after = end + end_line.size();
    out.push_back({name, text.substr(body, end - body), text.substr(begin, after - begin)});
    begin = after;
  }
  return out;
}

bool same_key(const crypto::PublicKey& a, const crypto::PublicKey& b) {
  if (a.index() != b.index()) return false;
  if (const auto* const point = std::get_if<crypto::P256Point>(&a)) {
    return *point == std::get<crypto::P256Point>(b);
  }
  const auto& rsa = std::get<crypto::RsaPublicKey>(a);
  const auto& other = std::get<crypto::RsaPublicKey>(b);
  return rsa.n() == other.n() && rsa.e() == other.e();
}

std::optional<Entry> certificate_entry(std::string_view der) {
  auto certificate = Certificate::from_der(der);
  if (!certificate) return std::nullopt;
  Entry entry;
  entry.public_key = certificate->public_key();
  entry.certificate = std::move(certificate);
  return entry;
}

std::optional<Entry> public_key_entry(std::string_view text) {
  auto key = crypto::read_public_key(text);
  if (!key) return std::nullopt;
  Entry entry;
  entry.public_key = std::move(key);
  return entry;
}

bool is_certificate(std::string_view label) {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE";
}

std::optional<Entry> public_entry(const Block& block) {
  if (is_certificate(block.label)) {
    const auto der = jose::decode_base64_lenient(block.body);
    return der ? certificate_entry(*der) : std::nullopt;
  }
  if (block.label == "PUBLIC KEY" || block.label == "RSA PUBLIC KEY") {
    return public_key_entry(block.whole);
  }
  return std::nullopt;
}

std::vector<Entry> public_entries(std::string_view octets) {
  std::vector<Entry> out;
  const auto blocks = pem_blocks(octets);
  for (const Block& block : blocks) {
    if (auto entry = public_entry(block)) out.push_back(std::move(*entry));
  }
  if (!blocks.empty()) return out;
  if (auto certificate = certificate_entry(octets)) return {std::move(*certificate)};
  if (auto key = public_key_entry(octets)) return {std::move(*key)};
  return out;
}

void attach(std::vector<Entry>& entries, crypto::PrivateKey key) {
  for (Entry& entry : entries) {
    if (key.public_key && entry.public_key && same_key(*key.public_key, *entry.public_key)) {
      entry.private_key = std::move(key.der);
      return;
    }
  }
  Entry alone;
  alone.public_key = std::move(key.public_key);
  alone.private_key = std::move(key.der);
  entries.push_back(std::move(alone));
}

}  // namespace

std::vector<Entry> read_pem_key(std::string_view octets, const core::Secret& password) {
  std::vector<Entry> out = public_entries(octets);
  const auto is_key = [](const Block& block) {
    constexpr std::string_view kEnd = "PRIVATE KEY";
    return block.label.size() >= kEnd.size() &&
           block.label.substr(block.label.size() - kEnd.size()) == kEnd;
  };
  for (const Block& block : pem_blocks(octets)) {
    if (!is_key(block)) continue;
    auto key = crypto::read_private_key(block.whole, password);
    if (!key) {
      throw core::Error(271,
                        "The private key of the certificate store cannot be read; check "
                        "CertStorePassword and that it is an RSA or EC key");
    }
    attach(out, std::move(*key));
  }
  if (out.empty()) {
    if (auto key = crypto::read_private_key(octets, password)) attach(out, std::move(*key));
  }
  // A certificate with its key is what this type is about: "*" takes the first.
  std::stable_partition(out.begin(), out.end(),
                        [](const Entry& entry) { return !entry.private_key.empty(); });
  return out;
}

std::vector<Entry> read_public(std::string_view octets, const core::Secret& /*password*/) {
  return public_entries(octets);
}

}  // namespace coffer::certs
