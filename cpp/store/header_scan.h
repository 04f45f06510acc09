// Builds the state of a backup from its files: month folders first, then what moved.jsonl names.
// Reads only the beginning of a file, and only of files that the index does not know.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/log.h"
#include "store/eml_file.h"
#include "store/index_db.h"
#include "store/moved_journal.h"
#include "store/places.h"

namespace coffer::store {

class HeaderScan {
 public:
  HeaderScan(Places& places, MovedJournal& journal, IndexDb& index, core::Log* log)
      : places_(places), journal_(journal), index_(index), log_(log) {}

  // IoError when a folder cannot be read, DbError when the index cannot be written.
  void run();
  std::size_t files_read() const noexcept { return read_; }
  // The different ones among the files read; a few at most.
  const std::vector<BackupHeader>& owners() const noexcept { return owners_; }

 private:
  void scan_month(const std::string& month);
  void scan_file(fs::Directory& folder, const std::string& month, const std::string& name);
  void scan_journal();
  void scan_moved(const MovedEntry& entry);
  void take(const BackupHeader& header, const std::string& place, std::uint64_t size);
  bool outdated(const IndexRow& known, const BackupHeader& found);
  void remember_owner(const BackupHeader& header);
  void ignore(const std::string& path, const std::string& why);
  void put(const IndexRow& row);

  Places& places_;
  MovedJournal& journal_;
  IndexDb& index_;
  core::Log* log_;
  std::optional<IndexTransaction> transaction_;
  std::size_t in_transaction_ = 0;
  std::size_t read_ = 0;
  std::size_t ignored_ = 0;
  std::vector<BackupHeader> owners_;
};

}  // namespace coffer::store
