#include "cloudbackup/listing_spool.h"

#include <array>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "crypto/digest.h"
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

// The items lie in the order of the listing; `ids` finds the item of an id by 8 octets of its
// SHA-1. One transaction that never ends: nothing of it is to survive.
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
        "CREATE TABLE items(n INTEGER PRIMARY KEY, packed BLOB NOT NULL);"
        "CREATE TABLE ids(key INTEGER PRIMARY KEY, n INTEGER NOT NULL);");
    insert_item_ = store::Statement(database_.get(), "INSERT INTO items VALUES(?1, ?2)");
    insert_id_ = store::Statement(database_.get(), "INSERT OR IGNORE INTO ids VALUES(?1, ?2)");
    find_id_ = store::Statement(database_.get(), "SELECT n FROM ids WHERE key = ?1");
    read_item_ = store::Statement(database_.get(), "SELECT packed FROM items WHERE n = ?1");
  }

  bool add(const graph::Message& message) override {
    try {
      if (!claim(message.id)) return false;
      pack(message, packed_);
      insert_item_.bind(1, count_ + 1).bind_blob(2, packed_).run();
      ++count_;
      return true;
    } catch (const store::DbError& error) {
      fail(error);
    }
  }

  bool next(graph::Message& out) override {
    if (read_ >= count_) return false;
    try {
      const store::ResetLater reset(read_item_);
      read_item_.bind(1, read_ + 1);
      if (!read_item_.step() || !unpack(read_item_.octets(0), out)) {
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
  // Notes the id for the item that comes; false when it is there. Another id with the same key
  // takes the next free one.
  bool claim(std::string_view id) {
    for (std::int64_t key = key_of(id);; key = following(key)) {
      insert_id_.bind(1, key).bind(2, count_ + 1).run();
      if (database_.changes() > 0) return true;
      if (id_of_key(key) == id) return false;
    }
  }

  static std::int64_t following(std::int64_t key) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(key) + 1);
  }

  std::string id_of_key(std::int64_t key) {
    const store::ResetLater reset(find_id_);
    find_id_.bind(1, key);
    if (!find_id_.step()) return {};
    const store::ResetLater reset_item(read_item_);
    read_item_.bind(1, find_id_.integer(0));
    std::string_view id;
    if (!read_item_.step()) return {};
    std::string_view packed = read_item_.octets(0);
    return unpack_text(packed, id) ? std::string(id) : std::string();
  }

  OwnedFile file_;
  store::Database database_;
  store::Statement insert_item_, insert_id_, find_id_, read_item_;
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
