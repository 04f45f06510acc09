// What an application does once, a thousand times: nothing is left, nothing crashes. The runs are
// of a server that never answers, the folders in memory. EXIT_RUN is the program exit_run.
#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <coffer/coffer.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

#include "facade_checks.h"
#include "silent_server.h"

namespace {

using coffer::CofferError;
using coffer::cloudbackup::Office365Backup;
using facade_test::Folder;
using facade_test::SilentServer;
namespace fs = std::filesystem;

constexpr int kTimes = 1000;

// kB that 500 components with a run would leave at the least. A sanitizer keeps what was freed, and
// looks for leaks itself.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long kLeastLeak = 1000000;
#else
constexpr long kLeastLeak = 8000;
#endif

// Processes take longer: fewer, unless COFFER_REPETITIONS says how many of each kind.
int processes() {
  const char* given = std::getenv("COFFER_REPETITIONS");
  return given == nullptr ? 10 : std::atoi(given);
}

// In memory where that is possible.
fs::path parent() {
  const fs::path memory = "/dev/shm";
  return fs::is_directory(memory) ? memory : fs::temp_directory_path();
}

struct Footprint {
  long kilobytes = 0;
  long descriptors = 0;
  long threads = 0;
};

Footprint footprint() {
  Footprint found;
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> found.kilobytes;
    if (word == "Threads:") status >> found.threads;
  }
  found.descriptors = std::distance(fs::directory_iterator("/proc/self/fd"), {});
  return found;
}

// The system counts a thread for a moment after it was joined.
bool threads_end(long most) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (footprint().threads > most) {
    if (std::chrono::steady_clock::now() > limit) return false;
  }
  return true;
}

// The second half of the repetitions leaves nothing that the first half did not.
template <class Step>
void leaves_nothing(Step&& step) {
  for (int number = 0; number < kTimes / 2; ++number) {
    step(number);
  }
  const Footprint before = footprint();
  for (int number = kTimes / 2; number < kTimes; ++number) {
    step(number);
  }
  const Footprint after = footprint();
  CHECK(after.kilobytes <= before.kilobytes + kLeastLeak);
  CHECK(after.descriptors <= before.descriptors);
  CHECK(threads_end(before.threads));
}

template <class Function>
std::int32_t code_of(Function&& function) {
  try {
    function();
  } catch (const CofferError& error) {
    return error.code();
  }
  return 0;
}

int status_of(const std::string& way, const std::string& url, const std::string& folder) {
  std::array<std::string, 4> words = {EXIT_RUN, way, url, folder};
  std::array<char*, 5> arguments = {words[0].data(), words[1].data(), words[2].data(),
                                    words[3].data(), nullptr};
  pid_t process = 0;
  int status = 0;
  REQUIRE(posix_spawn(&process, EXIT_RUN, nullptr, nullptr, arguments.data(), environ) == 0);
  REQUIRE(waitpid(process, &status, 0) == process);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("runs that their handlers close, and uses of the closed component") {
  const Folder folder(parent());
  const SilentServer silent;
  leaves_nothing([&](int) {
    Office365Backup backup;
    facade_test::prepare_run(backup, silent.url(), folder / "one");
    const auto heard = std::make_shared<int>(0);
    std::weak_ptr<int> handlers = heard;
    backup.on_log([&backup, heard](auto&) {
      ++*heard;
      backup.close();
      backup.close();
    });
    backup.start_backup();
    while (*heard == 0) {
      backup.do_events();
    }
    REQUIRE(code_of([&] { backup.do_events(); }) == 30001);
    REQUIRE(code_of([&] { backup.set_data_folder("x"); }) == 30001);
    REQUIRE(code_of([&] { backup.config("LogLevel"); }) == 30001);
    backup.close();
    REQUIRE(*heard == 1);
    REQUIRE(handlers.use_count() == 1);  // the handler has gone with the component
  });
}

TEST_CASE("runs that nobody ends before their component goes") {
  const Folder folder(parent());
  const SilentServer silent;
  leaves_nothing([&](int number) {
    auto backup = std::make_unique<Office365Backup>();
    facade_test::prepare_run(*backup, silent.url(), folder / "one");
    const auto heard = std::make_shared<int>(0);
    std::weak_ptr<int> handlers = heard;
    backup->on_log([heard](auto&) { ++*heard; });
    backup->start_backup();  // its folder is free again: the run before has ended
    if (number % 2 == 0) backup->do_events();
    backup.reset();
    REQUIRE(handlers.use_count() == 1);
  });
}

TEST_CASE("two threads with a component each") {
  const Folder folder(parent());
  const SilentServer silent;
  std::array<int, 2> ended{};
  const auto work = [&](std::size_t mine) {
    for (int number = 0; number < kTimes / 2; ++number) {
      Office365Backup backup;
      facade_test::prepare_run(backup, silent.url(), folder / std::to_string(mine));
      const auto caller = std::this_thread::get_id();
      bool done = false;
      backup.on_end_backup([&](auto&) {
        done = true;
        ended.at(mine) += std::this_thread::get_id() == caller ? 1 : 0;
      });
      backup.start_backup();
      backup.abort_backup();
      while (!done) {
        backup.do_events();
      }
    }
  };
  const Footprint before = footprint();
  std::thread one(work, 0);
  std::thread two(work, 1);
  one.join();
  two.join();
  CHECK(ended == std::array<int, 2>{kTimes / 2, kTimes / 2});
  const Footprint after = footprint();
  CHECK(after.descriptors <= before.descriptors);
  CHECK(threads_end(before.threads));
}

TEST_CASE("the program ends while a run is under way") {
  const Folder folder(parent());
  const SilentServer silent;
  for (int number = 0; number < processes(); ++number) {
    const std::string place = (folder / std::to_string(number)).string();
    CHECK(status_of("return", silent.url(), place + "a") == 0);
    CHECK(status_of("forgotten", silent.url(), place + "b") == 0);
    CHECK(status_of("handler", silent.url(), place + "c") == 7);
    CHECK(status_of("thread", silent.url(), place + "d") == 7);
  }
}
