// Java key stores as Java writes them with -storetype JKS: the key protector and the check sum of
// the class sun.security.provider.JavaKeyStore.
#include "certs/keys.h"
#include "certs/pbe.h"
#include "certs/store_reader.h"
#include "core/der.h"
#include "core/text.h"
#include "crypto/digest.h"

namespace coffer::certs {
namespace {

using core::Secret;

constexpr std::string_view kMagic = "\xFE\xED\xFE\xED";
constexpr std::string_view kJceks = "\xCE\xCE\xCE\xCE";
constexpr std::size_t kSha1 = 20;
constexpr std::uint64_t kMostEntries = 1000;

[[noreturn]] void malformed() {
  unsupported("its Java key store is malformed");
}

class Reader {
 public:
  explicit Reader(std::string_view octets) : rest_(octets) {}
  std::uint64_t number(std::size_t size) {
    std::uint64_t out = 0;
    for (const char octet : take(size))
      out = out << 8U | static_cast<std::uint8_t>(octet);
    return out;
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) malformed();
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::string_view block(std::size_t length_octets) { return take(number(length_octets)); }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::string sha1_of(const std::string& text) {
  const auto hash = crypto::sha1(text);
  return {hash.begin(), hash.end()};
}

// Salt, the key under a stream of SHA-1, and the SHA-1 of password and key.
Secret recovered(std::string_view sealed, const Secret& password, Unlock& unlock) {
  if (sealed.size() <= 2 * kSha1) malformed();
  unlock.spend(sealed.size() / kSha1 * (1 + password.reveal().size() / 64));
  const Secret text = utf16_big_endian(password.reveal());
  const std::string_view hidden = sealed.substr(kSha1, sealed.size() - 2 * kSha1);
  std::string out;
  out.reserve(hidden.size());
  std::string stream(sealed.substr(0, kSha1));
  while (out.size() < hidden.size()) {
    const Secret both(text.reveal() + stream);
    stream = sha1_of(both.reveal());
    for (std::size_t i = 0; i < kSha1 && out.size() < hidden.size(); ++i)
      out += static_cast<char>(hidden[out.size()] ^ stream[i]);
  }
  Secret key(std::move(out));
  const Secret checked(text.reveal() + key.reveal());
  if (!equal_octets(sha1_of(checked.reveal()), sealed.substr(sealed.size() - kSha1))) {
    wrong_password("the private key of the Java key store");
  }
  return key;
}

Entry private_key(std::string_view octets, Unlock& unlock) {
  core::DerReader outer(octets);
  const auto whole = outer.next(core::der::kSequence);
  if (!whole) malformed();
  core::DerReader inside(whole->content);
  const auto scheme = inside.next(core::der::kSequence);
  const auto sealed = inside.next(core::der::kOctetString);
  const auto oid = scheme ? core::DerReader(scheme->content).next(core::der::kOid) : std::nullopt;
  if (!oid || !sealed) malformed();
  const std::string name = core::oid_text(oid->content);
  if (name != "1.3.6.1.4.1.42.2.17.1.1") {
    unsupported("the key protector " + name + " of its Java key store is not supported");
  }
  const Secret der = recovered(sealed->content, unlock.key(), unlock);
  auto entry = private_key_of_der(der.reveal());
  if (!entry) unsupported("its private key is of a kind that is not supported");
  return std::move(*entry);
}

std::optional<Entry> certificate(Reader& reader, bool typed) {
  const std::string_view type = typed ? reader.block(2) : "X.509";
  const std::string_view octets = reader.block(4);
  return type == "X.509" ? certificate_of_der(octets) : std::nullopt;
}

void check_sum(std::string_view body, std::string_view sum, const Secret& password) {
  Secret text(utf16_big_endian(password.reveal()).reveal() + "Mighty Aphrodite" +
              std::string(body));
  if (!equal_octets(sha1_of(text.reveal()), sum)) wrong_password("the Java key store");
}

}  // namespace

std::vector<Entry> read_jks(std::string_view octets, Unlock& unlock) {
  if (core::starts_with(octets, kJceks)) {
    unsupported(
        "key stores of the type JCEKS are not supported; convert it with "
        "keytool -importkeystore -deststoretype PKCS12");
  }
  if (!core::starts_with(octets, kMagic)) return read_pfx(octets, unlock);
  if (octets.size() < kMagic.size() + kSha1) malformed();
  const std::string_view body = octets.substr(0, octets.size() - kSha1);
  // As in Java: without a password the certificates can be had, unchecked.
  if (!unlock.store().empty()) {
    check_sum(body, octets.substr(body.size()), unlock.store());
  }
  Reader reader(body.substr(kMagic.size()));
  const std::uint64_t version = reader.number(4);
  const std::uint64_t count = reader.number(4);
  if (version < 1 || version > 2 || count > kMostEntries) malformed();
  std::vector<Entry> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t tag = reader.number(4);
    (void)reader.block(2);   // alias
    (void)reader.number(8);  // when it was made
    std::optional<Entry> key;
    bool closed = false;
    if (tag == 1) {
      try {
        key = private_key(reader.block(4), unlock);
      } catch (const core::Error& error) {
        // Without the store's password nothing says that it is the key's alone that is missing.
        if (unlock.store().empty() || !unlock.may_stay_closed(error)) throw;
        closed = true;
      }
    }
    if (tag != 1 && tag != 2) malformed();
    const std::uint64_t certificates = tag == 1 ? reader.number(4) : 1;
    if (certificates + out.size() > kMostEntries) malformed();
    for (std::uint64_t j = 0; j < certificates; ++j) {
      auto one = certificate(reader, version == 2);
      if (!one) continue;
      // A chain begins with the certificate of the key.
      if (j == 0 && key) {
        if (key->public_octets.empty()) key->public_octets = one->public_octets;
        if (key->public_octets != one->public_octets) malformed();
        one->private_key = std::move(key->private_key);
        one->private_form = key->private_form;
        key.reset();
      }
      one->key_closed = closed && j == 0;
      out.push_back(std::move(*one));
    }
    if (key) out.push_back(std::move(*key));
  }
  if (!reader.at_end()) malformed();
  keys_first(out);
  return out;
}

}  // namespace coffer::certs
