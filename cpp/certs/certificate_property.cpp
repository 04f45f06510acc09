#include "certs/certificate_property.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "crypto/digest.h"

namespace coffer::certs {
namespace {

using core::Bytes;
using core::Secret;
using core::Value;

constexpr std::int32_t kNotFound = 272;
constexpr std::int32_t kCredentials = 273;
constexpr std::int32_t kInvalidValue = 713;
constexpr std::string_view kDefaultStore = "MY";

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

std::string text_of(const Value& value) {
  if (const auto* bytes = std::get_if<Bytes>(&value)) return {bytes->begin(), bytes->end()};
  return std::get<std::string>(value);
}

// The texts that a certificate says by itself.
struct TextField {
  std::string_view name;
  std::string Description::*value;
};
constexpr std::array<TextField, 17> kTexts = {{
    {"EffectiveDate", &Description::effective_date},
    {"ExpirationDate", &Description::expiration_date},
    {"ExtendedKeyUsage", &Description::extended_key_usage},
    {"Fingerprint", &Description::fingerprint},
    {"FingerprintSHA1", &Description::fingerprint_sha1},
    {"FingerprintSHA256", &Description::fingerprint_sha256},
    {"Issuer", &Description::issuer},
    {"PublicKey", &Description::public_key},
    {"PublicKeyAlgorithm", &Description::public_key_algorithm},
    {"SerialNumber", &Description::serial_number},
    {"SignatureAlgorithm", &Description::signature_algorithm},
    {"SubjectAltNames", &Description::subject_alt_names},
    {"ThumbprintMD5", &Description::thumbprint_md5},
    {"ThumbprintSHA1", &Description::thumbprint_sha1},
    {"ThumbprintSHA256", &Description::thumbprint_sha256},
    {"Usage", &Description::usage},
    {"Version", &Description::version},
}};

const TextField* text_field(std::string_view name) {
  const auto* const found = std::find_if(kTexts.begin(), kTexts.end(),
                                         [&](const TextField& one) { return one.name == name; });
  return found == kTexts.end() ? nullptr : found;
}

// Hex digits alone, lower case: colons and blanks are how others print thumbprints.
std::string bare_hex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == ' ') continue;
    out += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool is_thumbprint(const std::string& hex) {
  constexpr std::array<std::size_t, 3> kDigits = {32, 40, 64};  // MD5, SHA-1, SHA-256
  return std::find(kDigits.begin(), kDigits.end(), hex.size()) != kDigits.end() &&
         hex.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool has_thumbprint(const Entry& entry, const std::string& hex) {
  if (!entry.certificate) return false;
  const Description description = describe(entry);
  return hex == description.thumbprint_md5 || hex == description.thumbprint_sha1 ||
         hex == description.thumbprint_sha256;
}

// nullptr when there is none.
const Entry* found(const std::vector<Entry>& entries, const std::string& subject,
                   const std::string& thumbprint) {
  if (!thumbprint.empty()) {
    const auto one = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
      return has_thumbprint(entry, thumbprint);
    });
    return one == entries.end() ? nullptr : &*one;
  }
  try {
    return &find_subject(entries, subject);
  } catch (const core::Error& error) {
    if (error.code() != kNotFound) throw;
    return nullptr;
  }
}

Selection selection_of(const std::vector<Entry>& entries, const Entry& entry) {
  Selection out{entry, {}};
  for (const Entry& other : entries) {
    if (&other != &entry && other.certificate) out.others.push_back(*other.certificate);
  }
  return out;
}

}  // namespace

Value CertificateProperty::get(std::string_view field) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const State& state = state_;
  if (const TextField* const text = text_field(field)) return state.description.*text->value;
  if (field == "Encoded") return bytes_of(encoded());
  if (field == "Store") return bytes_of(state.store.reveal());
  if (field == "StorePassword") return state.store_password.reveal();
  if (field == "KeyPassword") {
    return (state.key_password ? *state.key_password : state.store_password).reveal();
  }
  if (field == "StoreType") return static_cast<std::int32_t>(state.type);
  if (field == "Subject") return state.subject;
  if (field == "PrivateKey") {
    if (state.selected && state.selected->entry.key_closed) {
      fail(kCredentials, ": the private key has a password of its own; set KeyPassword");
    }
    return state.description.private_key.reveal();
  }
  if (field == "PrivateKeyAvailable") return state.description.private_key_available;
  if (field == "PublicKeyLength") {
    return static_cast<std::int32_t>(state.description.public_key_length);
  }
  if (field == "UsageFlags") return static_cast<std::int32_t>(state.description.usage_flags);
  return std::string();  // PrivateKeyContainer
}

