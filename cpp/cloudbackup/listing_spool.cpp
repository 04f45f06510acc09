#include "cloudbackup/listing_spool.h"

#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "core/error.h"
#include "crypto/digest.h"
#include "store/key_filter.h"
#include "store/sqlite_db.h"

namespace coffer::cloudbackup {
namespace {

constexpr std::int32_t kFileFailed = 711;

// The texts of a message, in the order in which they are packed; the id first.
constexpr std::array<std::string graph::Message::*, 12> kTexts = {
    &graph::Message::id,
    &graph::Message::subject,
    &graph::Message::from,
    &graph::Message::sent_to,
    &graph::Message::cc,
    &graph::Message::bcc,
    &graph::Message::received,
    &graph::Message::sent,
    &graph::Message::created,
    &graph::Message::modified,
    &graph::Message::internet_message_id,
    &graph::Message::problem,
};

void pack_text(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::array<char, sizeof size> octets;
  std::memcpy(octets.data(), &size, sizeof size);
  out.append(octets.data(), octets.size()).append(text);
}

// False when it is cut short.
bool unpack_text(std::string_view& packed, std::string_view& text) {
  std::uint32_t size = 0;
  if (packed.size() < sizeof size) return false;
  std::memcpy(&size, packed.data(), sizeof size);
  packed.remove_prefix(sizeof size);
  if (packed.size() < size) return false;
  text = packed.substr(0, size);
  packed.remove_prefix(size);
  return true;
}

void pack(const graph::Message& message, std::string& out) {
  out.clear();
  for (const auto text : kTexts)
    pack_text(out, message.*text);
  out += message.has_attachments ? '1' : '0';
}

bool unpack(std::string_view packed, graph::Message& message) {
  for (const auto text : kTexts) {
    std::string_view value;
    if (!unpack_text(packed, value)) return false;
    (message.*text).assign(value);
  }
  message.has_attachments = packed == "1";
  return packed.size() == 1;
}

std::int64_t key_of(std::string_view id) {
  const std::array<std::uint8_t, 20> digest = crypto::sha1(id);
  std::int64_t key = 0;
  std::memcpy(&key, digest.data(), sizeof key);
  return key;
}

[[noreturn]] void fail(const store::DbError& error) {
  throw core::Error(kFileFailed, std::string("the listing cannot be kept in .meta/tmp: ") +
                                     error.what() + "; free space on this disk");
}

// The items lie in the order of the listing, each with 8 octets of its id's SHA-1. Whether an id
// was there before a filter answers, in most listings without one doubt; the first doubt makes an
// index over those keys. One transaction that never ends: nothing of it is to survive.
class Spool final : public ListingSpool {
 public:
  // The file is this object's from before it is opened.
  struct OwnedFile {
    std::string path;
    std::string vfs;
    OwnedFile(std::string given_path, std::string given_vfs)
        : path(std::move(given_path)), vfs(std::move(given_vfs)) {}
    OwnedFile(const OwnedFile&) = delete;
    OwnedFile& operator=(const OwnedFile&) = delete;
    ~OwnedFile() { store::remove_database(path, vfs); }
  };

  Spool(const std::string& path, const std::string& vfs)
      : file_(path, vfs), database_(path, vfs, store::Database::Missing::kCreate) {
    database_.exec(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
        "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8192; BEGIN;"
        "CREATE TABLE items(n INTEGER PRIMARY KEY, key INTEGER NOT NULL, packed BLOB NOT NULL);");
    insert_ = store::Statement(database_.get(), "INSERT INTO items VALUES(?1, ?2, ?3)");
  }

  bool add(const graph::Message& message) override {
    try {
      reading_.reset();  // it may not see what comes now
      const std::int64_t key = key_of(message.id);
      if (keys_.may_hold(key) && holds(key, message.id)) return false;
      keys_.add(key);
      pack(message, packed_);
      insert_.bind(1, count_ + 1).bind(2, key).bind_blob(3, packed_).run();
      ++count_;
      return true;
    } catch (const store::DbError& error) {
      fail(error);
    }
  }

  bool next(graph::Message& out) override {
    if (read_ >= count_) return false;
    try {
      if (!reading_) {
        reading_.emplace(database_.get(), "SELECT packed FROM items WHERE n > ?1 ORDER BY n");
        reading_->bind(1, read_);
      }
      if (!reading_->step() || !unpack(reading_->octets(0), out)) {
        throw core::Error(kFileFailed, "the listing kept in .meta/tmp was damaged; start again");
      }
      ++read_;
      return true;
    } catch (const store::DbError& error) {
      fail(error);
    }
  }

  std::int64_t count() const override { return count_; }

 private:
  // Exactly; two ids may share a key.
  bool holds(std::int64_t key, std::string_view id) {
    if (!find_) {
      database_.exec("CREATE INDEX items_key ON items(key)");
      find_.emplace(database_.get(), "SELECT packed FROM items WHERE key = ?1");
    }
    const store::ResetLater reset(*find_);
    find_->bind(1, key);
    while (find_->step()) {
      std::string_view packed = find_->octets(0);
      std::string_view found;
      if (unpack_text(packed, found) && found == id) return true;
    }
    return false;
  }

  OwnedFile file_;
  store::Database database_;
  store::Statement insert_;
  std::optional<store::Statement> find_;     // from the first doubt on
  std::optional<store::Statement> reading_;  // what next() goes through
  store::KeyFilter keys_;
  std::string packed_;
  std::int64_t count_ = 0;
  std::int64_t read_ = 0;
};

}  // namespace

std::unique_ptr<ListingSpool> ListingSpool::create(const std::string& path,
                                                   const std::string& vfs) {
  try {
    return std::make_unique<Spool>(path, vfs);
  } catch (const store::DbError& error) {
    fail(error);
  }
}

}  // namespace coffer::cloudbackup
