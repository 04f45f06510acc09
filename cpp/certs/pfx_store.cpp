// PKCS #12 (RFC 7292), protected by passwords.
#include "certs/der_text.h"
#include "certs/keys.h"
#include "certs/pbe.h"
#include "certs/store_reader.h"
#include "core/der.h"

namespace coffer::certs {
namespace {

namespace der = core::der;
using core::DerReader;
using core::Secret;

constexpr int kMostLevels = 8;
constexpr std::size_t kMostBags = 1000;
constexpr std::string_view kData = "1.2.840.113549.1.7.1";
constexpr std::string_view kEncryptedData = "1.2.840.113549.1.7.6";

// An entry with the octets by which a certificate and its key name each other.
struct Bag {
  Entry entry;
  std::string local_key_id;
};

struct Bags {
  std::vector<Bag> certificates;
  std::vector<Bag> keys;
  std::vector<std::string> closed_keys;  // by which octets their certificates name them
  bool full() const { return certificates.size() + keys.size() + closed_keys.size() >= kMostBags; }
};

[[noreturn]] void malformed() {
  unsupported("its PKCS #12 is malformed");
}

struct Content {
  std::string kind;
  std::string_view value;  // inside the [0]
};

Content content_info(DerReader& reader) {
  const auto sequence = reader.next(der::kSequence);
  if (!sequence) malformed();
  DerReader inside(sequence->content);
  const auto kind = inside.next(der::kOid);
  const auto value = inside.next(der::constructed(0));
  if (!kind || !value) malformed();
  return {core::oid_text(kind->content), value->content};
}

std::string_view octet_string(std::string_view text) {
  const auto string = DerReader(text).next(der::kOctetString);
  if (!string) malformed();
  return string->content;
}

Secret as_der(std::string_view ber) {
  auto out = der_of_ber(ber);
  if (!out) malformed();
  return Secret(std::move(*out));
}

// RFC 7292 section 4.2, friendlyName and localKeyId.
std::string local_key_id(DerReader& bag) {
  const auto attributes = bag.next(der::kSet);
  if (!attributes) return {};
  for (DerReader list(attributes->content); !list.at_end();) {
    const auto one = list.next(der::kSequence);
    if (!one) break;
    DerReader inside(one->content);
    const auto kind = inside.next(der::kOid);
    const auto values = inside.next(der::kSet);
    if (!kind || !values || core::oid_text(kind->content) != "1.2.840.113549.1.9.21") continue;
    const auto value = DerReader(values->content).next(der::kOctetString);
    return value ? std::string(value->content) : std::string();
  }
  return {};
}

std::optional<Entry> certificate_bag(std::string_view value) {
  const auto sequence = DerReader(value).next(der::kSequence);
  if (!sequence) malformed();
  DerReader inside(sequence->content);
  const auto kind = inside.next(der::kOid);
  const auto body = inside.next(der::constructed(0));
  if (!kind || !body) malformed();
  if (core::oid_text(kind->content) != "1.2.840.113549.1.9.22.1") return std::nullopt;
  return certificate_of_der(octet_string(body->content));
}

// nullopt when it stays closed.
std::optional<Entry> private_key(std::string_view value, Unlock& unlock) {
  try {
    auto key = private_key_of_sealed(value, unlock.key(), unlock);
    if (!key) unsupported("its private key is malformed, or of a kind that is not supported");
    return key;
  } catch (const core::Error& error) {
    if (!unlock.may_stay_closed(error)) throw;
    return std::nullopt;
  }
}

void safe_contents(std::string_view ber, int level, Unlock& unlock, Bags& out) {
  if (level > kMostLevels) malformed();
  const Secret text = as_der(ber);
  const auto list = DerReader(text.reveal()).next(der::kSequence);
  if (!list) malformed();
  for (DerReader reader(list->content); !reader.at_end() && !out.full();) {
    const auto bag = reader.next(der::kSequence);
    if (!bag) malformed();
    DerReader inside(bag->content);
    const auto oid = inside.next(der::kOid);
    const auto value = inside.next(der::constructed(0));
    if (!oid || !value) malformed();
    const std::string kind = core::oid_text(oid->content);
    const std::string id = local_key_id(inside);
    if (kind == "1.2.840.113549.1.12.10.1.1" || kind == "1.2.840.113549.1.12.10.1.2") {
      if (auto key = private_key(value->content, unlock)) {
        out.keys.push_back({std::move(*key), id});
      } else {
        out.closed_keys.push_back(id);
      }
    } else if (kind == "1.2.840.113549.1.12.10.1.3") {
      auto certificate = certificate_bag(value->content);
      if (certificate) out.certificates.push_back({std::move(*certificate), id});
    } else if (kind == "1.2.840.113549.1.12.10.1.6") {
      safe_contents(value->content, level + 1, unlock, out);
    }
  }
}

// RFC 5652 section 8.
Secret opened(std::string_view value, Unlock& unlock) {
  const auto data = DerReader(value).next(der::kSequence);
  if (!data) malformed();
  DerReader inside(data->content);
  const auto version = inside.next(der::kInteger);
  const auto info = inside.next(der::kSequence);
  if (!version || !info) malformed();
  DerReader parts(info->content);
  const auto kind = parts.next(der::kOid);
  const auto scheme = parts.next(der::kSequence);
  const auto sealed = parts.next();
  if (!kind || !scheme || !sealed) malformed();
  std::string octets;
  if (sealed->tag == der::context(0)) {
    octets = sealed->content;
  } else if (sealed->tag == der::constructed(0)) {
    for (DerReader pieces(sealed->content); !pieces.at_end();) {
      const auto piece = pieces.next(der::kOctetString);
      if (!piece) malformed();
      octets += piece->content;
    }
  } else {
    malformed();
  }
  auto out = open_sealed(scheme->content, octets, unlock.store(), unlock);
  if (!out) wrong_password("the PFX store");
  return std::move(*out);
}

// RFC 7292 section 4 and appendix B: `mac` is the content of MacData.
bool authentic(std::string_view mac, std::string_view data, std::string_view password,
               Unlock& unlock) {
  DerReader reader(mac);
  const auto digest_info = reader.next(der::kSequence);
  const auto salt = reader.next(der::kOctetString);
  if (!digest_info || !salt) malformed();
  std::uint64_t rounds = 1;
  if (const auto number = reader.next(der::kInteger)) {
    rounds = small_number(number->content).value_or(0);
  }
  DerReader inside(digest_info->content);
  const auto algorithm = inside.next(der::kSequence);
  const auto digest = inside.next(der::kOctetString);
  const auto oid = algorithm ? DerReader(algorithm->content).next(der::kOid) : std::nullopt;
  if (!oid || !digest || rounds == 0) malformed();
  const std::string name = core::oid_text(oid->content);
  const int hash = hash_of(name);
  if (hash == 0) unsupported("its check sum " + name + " is not supported; save it with SHA-256");
  const Secret key = pkcs12_key(hash, 3, password, salt->content, rounds, hash_size(hash), unlock);
  return equal_octets(hmac(hash, key.reveal(), data).reveal(), digest->content);
}

void check(DerReader& reader, std::string_view data, Unlock& unlock) {
  const auto mac = reader.next(der::kSequence);
  if (!mac) return;  // without a check sum, as with openssl pkcs12 -nomac
  const Secret password = bmp_password(unlock.store().reveal());
  if (authentic(mac->content, data, password.reveal(), unlock)) return;
  // An empty password is two octets of zero for some and none for others.
  if (unlock.store().empty() && authentic(mac->content, data, {}, unlock)) return;
  wrong_password("the PFX store");
}

std::vector<Entry> joined(Bags bags) {
  std::vector<Entry> out;
  std::vector<std::string> ids;
  for (Bag& bag : bags.certificates) {
    out.push_back(std::move(bag.entry));
    ids.push_back(std::move(bag.local_key_id));
  }
  for (Bag& key : bags.keys) {
    // The public half of an Ed25519 key is not written beside it.
    for (std::size_t i = 0; i < ids.size() && key.entry.public_octets.empty(); ++i) {
      if (!key.local_key_id.empty() && ids[i] == key.local_key_id && !out[i].public_key) {
        key.entry.public_octets = out[i].public_octets;
      }
    }
    attach(out, std::move(key.entry));
  }
  for (const std::string& id : bags.closed_keys) {
    for (std::size_t i = 0; i < ids.size(); ++i)
      out[i].key_closed = out[i].key_closed || (!id.empty() && ids[i] == id);
  }
  keys_first(out);
  return out;
}

}  // namespace

std::vector<Entry> read_pfx(std::string_view octets, Unlock& unlock) {
  const auto text = der_of_ber(octets);
  const auto whole = text ? DerReader(*text).next(der::kSequence) : std::nullopt;
  if (!whole) return {};
  DerReader outer(whole->content);
  const auto version = outer.next(der::kInteger);
  if (!version || version->content != "\3" ||
      DerReader(outer).next().value_or(core::DerElement()).tag != der::kSequence) {
    return {};
  }
  const Content safe = content_info(outer);
  if (safe.kind != kData) unsupported("its PKCS #12 is protected by a key instead of a password");
  const std::string_view data = octet_string(safe.value);
  check(outer, data, unlock);
  const Secret list_text = as_der(data);
  const auto list = DerReader(list_text.reveal()).next(der::kSequence);
  if (!list) malformed();
  Bags bags;
  for (DerReader reader(list->content); !reader.at_end() && !bags.full();) {
    const Content one = content_info(reader);
    if (one.kind == kData) {
      safe_contents(octet_string(one.value), 0, unlock, bags);
    } else if (one.kind == kEncryptedData) {
      safe_contents(opened(one.value, unlock).reveal(), 0, unlock, bags);
    } else {
      unsupported("its PKCS #12 is protected by a key instead of a password");
    }
  }
  return joined(std::move(bags));
}

}  // namespace coffer::certs
