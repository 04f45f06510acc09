// Which calls may overlap, and what freeing does while one is under way. Links libcoffer alone.
// A run against a port where nobody listens gives every event these tests need.
#include <coffer/coffer.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace {

using Backup = coffer_office365backup;

std::string folder() {
  std::string name = (std::filesystem::temp_directory_path() / "coffer-tokens-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  return name;
}

// A backup that ends with an Error and EndBackup, and a handler of EndBackup.
// Threads: as the test uses it.
class Fixture {
 public:
  explicit Fixture(std::function<int32_t(Backup*, coffer_office365backup_end_backup*)> handler)
      : handler_(std::move(handler)), folder_(folder()) {
    REQUIRE(coffer_office365backup_new(&backup) == COFFER_OK);
    set("GraphURL=http://127.0.0.1:1/v1.0");
    set("MaxRetryCount=0");
    set("RetryInterval=0");
    REQUIRE(coffer_office365backup_set_authorization(backup, "Bearer x") == COFFER_OK);
    REQUIRE(coffer_office365backup_set_data_folder(backup, folder_.c_str()) == COFFER_OK);
    REQUIRE(coffer_office365backup_on_end_backup(backup, &Fixture::call, this, nullptr) ==
            COFFER_OK);
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() {
    coffer_office365backup_free(backup);
    std::filesystem::remove_all(folder_);
  }

  void set(const char* text) {
    char* out = nullptr;
    REQUIRE(coffer_office365backup_config(backup, text, &out) == COFFER_OK);
    coffer_free(out);
  }
  // Runs until the handler was called or do_events failed.
  int32_t run() {
    REQUIRE(coffer_office365backup_start_backup(backup) == COFFER_OK);
    int32_t status = COFFER_OK;
    while (calls == 0 && status == COFFER_OK) {
      status = coffer_office365backup_do_events(backup);
    }
    return status;
  }

  Backup* backup = nullptr;
  int calls = 0;

 private:
  static int32_t call(coffer_office365backup_end_backup* event, void* data) {
    auto* self = static_cast<Fixture*>(data);
    ++self->calls;
    return self->handler_(self->backup, event);
  }

  std::function<int32_t(Backup*, coffer_office365backup_end_backup*)> handler_;
  std::string folder_;
};

}  // namespace

TEST_CASE("inside a handler actions are refused, everything else works") {
  Fixture test([](Backup* backup, auto*) {
    CHECK(coffer_office365backup_start_backup(backup) == COFFER_ERROR_NOT_IN_HANDLER);
    CHECK(coffer_office365backup_resume_backup(backup) == COFFER_ERROR_NOT_IN_HANDLER);
    CHECK(coffer_office365backup_do_events(backup) == COFFER_ERROR_NOT_IN_HANDLER);
    CHECK(coffer_office365backup_authorize(backup) == COFFER_ERROR_NOT_IN_HANDLER);
    CHECK(coffer_office365backup_abort_backup(backup) == COFFER_OK);
    char* out = nullptr;
    CHECK(coffer_office365backup_config(backup, "Phase", &out) == COFFER_OK);
    coffer_free(out);
    CHECK(coffer_office365backup_set_authorization(backup, "Bearer y") == COFFER_OK);
    CHECK(coffer_office365backup_on_log(backup, nullptr, nullptr, nullptr) == COFFER_OK);
    return 0;
  });
  CHECK(test.run() == COFFER_OK);
  CHECK(test.calls == 1);
}

TEST_CASE("from another thread an action is 143 while one is under way") {
  Fixture test([](Backup* backup, auto*) {
    std::thread([&] {
      CHECK(coffer_office365backup_do_events(backup) == COFFER_ERROR_BUSY);
      CHECK(coffer_office365backup_start_backup(backup) == COFFER_ERROR_BUSY);
      CHECK(coffer_office365backup_authorize(backup) == COFFER_ERROR_BUSY);
      CHECK(coffer_office365backup_abort_backup(backup) == COFFER_OK);
      int32_t count = -1;
      CHECK(coffer_office365backup_get_message_count(backup, &count) == COFFER_OK);
      CHECK(coffer_office365backup_set_authorization(backup, "Bearer z") == COFFER_OK);
    }).join();
    return 0;
  });
  CHECK(test.run() == COFFER_OK);
}

TEST_CASE("a handler that fails makes the action return 30003, and the object stays usable") {
  Fixture test([](Backup*, auto*) { return 5; });
  CHECK(test.run() == COFFER_ERROR_HANDLER_FAILED);
  CHECK(std::string(coffer_last_error(test.backup)).find("EndBackup") != std::string::npos);
  CHECK(coffer_office365backup_do_events(test.backup) == COFFER_OK);
  CHECK(test.calls == 1);
}

TEST_CASE("an event ends with its handler") {
  coffer_office365backup_error* kept = nullptr;
  Fixture test([](Backup*, auto*) { return 0; });
  const auto keep = [](coffer_office365backup_error* event, void* data) {
    *static_cast<coffer_office365backup_error**>(data) = event;
    CHECK(coffer_office365backup_error_get_error_code(event) == COFFER_ERROR_INCOMPLETE);
    CHECK(coffer_office365backup_error_get_description(event)[0] != '\0');
    // An event of another kind: its number is none of this event's.
    auto* other = reinterpret_cast<coffer_office365backup_log*>(event);
    CHECK(coffer_office365backup_log_get_log_level(other) == 0);
    CHECK(std::string(coffer_last_error(nullptr)).find("another kind") != std::string::npos);
    return int32_t{0};
  };
  REQUIRE(coffer_office365backup_on_error(test.backup, keep, &kept, nullptr) == COFFER_OK);
  CHECK(test.run() == COFFER_OK);
  REQUIRE(kept != nullptr);
  CHECK(coffer_office365backup_error_get_error_code(kept) == 0);
  CHECK(std::string(coffer_office365backup_error_get_description(kept)).empty());
  CHECK(std::string(coffer_last_error(nullptr)).find("ended") != std::string::npos);
  CHECK(coffer_office365backup_error_get_error_code(nullptr) == 0);
}

TEST_CASE("freed inside its own handler, the object goes when the action returns") {
  int destroyed = 0;
  int while_running = -1;
  Fixture test([&](Backup* backup, auto*) {
    coffer_office365backup_free(backup);
    while_running = destroyed;
    CHECK(coffer_office365backup_do_events(backup) == COFFER_ERROR_INVALID_HANDLE);
    return 0;
  });
  REQUIRE(coffer_office365backup_on_log(
              test.backup, [](auto*, void*) { return int32_t{0}; }, &destroyed,
              [](void* data) { ++*static_cast<int*>(data); }) == COFFER_OK);
  CHECK(test.run() == COFFER_OK);
  CHECK(destroyed == 1);
  CHECK(while_running >= 0);
  CHECK(coffer_office365backup_do_events(test.backup) == COFFER_ERROR_INVALID_HANDLE);
}

TEST_CASE("freed inside a handler, no other handler is called") {
  Fixture test([](Backup*, auto*) { return 0; });
  const auto free_it = [](coffer_office365backup_error*, void* data) {
    coffer_office365backup_free(static_cast<Backup*>(data));
    return int32_t{0};
  };
  REQUIRE(coffer_office365backup_on_error(test.backup, free_it, test.backup, nullptr) == COFFER_OK);
  REQUIRE(coffer_office365backup_start_backup(test.backup) == COFFER_OK);
  while (coffer_office365backup_do_events(test.backup) == COFFER_OK) {
  }
  CHECK(test.calls == 0);  // EndBackup comes after Error
}

TEST_CASE("freed while another thread is inside an action, free waits for it") {
  std::atomic<bool> entered{false};
  std::atomic<bool> left{false};
  Fixture test([&](Backup* backup, auto*) {
    entered = true;
    // The handle is dead as soon as free was called, whatever still runs.
    int32_t count = 0;
    while (coffer_office365backup_get_message_count(backup, &count) == COFFER_OK) {
      std::this_thread::yield();
    }
    left = true;
    return 0;
  });
  std::thread worker([&] { test.run(); });
  while (!entered) {
    std::this_thread::yield();
  }
  coffer_office365backup_free(test.backup);
  CHECK(left);
  worker.join();
}

TEST_CASE("freed while a run is active, the run ends and nothing is left behind") {
  Fixture test([](Backup*, auto*) { return 0; });
  REQUIRE(coffer_office365backup_start_backup(test.backup) == COFFER_OK);
  coffer_office365backup_free(test.backup);
  CHECK(coffer_office365backup_do_events(test.backup) == COFFER_ERROR_INVALID_HANDLE);
  CHECK(test.calls == 0);
}
