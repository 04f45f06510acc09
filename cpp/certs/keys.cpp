#include "certs/keys.h"

#include "crypto/mbedtls.h"
// After it: it opens mbedTLS's structures.
#include <mbedtls/rsa.h>

#include <algorithm>

#include "certs/der_text.h"
#include "certs/pbe.h"
#include "core/der.h"
#include "crypto/key_reader.h"

namespace coffer::certs {
namespace {

namespace der = core::der;
using core::DerReader;
using core::Secret;

constexpr std::size_t kMostKey = 8192;  // an RSA key of 8192 bits needs some 4700 octets
constexpr std::string_view kRsaOid = "1.2.840.113549.1.1.1";
constexpr std::string_view kEcOid = "1.2.840.10045.2.1";
constexpr std::string_view kDsaOid = "1.2.840.10040.4.1";

// What one of mbedTLS's writers, which write at the end, makes.
template <typename Writer>
Secret written(Writer writer, mbedtls_pk_context* pk) {
  std::string buffer(kMostKey, '\0');
  const int size = writer(pk, crypto::octets(buffer), buffer.size());
  const Secret whole(std::move(buffer));
  if (size <= 0) return Secret();
  return Secret(whole.reveal().substr(kMostKey - static_cast<std::size_t>(size)));
}

bool one_sequence(std::string_view text) {
  DerReader reader(text);
  return reader.next(der::kSequence) && reader.at_end();
}

Entry entry_of(crypto::Pk& pk) {
  Entry out;
  out.public_key = crypto::public_key_of(*pk.get());
  out.public_octets = written(mbedtls_pk_write_pubkey_der, pk.get()).reveal();
  return out;
}

// The content of the algorithm identifier of a kind that mbedTLS does not know; empty for others,
// which it has refused with reason.
std::string_view foreign(const std::optional<core::DerElement>& algorithm) {
  if (!algorithm) return {};
  const auto oid = DerReader(algorithm->content).next(der::kOid);
  const std::string name = oid ? core::oid_text(oid->content) : std::string();
  return name.empty() || name == kRsaOid || name == kEcOid ? std::string_view()
                                                           : algorithm->content;
}

std::optional<Entry> foreign_public(std::string_view spki) {
  DerReader inner(DerReader(spki).next(der::kSequence)->content);
  const auto algorithm = inner.next(der::kSequence);
  const auto bits = inner.next(der::kBitString);
  if (foreign(algorithm).empty() || !bits || bits->content.size() < 2 || !inner.at_end()) {
    return std::nullopt;
  }
  Entry out;
  out.public_octets = spki;
  return out;
}

// RFC 5958: the public half when it is there.
std::optional<Entry> foreign_private(std::string_view pkcs8) {
  DerReader inner(DerReader(pkcs8).next(der::kSequence)->content);
  const auto version = inner.next(der::kInteger);
  const auto algorithm = inner.next(der::kSequence);
  const auto key = inner.next(der::kOctetString);
  if (!version || foreign(algorithm).empty() || !key || key->content.empty()) return std::nullopt;
  Entry out;
  (void)inner.next(der::constructed(0));  // attributes
  if (const auto bits = inner.next(der::context(1))) {
    out.public_octets =
        der_element(der::kSequence,
                    std::string(algorithm->whole) + der_element(der::kBitString, bits->content));
  }
  if (!inner.at_end()) return std::nullopt;
  out.private_key = Secret(std::string(pkcs8));
  out.private_form = PrivateForm::kPkcs8;
  return out;
}

// The traditional form, a SEQUENCE of six numbers: version, p, q, g, y, x.
std::optional<Entry> traditional_dsa(std::string_view text) {
  DerReader inner(DerReader(text).next(der::kSequence)->content);
  std::string_view numbers[6];
  for (std::string_view& number : numbers) {
    const auto one = inner.next(der::kInteger);
    if (!one) return std::nullopt;
    number = one->content;
  }
  if (!inner.at_end()) return std::nullopt;
  return dsa_entry(numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
}

// Windows writes attributes behind the key (RFC 5208 section 5), which mbedTLS 3 refuses. They say
// what the key is for, and the certificate says that too.
bool parse(crypto::Pk& pk, std::string_view text) {
  DerReader inner(DerReader(text).next(der::kSequence)->content);
  const auto version = inner.next(der::kInteger);
  const auto algorithm = inner.next(der::kSequence);
  const auto key = inner.next(der::kOctetString);
  if (!version || !algorithm || !key || !inner.next(der::constructed(0)) || !inner.at_end()) {
    return crypto::parse_private(pk, crypto::octets(text), text.size(), {}) == 0;
  }
  const auto end = static_cast<std::size_t>(key->whole.data() - version->whole.data());
  const std::string_view bare(version->whole.data(), end + key->whole.size());
  const Secret without(der_element(der::kSequence, bare));
  return crypto::parse_private(pk, crypto::octets(without.reveal()), without.reveal().size(), {}) ==
         0;
}

// Both halves belong together, which mbedTLS does not compare when it reads a key.
bool fits(crypto::Pk& pk) {
#if MBEDTLS_VERSION_MAJOR >= 3
  crypto::SystemRandom random;
  return mbedtls_pk_check_pair(pk.get(), pk.get(), crypto::draw, &random) == 0;
#else
  return mbedtls_pk_check_pair(pk.get(), pk.get()) == 0;
#endif
}

std::string_view bare(std::string_view digits) {
  while (!digits.empty() && digits.front() == '\0')
    digits.remove_prefix(1);
  return digits;
}

bool same_key(const Entry& a, const Entry& b) {
  return !a.public_octets.empty() && a.public_octets == b.public_octets;
}

// A key on an Edwards curve is written without its public half, which nothing here computes: then
// the certificate of that kind beside it is its own. Who uses both finds out.
bool may_be_of(const Entry& certificate, const Entry& key) {
  if (!key.public_octets.empty() || !certificate.certificate) return false;
  const auto info = DerReader(key.private_key.reveal()).next(der::kSequence);
  const auto spki = DerReader(certificate.public_octets).next(der::kSequence);
  if (!info || !spki) return false;
  DerReader inside(info->content);
  (void)inside.next(der::kInteger);
  const auto wanted = inside.next(der::kSequence);
  const auto there = DerReader(spki->content).next(der::kSequence);
  return wanted && there && wanted->whole == there->whole;
}

}  // namespace

std::optional<Entry> public_key_of_der(std::string_view text) {
  if (!one_sequence(text)) return std::nullopt;
  crypto::Pk pk;
  if (mbedtls_pk_parse_public_key(pk.get(), crypto::octets(text), text.size()) == 0) {
    return entry_of(pk);
  }
  return foreign_public(text);
}

std::optional<Entry> private_key_of_der(std::string_view text) {
  if (!one_sequence(text) || text.size() > kMostKey) return std::nullopt;
  crypto::Pk pk;
  if (parse(pk, text)) {
    if (!fits(pk)) return std::nullopt;
    Entry out = entry_of(pk);
    out.private_key = written(mbedtls_pk_write_key_der, pk.get());
    out.private_form =
        mbedtls_pk_get_type(pk.get()) == MBEDTLS_PK_RSA ? PrivateForm::kPkcs1 : PrivateForm::kSec1;
    if (out.private_key.empty()) return std::nullopt;
    return out;
  }
  if (auto out = foreign_private(text)) return out;
  return traditional_dsa(text);
}

std::optional<Entry> private_key_of_sealed(std::string_view text, const core::Secret& password,
                                           Unlock& unlock) {
  if (auto plain = private_key_of_der(text)) return plain;
  const auto opened = open_private_key_info(text, password, unlock);
  if (!opened) return std::nullopt;
  return key_in(opened->reveal());
}

std::optional<Entry> key_in(std::string_view decrypted) {
  const auto whole = DerReader(decrypted).next(der::kSequence);
  // By chance the padding may fit: a key begins with its version.
  const auto version = whole ? DerReader(whole->content).next(der::kInteger) : std::nullopt;
  if (!version || version->content.size() != 1) wrong_password("the private key");
  auto out = private_key_of_der(whole->whole);
  if (!out) {
    unsupported(
        "its private key is malformed or of a kind that is not supported (RSA of two primes, EC "
        "on a named curve, Ed25519 and DSA are)");
  }
  return out;
}

std::optional<Entry> certificate_of_der(std::string_view text) {
  auto certificate = Certificate::from_der(text);
  if (!certificate) return std::nullopt;
  Entry entry;
  entry.public_key = certificate->public_key();
  entry.public_octets = certificate->public_octets();
  // In the words of mbedTLS's writer, so that it compares with a private key's.
  if (auto key = public_key_of_der(entry.public_octets)) entry.public_octets = key->public_octets;
  entry.certificate = std::move(certificate);
  return entry;
}

std::optional<Entry> rsa_entry(const RsaNumbers& numbers) {
  if (numbers.d.empty()) {
    return public_key_of_der(
        der_element(der::kSequence, der_integer(numbers.n) + der_integer(numbers.e)));
  }
  constexpr std::size_t kMostModulus = 1024;  // octets
  if (bare(numbers.n).size() > kMostModulus) return std::nullopt;
  crypto::Pk pk;
  crypto::require(mbedtls_pk_setup(pk.get(), mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)),
                  "prepare a key");
  mbedtls_rsa_context* const rsa = mbedtls_pk_rsa(*pk.get());
  const auto part = [](std::string_view number) {
    return number.empty() ? nullptr : crypto::octets(number);
  };
  if (mbedtls_rsa_import_raw(rsa, part(numbers.n), numbers.n.size(), part(numbers.p),
                             numbers.p.size(), part(numbers.q), numbers.q.size(), part(numbers.d),
                             numbers.d.size(), part(numbers.e), numbers.e.size()) != 0 ||
      mbedtls_rsa_complete(rsa) != 0 || mbedtls_rsa_check_privkey(rsa) != 0) {
    return std::nullopt;
  }
  const Secret text = written(mbedtls_pk_write_key_der, pk.get());
  return private_key_of_der(text.reveal());
}

std::optional<Entry> ec_entry(int curve, std::string_view point, std::string_view d) {
  constexpr std::uint8_t kUncompressed = 4;
  constexpr int kOctetBits = 8;
  const char* const oid = curve == 256   ? "1.2.840.10045.3.1.7"
                          : curve == 384 ? "1.3.132.0.34"
                          : curve == 521 ? "1.3.132.0.35"
                                         : nullptr;
  const auto size = static_cast<std::size_t>((curve + kOctetBits - 1) / kOctetBits);
  if (oid == nullptr || point.size() != 2 * size + 1 || point.front() != kUncompressed) {
    return std::nullopt;
  }
  if (d.empty()) {
    return public_key_of_der(
        der_element(der::kSequence,
                    der_element(der::kSequence, der_oid(kEcOid) + der_oid(oid)) + der_bits(point)));
  }
  const std::string_view digits = bare(d);
  if (digits.size() > size) return std::nullopt;
  std::string scalar(size - digits.size(), '\0');
  scalar += digits;
  // RFC 5915.
  Secret text(der_element(der::kSequence, der_integer("\1") +
                                              der_element(der::kOctetString, scalar) +
                                              der_element(der::constructed(0), der_oid(oid)) +
                                              der_element(der::constructed(1), der_bits(point))));
  core::wipe(scalar);
  return private_key_of_der(text.reveal());
}

std::optional<Entry> edwards_entry(std::string_view oid, std::string_view x, std::string_view d) {
  const std::string algorithm = der_element(der::kSequence, der_oid(oid));
  const auto size = [&]() -> std::size_t {
    if (oid == "1.3.101.110" || oid == "1.3.101.112") return 32;  // X25519, Ed25519
    return oid == "1.3.101.111" ? 56 : 57;                        // X448, Ed448
  }();
  if (x.size() != size || (!d.empty() && d.size() != size)) return std::nullopt;
  auto out = public_key_of_der(der_element(der::kSequence, algorithm + der_bits(x)));
  if (!out || d.empty()) return out;
  const Secret sealed(der_element(der::kOctetString, der_element(der::kOctetString, d)));
  out->private_key =
      Secret(der_element(der::kSequence, der_integer({}) + algorithm + sealed.reveal()));
  out->private_form = PrivateForm::kPkcs8;
  return out;
}

std::optional<Entry> dsa_entry(std::string_view p, std::string_view q, std::string_view g,
                               std::string_view y, std::string_view x) {
  for (const std::string_view number : {p, q, g, y}) {
    if (bare(number).empty()) return std::nullopt;
  }
  const std::string algorithm =
      der_element(der::kSequence,
                  der_oid(kDsaOid) + der_element(der::kSequence,
                                                 der_integer(p) + der_integer(q) + der_integer(g)));
  auto out = public_key_of_der(der_element(der::kSequence, algorithm + der_bits(der_integer(y))));
  if (!out || x.empty()) return out;
  const Secret number(der_integer(x));
  out->private_key =
      Secret(der_element(der::kSequence, der_integer({}) + algorithm +
                                             der_element(der::kOctetString, number.reveal())));
  out->private_form = PrivateForm::kPkcs8;
  return out;
}

void attach(std::vector<Entry>& entries, Entry key) {
  for (Entry& entry : entries) {
    if (!entry.private_key.empty() || !(same_key(entry, key) || may_be_of(entry, key))) continue;
    entry.private_key = std::move(key.private_key);
    entry.private_form = key.private_form;
    return;
  }
  entries.push_back(std::move(key));
}

void keys_first(std::vector<Entry>& entries) {
  std::stable_partition(entries.begin(), entries.end(),
                        [](const Entry& entry) { return !entry.private_key.empty(); });
}

}  // namespace coffer::certs
