// Power loss and kill at every operation of a little life of a backup: what was reported as saved
// is there, every file under a final name is whole, the index claims nothing that is not there, and
// the next start goes on.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store_fixture.h"

using namespace coffer;
using namespace coffer::store;
using namespace coffer::store::test;
using coffer::test::Data;
using coffer::test::Loss;
using coffer::test::Names;

namespace {

struct Version {
  std::string modified;
  std::string body;
};

// What the scenario did, as far as it came to know.
struct Told {
  std::map<std::string, std::vector<Version>> tried;  // in order
  std::map<std::string, std::size_t> saved;           // index into tried; reported with code 0
  std::set<std::string> removing;                     // asked for; it may be there or not
  bool bound = false;
  int runs_begun = 0;
  int runs_ended = 0;
  bool ending = false;  // asked to end: it may have or not
  bool marked = false;
};

const char* const kMoved = "/mail/moved.eml";

void try_save(BackupStore& store, Told& told, const std::string& id, const Version& version,
              const std::string& path) {
  std::vector<Version>& versions = told.tried[id];
  versions.push_back(version);
  const std::size_t number = versions.size() - 1;
  std::unique_ptr<NewMessage> message = store.create(id, version.modified, path);
  message->write(version.body.data(), version.body.size());
  store.commit(std::move(message), [&told, id, number](const CommitOutcome& outcome) {
    if (outcome.code == 0) told.saved[id] = number;
  });
}

void life(StoreOnFake& at, Told& told) {
  const auto version = [](const std::string& id, const std::string& modified) {
    return Version{modified, "Subject: " + id + " of " + modified + "\r\n\r\n" +
                                 std::string(id == "large" ? 300000 : 700, 'x')};
  };
  {
    const std::unique_ptr<BackupStore> store = at.open();
    store->bind(kMe);
    told.bound = true;
    store->begin_run(false);
    ++told.runs_begun;
    for (const char* const id : {"a", "b", "large"}) {
      try_save(*store, told, id, version(id, kMonday), store->default_path(id, "2023-07"));
    }
    store->drain();
    try_save(*store, told, "m", version("m", kMonday), kMoved);
    store->mark_done("skipped", kMonday);
    store->keep_marks();
    told.marked = !at.disk.power_is_off();
    store->drain();
    try_save(*store, told, "b", version("b", kTuesday), store->default_path("b", "2023-07"));
    try_save(*store, told, "a", version("a", kTuesday), "/mail/a.eml");
    store->drain();
    told.ending = true;
    store->end_run(RunEnd::kComplete);
    ++told.runs_ended;
    told.ending = false;
  }
  const std::unique_ptr<BackupStore> store = at.open();
  store->bind(kMe);
  store->begin_run(false);
  ++told.runs_begun;
  const auto large = store->find("large");
  if (!large) {
    REQUIRE(at.disk.power_is_off());
    return;
  }
  told.removing.insert("large");
  store->remove(*large);
  try_save(*store, told, "n", version("n", kMonday), store->default_path("n", "undated"));
  store->drain();
  store->end_run(RunEnd::kAborted);
}

bool final_name(const std::string& path) {
  return !contains(path, "/.meta/") && !contains(path, ".coffer-") && contains(path, ".eml") &&
         path.back() != '/';
}

void check_after(StoreOnFake& at, const Told& told, bool power_lost) {
  // Every file under a final name is whole: its field and one of its versions.
  std::size_t files = 0;
  for (const std::string& path : at.disk.tree()) {
    if (!final_name(path)) continue;
    ++files;
    const std::string text = at.disk.read_file(path);
    const auto header = parse_header(text);
    CAPTURE(path);
    REQUIRE(header);
    bool whole = false;
    for (const Version& version : told.tried.at(header->id)) {
      whole = whole || text == file_text(header->id, version.modified, version.body);
    }
    CHECK(whole);
  }

  std::unique_ptr<BackupStore> store = at.open();  // locks are free, records sound
  if (files > 0) REQUIRE(store->identity());
  if (told.bound) REQUIRE(store->identity());
  store->bind(kMe);
  CHECK(at.disk.kind("/data/.meta/tmp/1.eml") == fs::Kind::kNone);

  // The record of runs: a run that began and did not end is unfinished.
  if (told.runs_begun > told.runs_ended && !told.ending) CHECK(store->has_unfinished_run());

  for (const auto& entry : told.tried) {
    const auto& id = entry.first;
    const auto& versions = entry.second;
    CAPTURE(id);
    const auto found = store->find(id);
    if (found) {
      const auto header = parse_header(at.disk.read_file(found->path));
      REQUIRE(header);
      CHECK(header->id == id);
      // A row may be older than its file (then it is fetched again), never newer.
      CHECK(found->modified <= header->modified);
    }
    const auto saved = told.saved.find(id);
    if (saved == told.saved.end() || told.removing.count(id) != 0) continue;
    // Reported as saved: there, in that version or a later one that was tried. A row whose file was
    // replaced by one of another size finds nothing; the file is there all the same.
    bool there = false;
    for (const std::string& path : at.disk.tree()) {
      if (!final_name(path)) continue;
      const std::string text = at.disk.read_file(path);
      for (std::size_t i = saved->second; i < versions.size(); ++i) {
        there = there || text == file_text(id, versions[i].modified, versions[i].body);
      }
    }
    CHECK(there);
    if (versions.size() == saved->second + 1) CHECK(found);
    if (id == "m" && found) CHECK(found->path == kMoved);
  }
  // After a kill, marks are there too; a power loss may take them.
  if (store->has_unfinished_run()) {
    store->begin_run(true);
    if (told.marked && !power_lost && told.runs_ended == 0) {
      CHECK(store->is_done("skipped", kMonday));
    }
  } else {
    store->begin_run(false);
  }
  // And the backup goes on.
  for (const char* const id : {"a", "b", "m", "z"}) {
    const auto found = store->find(id);
    const std::string path = found ? found->path : store->default_path(id, "2023-07");
    CHECK(save_to(*store, id, "2023-07-05T08:00:00Z", "new", path).code == 0);
    const auto now = store->find(id);
    REQUIRE(now);
    CHECK(now->modified == "2023-07-05T08:00:00Z");
  }
  store->end_run(RunEnd::kComplete);
}

// One life that ends at operation `nth`; false when it ended by itself before.
bool one(std::uint64_t nth, std::uint64_t seed, const Loss& loss) {
  StoreOnFake at(seed);
  Told told;
  at.disk.cut_power_at(nth);
  try {
    life(at, told);
  } catch (const core::Error&) {
    CHECK(at.disk.power_is_off());
  }
  const bool cut = at.disk.power_is_off();
  at.disk.power_loss(loss);
  CAPTURE(nth);
  CAPTURE(seed);
  check_after(at, told, loss.data != Data::kKept);
  return cut;
}

void sweep(const Loss& loss, std::uint64_t seed) {
  std::uint64_t nth = 0;
  while (one(nth, seed + nth, loss))
    ++nth;
  CHECK(nth > 100);
}

}  // namespace

