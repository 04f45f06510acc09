// Stores of PEM and DER.
#include "crypto/mbedtls.h"
// After it: it opens mbedTLS's structures.
#include <mbedtls/pem.h>

#include "certs/keys.h"
#include "certs/pem.h"
#include "certs/ssh_wire.h"
#include "certs/store_reader.h"
#include "core/text.h"
#include "jose/base64url.h"

namespace coffer::certs {
namespace {

using core::Secret;
using PemBuffer = crypto::Owned<mbedtls_pem_context, mbedtls_pem_init, mbedtls_pem_free>;

constexpr std::size_t kMostBlocks = 1000;  // a file of roots has some 150
constexpr std::string_view kPrivateKey = "PRIVATE KEY";

bool is_certificate(std::string_view label) {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE";
}

bool is_private(std::string_view label) {
  return label.size() >= kPrivateKey.size() &&
         label.substr(label.size() - kPrivateKey.size()) == kPrivateKey;
}

std::optional<Entry> public_entry(const PemBlock& block) {
  const bool certificate = is_certificate(block.label);
  if (!certificate && block.label != "PUBLIC KEY" && block.label != "RSA PUBLIC KEY") {
    return std::nullopt;
  }
  const auto der = jose::decode_base64_lenient(block.body);
  if (!der) return std::nullopt;
  return certificate ? certificate_of_der(*der) : public_key_of_der(*der);
}

std::vector<Entry> public_entries(std::string_view octets) {
  std::vector<Entry> out;
  const auto blocks = pem_blocks(octets);
  for (const PemBlock& block : blocks) {
    if (auto entry = public_entry(block)) out.push_back(std::move(*entry));
  }
  if (!blocks.empty()) return out;
  if (auto certificate = certificate_of_der(octets)) return {std::move(*certificate)};
  if (auto key = public_key_of_der(octets)) return {std::move(*key)};
  return out;
}

// RFC 1421's encryption, as OpenSSL derives its key.
std::optional<Entry> traditional(const PemBlock& block, const Secret& password) {
  const std::string begin = "-----BEGIN " + std::string(block.label) + "-----";
  const std::string end = "-----END " + std::string(block.label) + "-----";
  const Secret text{std::string(block.whole)};
  PemBuffer buffer;
  std::size_t used = 0;
  const int result = mbedtls_pem_read_buffer(
      buffer.get(), begin.c_str(), end.c_str(), crypto::octets(text.reveal()),
      password.empty() ? nullptr : crypto::octets(password.reveal()), password.reveal().size(),
      &used);
  if (result == MBEDTLS_ERR_PEM_PASSWORD_REQUIRED || result == MBEDTLS_ERR_PEM_PASSWORD_MISMATCH) {
    wrong_password("the private key");
  }
  if (result != 0) unsupported("the encryption of its private key is not known or malformed");
  const auto* const data = static_cast<const char*>(static_cast<const void*>(buffer->buf));
  return key_in({data, buffer->buflen});
}

std::optional<Entry> private_entry(const PemBlock& block, Unlock& unlock) {
  const std::string_view start = core::trim(block.body);
  if (core::starts_with(start, "Proc-Type:")) return traditional(block, unlock.key());
  auto decoded = jose::decode_base64_lenient(block.body);
  if (!decoded) return std::nullopt;
  const Secret der(std::move(*decoded));
  if (block.label == "OPENSSH PRIVATE KEY") return openssh_private(der.reveal());
  return private_key_of_sealed(der.reveal(), unlock.key(), unlock);
}

}  // namespace

std::vector<PemBlock> pem_blocks(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kDashes = "-----";
  std::vector<PemBlock> out;
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

std::vector<Entry> read_pem_key(std::string_view octets, Unlock& unlock) {
  std::vector<Entry> out = public_entries(octets);
  const auto blocks = pem_blocks(octets);
  for (const PemBlock& block : blocks) {
    if (!is_private(block.label)) continue;
    auto key = private_entry(block, unlock);
    if (!key) {
      unsupported(
          "its private key is malformed or of a kind that is not supported (RSA of two primes, EC "
          "on a named curve, Ed25519 and DSA are)");
    }
    attach(out, std::move(*key));
  }
  if (blocks.empty() && out.empty()) {
    if (auto key = private_key_of_sealed(octets, unlock.key(), unlock)) {
      out.push_back(std::move(*key));
    }
  }
  keys_first(out);
  return out;
}

std::vector<Entry> read_public(std::string_view octets, Unlock& /*unlock*/) {
  return public_entries(octets);
}

}  // namespace coffer::certs
