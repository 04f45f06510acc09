// A whole backup in C++:  backup GRAPH_URL TOKEN USER DATA_FOLDER
//
// Authenticates with a token that was obtained elsewhere, backs up the mailbox, prints progress and
// every error, and returns 0 only when every message was saved.
#include <coffer/coffer.hpp>

#include <iostream>
#include <string>

using coffer::cloudbackup::Office365Backup;

namespace {

// One run and what is known of it; the handlers are called by do_events, in this thread.
class Run {
 public:
  explicit Run(Office365Backup& backup) : backup_(backup) {
    backup_.on_before_message_backup([](auto& event) {
      if (event.skip()) std::cout << "unchanged: " << event.subject() << "\n";
    });
    backup_.on_message_backup([](auto& event) {
      std::cout << "fetched: " << event.subject() << " (" << event.eml().size() << " octets)\n";
    });
    backup_.on_message_error([](auto& event) {
      std::cerr << "message: error " << event.error_code() << ": " << event.error_message()
                << (event.retry() ? "; trying again" : "") << "\n";
    });
    backup_.on_error([this](auto& event) {
      failed_ = true;
      std::cerr << "backup: error " << event.error_code() << ": " << event.description() << "\n";
    });
    backup_.on_end_backup([this](auto&) { ended_ = true; });
  }

  // True when every message of the mailbox is in the folder.
  bool complete() {
    backup_.start_backup();
    while (!ended_)
      backup_.do_events();
    return !failed_ && backup_.config("MessagesFailed") == "0";
  }

 private:
  Office365Backup& backup_;
  bool failed_ = false;
  bool ended_ = false;
};

int back_up(char** arguments) {
  Office365Backup backup;
  backup.set_authorization(std::string("Bearer ") + arguments[1]);
  backup.set_data_folder(arguments[3]);
  backup.config(std::string("GraphURL=") + arguments[0]);
  backup.config(std::string("UserId=") + arguments[2]);
  const bool complete = Run(backup).complete();
  std::cout << backup.message_count() << " messages, " << backup.config("MessagesSaved")
            << " saved, " << backup.config("MessagesUnchanged") << " unchanged, "
            << backup.config("MessagesFailed") << " failed\n";
  return complete ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: " << argv[0] << " GRAPH_URL TOKEN USER DATA_FOLDER\n";
    return 2;
  }
  try {
    return back_up(argv + 1);
  } catch (const coffer::CofferError& error) {
    std::cerr << "error " << error.code() << ": " << error.what() << "\n";
    return 1;
  }
}
