// The backup of languages.py in C++:  backup_run URL CERTIFICATE FOLDER CONNECTIONS run|empty
#include <coffer/coffer.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace {

using coffer::cloudbackup::Office365Backup;

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int back_up(char** arguments) {
  long before = 0;
  long fetched = 0;
  long saved = 0;
  long failed = 0;
  std::size_t characters = 0;
  bool ended = false;
  Office365Backup backup;
  backup.set_authorization("Bearer bench");
  backup.set_data_folder(arguments[2]);
  backup.set_max_connections(std::stoi(arguments[3]));
  for (const std::string& setting :
       {std::string("GraphURL=") + arguments[0], std::string("UserId=bench@example.com"),
        std::string("MessagePageSize=500"), std::string("MailboxConcurrency=0"),
        std::string("LogLevel=0"), "SSLServerCACerts=" + content(arguments[1])}) {
    backup.config(setting);
  }
  backup.on_before_message_backup([&](auto& e) {
    ++before;
    characters += e.id().size() + e.subject().size();
  });
  backup.on_message_backup([&](auto& e) {
    ++fetched;
    characters += e.id().size();
  });
  backup.on_after_message_backup([&](auto& e) {
    ++saved;
    characters += e.id().size();
  });
  backup.on_message_error([&](auto& e) { failed += e.error_code() != 0; });
  backup.on_error([&](auto& e) { failed += e.error_code() != 0; });
  backup.on_end_backup([&](auto&) { ended = true; });
  if (std::string(arguments[4]) == "run") {
    backup.start_backup();
    while (!ended) {
      backup.do_events();
    }
  }
  std::printf("%ld %ld %ld %ld %zu\n", before, fetched, saved, failed, characters);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return argc == 6 ? back_up(argv + 1) : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
