// A property of the manuals' type Certificate: the store that it names, the certificate that was
// selected in it, and what that certificate says.
//
// Threads: any thread at any time; reading a store holds its lock.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/describe.h"
#include "certs/store.h"
#include "core/value.h"
#include "core/wipe.h"

namespace coffer::certs {

// What setting Subject, Thumbprint or Encoded has selected.
struct Selection {
  Entry entry;
  std::vector<Certificate> others;  // of the same store
};

class CertificateProperty {
 public:
  // `name` begins the texts of errors: "SSLCert".
  explicit CertificateProperty(std::string name) : name_(std::move(name)) {}

  // A field by the manuals' name. Setting Subject searches the store, and Encoded takes the
  // certificate given and searches the store for its key; both answer 270, 271 and 273, and leave
  // nothing selected when they fail. Setting StoreType or Store drops what was selected. 713 for
  // what a certificate says by itself.
  core::Value get(std::string_view field) const;
  void set(std::string_view field, const core::Value& value);

  // As setting Subject, but 272 when the store holds no such certificate.
  void select(const std::string& subject);
  // MD5, SHA-1 or SHA-256 in hex: selects in place of any subject from now on; empty: no more. 713
  // when it is no such text.
  void set_thumbprint(std::string_view hex);
  // What a server presented: DER. Empty: nothing.
  void show(std::string_view der);
  void clear();

  // What is to be used: the selection; else the first of a store that was set without a subject.
  // nullopt when neither certificate nor store was set. 272 when the last search found nothing.
  std::optional<Selection> selection() const;
  // The same text as long as selection() answers the same.
  std::string fingerprint() const;

 private:
  struct State {
    StoreType type = StoreType::kUser;
    core::Secret store{std::string("MY")};
    core::Secret store_password;
    std::optional<core::Secret> key_password;  // when it is not the store's
    std::string thumbprint;
    std::string wanted;          // the last subject searched for
    bool searched = false;       // a search that has not been undone found `selected`, or nothing
    std::string subject;         // as the property shows it
    core::Secret given_encoded;  // Encoded as it was set
    std::optional<Selection> selected;
    Description description;
  };

  std::vector<Entry> read() const;
  void search(const std::string& subject);
  void take_encoded(const std::string& octets);
  void adopt(Selection selection);
  void drop();
  std::string encoded() const;
  [[noreturn]] void fail(std::int32_t code, const std::string& text) const;

  const std::string name_;
  mutable std::mutex mutex_;  // guards what follows
  mutable State state_;
};

}  // namespace coffer::certs
