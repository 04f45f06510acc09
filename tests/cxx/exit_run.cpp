// Ends while a run is under way:  exit_run WAY URL FOLDER
#include <coffer/coffer.hpp>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "silent_server.h"

namespace {

using coffer::cloudbackup::Office365Backup;

// One that the end of the program destroys, and one that nobody does.
std::unique_ptr<Office365Backup>& kept() {
  static std::unique_ptr<Office365Backup> backup;
  return backup;
}

Office365Backup& busy(char** argv) {
  auto backup = std::make_unique<Office365Backup>();
  facade_test::prepare_run(*backup, argv[2], argv[3]);
  kept() = std::move(backup);
  return *kept();
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): a test may end so
int main(int argc, char** argv) {
  const std::string way = argc == 4 ? argv[1] : "";
  if (way == "return") {
    Office365Backup& backup = busy(argv);
    backup.start_backup();
    backup.do_events();
    return 0;
  }
  if (way == "forgotten") {
    Office365Backup& backup = busy(argv);
    backup.start_backup();
    static_cast<void>(kept().release());
    return 0;
  }
  if (way == "handler") {
    Office365Backup& backup = busy(argv);
    backup.on_log([](auto&) {
      static_cast<void>(kept().release());  // its call is under way: nobody may destroy it
      std::exit(7);
    });
    backup.start_backup();
    for (;;)
      backup.do_events();
  }
  if (way == "thread") {
    Office365Backup& backup = busy(argv);
    std::promise<void> inside;
    bool first = true;
    backup.on_log([&](auto&) {
      if (first) inside.set_value();
      first = false;
    });
    backup.start_backup();
    std::thread([&backup] {
      try {
        for (;;)
          backup.do_events();
      } catch (const coffer::CofferError&) {
        // the end of the program closed it
      }
    }).detach();
    inside.get_future().wait();
    static_cast<void>(kept().release());
    std::exit(7);
  }
  return 2;
}
