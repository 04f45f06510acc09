// The C++ facade over libcoffer: what it adds to the C functions. Links nothing of the engine.
#include <doctest/doctest.h>

#include <coffer/coffer.hpp>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "facade_checks.h"

namespace {

using coffer::CofferError;
using coffer::cloudbackup::Office365Backup;
using facade_test::code_of;
using facade_test::Folder;
namespace fs = std::filesystem;

static_assert(!std::is_copy_constructible_v<Office365Backup>);
static_assert(!std::is_copy_assignable_v<Office365Backup>);
static_assert(std::is_nothrow_move_constructible_v<Office365Backup>);
static_assert(std::is_nothrow_move_assignable_v<Office365Backup>);

// A run that ends by itself: nobody listens on the port of GraphURL.
void prepare(Office365Backup& backup, const Folder& folder) {
  backup.set_authorization("Bearer none");
  backup.set_data_folder(folder.path().string());
  backup.config("GraphURL=http://127.0.0.1:9/v1.0");
  backup.config("MaxRetryCount=0");
  backup.config("LogLevel=1");
}

void run(Office365Backup& backup, const bool& done) {
  backup.start_backup();
  while (!done) {
    backup.do_events();
  }
}

struct Mine : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace

TEST_CASE("properties of every type are read as they were set") {
  Office365Backup backup;
  CHECK(backup.data_folder().empty());
  backup.set_data_folder("mail/für mich");
  CHECK(backup.data_folder() == "mail/für mich");
  backup.set_max_connections(7);
  CHECK(backup.max_connections() == 7);
  backup.set_sync_deletes(true);
  CHECK(backup.sync_deletes());
  CHECK(backup.ssl_cert_store() == coffer::Bytes{'M', 'Y'});
  backup.set_ssl_cert_store(coffer::Bytes{'M', 'Y'});
  backup.set_ssl_provider(coffer::cloudbackup::SSLProviders::sslpPlatform);
  CHECK(backup.ssl_provider() == 1);
  CHECK(backup.config("MessagePageSize=20") == "20");
  CHECK(coffer::version() == COFFER_VERSION);
}

TEST_CASE("failures are exceptions with code and text") {
  Office365Backup backup;
  CHECK(code_of([&] { backup.set_max_connections(0); }) == 713);
  CHECK(code_of([&] { backup.config("NoSuchSetting"); }) == 714);
  CHECK(code_of([&] { backup.resume_backup(); }) != 0);
}

TEST_CASE("a text with a NUL is refused, not cut") {
  Office365Backup backup;
  CHECK(code_of([&] { backup.set_data_folder(std::string("a\0b", 3)); }) == 713);
  CHECK(code_of([&] { backup.config(std::string("UserAgent=a\0b", 13)); }) == 713);
  CHECK(backup.data_folder().empty());
}

TEST_CASE("a closed and a moved-from object answer 30001") {
  Office365Backup backup;
  backup.set_data_folder("mail");
  Office365Backup moved(std::move(backup));
  CHECK(moved.data_folder() == "mail");
  CHECK(code_of([&] { static_cast<void>(backup.data_folder()); }) == 30001);  // NOLINT
  CHECK(code_of([&] { backup.on_log([](auto&) {}); }) == 30001);
  backup = std::move(moved);
  CHECK(backup.data_folder() == "mail");
  backup.close();
  backup.close();
  CHECK(code_of([&] { backup.do_events(); }) == 30001);
}

TEST_CASE("handlers are moved with the object and released when replaced") {
  const auto counter = std::make_shared<int>(0);
  Office365Backup backup;
  backup.on_log([counter](auto&) { ++*counter; });
  backup.on_error([counter](auto&) { ++*counter; });
  CHECK(counter.use_count() == 3);
  Office365Backup moved(std::move(backup));
  moved.on_log(nullptr);
  CHECK(counter.use_count() == 2);
  moved.close();
  CHECK(counter.use_count() == 1);
}

TEST_CASE("a handler that was refused stays with nobody") {
  const auto counter = std::make_shared<int>(0);
  Office365Backup backup;
  backup.close();
  CHECK(code_of([&] { backup.on_log([counter](auto&) { ++*counter; }); }) == 30001);
  CHECK(counter.use_count() == 1);
}

TEST_CASE("events reach their handlers, and a run that cannot connect ends by an error") {
  const Folder folder;
  Office365Backup backup;
  prepare(backup, folder);
  bool done = false;
  std::int32_t code = 0;
  int entries = 0;
  backup.on_log(
      [&](Office365Backup::LogEvent& event) { entries += event.message().empty() ? 0 : 1; });
  backup.on_error([&](Office365Backup::ErrorEvent& event) { code = event.error_code(); });
  backup.on_end_backup([&](auto&) { done = true; });
  run(backup, done);
  CHECK(code == 705);  // the listing was given up
  CHECK(entries > 0);
}

TEST_CASE("what a handler throws comes out of do_events as itself") {
  const Folder folder;
  Office365Backup backup;
  prepare(backup, folder);
  bool done = false;
  backup.on_error([](auto&) { throw Mine("from the handler"); });
  backup.on_end_backup([&](auto&) { done = true; });
  CHECK_THROWS_WITH_AS(run(backup, done), "from the handler", Mine);
  while (!done) {
    backup.do_events();
  }
  CHECK(code_of([&] { backup.config("NoSuchSetting"); }) == 714);  // nothing is left over
}

TEST_CASE("a call from inside a handler is refused, and its refusal is an exception there") {
  const Folder folder;
  Office365Backup backup;
  prepare(backup, folder);
  bool done = false;
  std::int32_t code = 0;
  backup.on_end_backup([&](auto&) {
    code = code_of([&] { backup.do_events(); });
    done = true;
  });
  run(backup, done);
  CHECK(code == 30004);
}

TEST_CASE("a handler may destroy the object whose call fired it") {
  const Folder folder;
  auto backup = std::make_unique<Office365Backup>();
  prepare(*backup, folder);
  bool done = false;
  backup->on_end_backup([&](auto&) {
    done = true;
    backup.reset();
    throw Mine("after the end");
  });
  CHECK_THROWS_AS(run(*backup, done), Mine);
  CHECK(done);
  CHECK(backup == nullptr);
}

TEST_CASE("two objects in two threads keep their handlers' exceptions apart") {
  const auto work = [](const std::string& name, std::string& caught) {
    const Folder folder;
    Office365Backup backup;
    prepare(backup, folder);
    bool done = false;
    backup.on_error([&](auto&) { throw Mine(name); });
    backup.on_end_backup([&](auto&) { done = true; });
    try {
      run(backup, done);
    } catch (const Mine& mine) {
      caught = mine.what();
    }
  };
  std::string first;
  std::string second;
  std::thread one(work, "one", std::ref(first));
  std::thread two(work, "two", std::ref(second));
  one.join();
  two.join();
  CHECK(first == "one");
  CHECK(second == "two");
}

TEST_CASE("a kept exception is found by the thread that kept it alone") {
  coffer::detail::Failures failures;
  failures.keep(std::make_exception_ptr(Mine("main")));
  std::exception_ptr others;
  std::string own;
  std::thread([&] {
    others = failures.take();
    failures.keep(std::make_exception_ptr(Mine("thread")));
    try {
      std::rethrow_exception(failures.take());
    } catch (const Mine& mine) {
      own = mine.what();
    }
  }).join();
  CHECK(others == nullptr);
  CHECK(own == "thread");
  CHECK_THROWS_WITH_AS(std::rethrow_exception(failures.take()), "main", Mine);
  CHECK(failures.take() == nullptr);
}
