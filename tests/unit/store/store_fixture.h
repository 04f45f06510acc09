// A store on the disk of the tests, and the few verbs that the tests of the store speak.
//
// Threads: one.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/log.h"
#include "fakes/fake_file_system.h"
#include "store/backup_store.h"
#include "store/eml_file.h"

namespace coffer::store::test {

inline const Identity kMe = {"https://graph.microsoft.com", "immutable", "me@example.com"};
inline const std::string kMonday = "2023-07-03T08:00:00Z";
inline const std::string kTuesday = "2023-07-04T08:00:00Z";

// The code and text of the Error that `step` throws; code 0 when it throws none.
template <typename Step>
CommitOutcome failure_of(const Step& step) {
  try {
    step();
  } catch (const core::Error& error) {
    return {error.code(), error.what()};
  }
  return {};
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Writes a message and waits for its fate.
inline CommitOutcome save_to(BackupStore& store, const std::string& id, const std::string& modified,
                             const std::string& body, const std::string& path) {
  CommitOutcome outcome = {-1, "not reported"};
  const CommitOutcome early = failure_of([&] {
    std::unique_ptr<NewMessage> message = store.create(id, modified, path);
    message->write(body.data(), body.size());
    store.commit(std::move(message), [&](const CommitOutcome& result) { outcome = result; });
    store.drain();
  });
  return early.code != 0 ? early : outcome;
}

inline CommitOutcome save(BackupStore& store, const std::string& id, const std::string& modified,
                          const std::string& body) {
  return save_to(store, id, modified, body, store.default_path(id, "2023-07"));
}

inline std::string file_text(const std::string& id, const std::string& modified,
                             const std::string& body) {
  return compose_header(id, modified, kMe.mailbox, kMe.id_kind) + body;
}

struct StoreOnFake {
  explicit StoreOnFake(std::uint64_t seed = 1) : disk(seed) {
    log.set_level(3);
    log.set_sink([this](int, const std::string& line, const char*) {
      const std::lock_guard<std::mutex> lock(mutex);  // the commit thread logs too
      logged.push_back(line);
    });
    options.data_folder = "/data";
    options.log = &log;
  }

  std::unique_ptr<BackupStore> open() { return BackupStore::open(disk, options); }
  // Bound and in a run.
  std::unique_ptr<BackupStore> start(bool resume = false) {
    std::unique_ptr<BackupStore> store = open();
    store->bind(kMe);
    store->begin_run(resume);
    return store;
  }
  // One whole run that saves these ids.
  void run_with(const std::vector<std::string>& ids, const std::string& modified = kMonday) {
    const std::unique_ptr<BackupStore> store = start();
    for (const std::string& id : ids)
      REQUIRE(save(*store, id, modified, "body of " + id).code == 0);
    store->end_run(RunEnd::kComplete);
  }
  bool has_logged(std::string_view part) const {
    for (const std::string& line : logged) {
      if (contains(line, part)) return true;
    }
    return false;
  }
  std::string path_of(const std::string& id, const std::string& month = "2023-07") const {
    return "/data/" + month + "/" + eml_name(id);
  }

  coffer::test::FakeFileSystem disk;
  std::mutex mutex;
  core::Log log;
  std::vector<std::string> logged;
  StoreOptions options;
};

}  // namespace coffer::store::test