TEST_CASE("power: lost at every operation, whatever the disk makes of it") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    sweep({Data::kRandom, Names::kRandom}, seed * 1000);
  }
}

TEST_CASE("power: lost at every operation, all that was not synced is gone") {
  sweep({Data::kDropped, Names::kUndone}, 1);
}

TEST_CASE("power: lost at every operation, names kept and data garbled") {
  sweep({Data::kGarbled, Names::kKept}, 1);
}

TEST_CASE("power: the process dies at every operation, the machine goes on") {
  sweep({Data::kKept, Names::kKept}, 1);
}

TEST_CASE("power: two losses, the second while the first is mended") {
  const Loss loss = {Data::kRandom, Names::kRandom};
  for (std::uint64_t first = 20; first < 400; first += 17) {
    for (std::uint64_t second = 0; second < 120; second += 7) {
      StoreOnFake at(first * 1000 + second);
      Told told;
      at.disk.cut_power_at(first);
      CHECK((failure_of([&] { life(at, told); }), true));
      at.disk.power_loss(loss);
      at.disk.cut_power_at(second);
      CHECK((failure_of([&] { at.open()->bind(kMe); }), true));
      at.disk.power_loss(loss);
      CAPTURE(first);
      CAPTURE(second);
      check_after(at, told, true);
    }
  }
}