void CertificateProperty::set(std::string_view field, const Value& value) {
  if (field != "Encoded" && field != "Store" && field != "StorePassword" &&
      field != "KeyPassword" && field != "StoreType" && field != "Subject") {
    if (get(field) == value) return;
    fail(kInvalidValue, "." + std::string(field) +
                            " is what the certificate says and cannot be changed; select another "
                            "certificate");
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (field == "StoreType") {
    drop();
    state_.type = static_cast<StoreType>(std::get<std::int32_t>(value));
  } else if (field == "Store") {
    drop();
    state_.store = Secret(text_of(value));
  } else if (field == "StorePassword") {
    state_.store_password = Secret(text_of(value));
  } else if (field == "KeyPassword") {
    state_.key_password = Secret(text_of(value));
    // It may come last (manual, KeyPassword): what it opens is selected then.
    const bool key_missing = !state_.selected || state_.selected->entry.private_key.empty();
    if (key_missing && state_.searched) {
      search(std::string(state_.wanted));
    } else if (key_missing && !state_.given_encoded.empty()) {
      take_encoded(std::string(state_.given_encoded.reveal()));
    }
  } else if (field == "Subject") {
    search(text_of(value));
  } else {
    take_encoded(text_of(value));
  }
}

void CertificateProperty::select(const std::string& subject) {
  const std::lock_guard<std::mutex> lock(mutex_);
  search(subject.empty() ? "*" : subject);
  if (state_.selected) return;
  fail(kNotFound,
       state_.thumbprint.empty()
           ? ": the store holds no certificate whose subject contains '" + subject + "'"
           : ": the store holds no certificate with the thumbprint " + state_.thumbprint);
}

void CertificateProperty::set_thumbprint(std::string_view hex) {
  std::string bare = bare_hex(hex);
  if (!bare.empty() && !is_thumbprint(bare)) {
    fail(kInvalidValue,
         ": Thumbprint must be an MD5, SHA-1 or SHA-256 thumbprint: 32, 40 or 64 digits in hex");
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  state_.thumbprint = std::move(bare);
}

void CertificateProperty::show(std::string_view der) {
  const std::lock_guard<std::mutex> lock(mutex_);
  drop();
  if (der.empty()) return;
  auto certificate = Certificate::from_der(der);
  if (!certificate) return;
  Selection shown;
  shown.entry.public_octets = std::string(certificate->public_octets());
  shown.entry.certificate = std::move(certificate);
  adopt(std::move(shown));
  state_.subject = state_.description.subject;
}

void CertificateProperty::clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  state_ = State();
}

std::optional<Selection> CertificateProperty::selection() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (state_.selected) return state_.selected;
  if (state_.searched) {
    fail(kNotFound,
         ": no certificate is selected, because the store could not be read or none in "
         "it fits '" +
             state_.wanted + "'; set its Subject, '*' takes any");
  }
  if (state_.type == StoreType::kUser && state_.store.reveal() == kDefaultStore) {
    return std::nullopt;
  }
  const std::vector<Entry> entries = read();
  const Entry* const entry = found(entries, "*", state_.thumbprint);
  if (entry == nullptr) fail(kNotFound, ": its store holds no certificate with its thumbprint");
  return selection_of(entries, *entry);
}

std::string CertificateProperty::fingerprint() const {
  std::string all;
  if (const auto chosen = selection()) {
    if (chosen->entry.certificate) all += chosen->entry.certificate->der();
    all += chosen->entry.public_octets;
    all += chosen->entry.private_key.empty() ? "0" : "1";
    for (const Certificate& other : chosen->others)
      all += other.der();
  }
  const auto digest = crypto::sha256(all);
  return core::hex(digest.data(), digest.size());
}

std::vector<Entry> CertificateProperty::read() const {
  try {
    return state_.key_password
               ? read_store(state_.store.reveal(), state_.type, state_.store_password,
                            *state_.key_password)
               : read_store_around_keys(state_.store.reveal(), state_.type, state_.store_password);
  } catch (const core::Error& error) {
    fail(error.code(), std::string(": ") + error.what());
  }
}

void CertificateProperty::search(const std::string& subject) {
  drop();
  if (subject.empty()) return;
  state_.wanted = subject;
  state_.searched = true;
  const std::vector<Entry> entries = read();
  if (const Entry* const entry = found(entries, subject, state_.thumbprint)) {
    adopt(selection_of(entries, *entry));
    state_.subject = state_.description.subject;
  }
}

// The manual, Encoded: the certificate is taken, its private key searched in the store.
void CertificateProperty::take_encoded(const std::string& octets) {
  drop();
  if (octets.empty()) return;
  Selection given;
  try {
    given.entry = read_encoded(octets);
  } catch (const core::Error& error) {
    fail(error.code(), std::string(": ") + error.what());
  }
  bool with_key = false;
  if (state_.type != StoreType::kUser || state_.store.reveal() != kDefaultStore) {
    for (Entry& entry : read()) {
      if (!with_key && (entry.key_closed || !entry.private_key.empty()) &&
          entry.public_octets == given.entry.public_octets) {
        with_key = true;
        given.entry.private_key = std::move(entry.private_key);
        given.entry.private_form = entry.private_form;
        given.entry.key_closed = entry.key_closed;
      }
      if (entry.certificate && entry.certificate != given.entry.certificate) {
        given.others.push_back(std::move(*entry.certificate));
      }
    }
  }
  adopt(std::move(given));
  state_.given_encoded = Secret(octets);
  if (with_key) state_.subject = state_.description.subject;
}

void CertificateProperty::adopt(Selection selection) {
  state_.description = describe(selection.entry);
  state_.selected = std::move(selection);
}

void CertificateProperty::drop() {
  state_.wanted.clear();
  state_.searched = false;
  state_.subject.clear();
  state_.given_encoded = Secret();
  state_.selected.reset();
  state_.description = Description();
}

std::string CertificateProperty::encoded() const {
  if (!state_.given_encoded.empty()) return state_.given_encoded.reveal();
  if (!state_.selected || !state_.selected->entry.certificate) return {};
  return state_.selected->entry.certificate->pem();
}

void CertificateProperty::fail(std::int32_t code, const std::string& text) const {
  throw core::Error(code, name_ + text);
}

}  // namespace coffer::certs
