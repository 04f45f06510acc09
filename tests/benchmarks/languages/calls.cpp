// The rows of calls.py in C++:  calls_cxx URL CERTIFICATE FOLDER MESSAGES
#include "calls.h"

#include <array>
#include <coffer/coffer.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using coffer::cloudbackup::Office365Backup;

double since(long long start) {
  return static_cast<double>(calls_now() - start);
}

template <class Call>
void row(const char* name, Call&& call) {
  std::array<double, CALLS_ROUNDS> costs{};
  for (double& cost : costs) {
    const long long start = calls_now();
    for (int number = 0; number < CALLS_TIMES; ++number) {
      call();
    }
    cost = since(start) / CALLS_TIMES;
  }
  calls_tell(name, costs.data());
}

std::string content(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The processor's time of one run in the thread that its handlers have.
double run(char** arguments, int round, int& skipped) {
  bool ended = false;
  Office365Backup backup;
  backup.set_authorization("Bearer bench");
  backup.set_data_folder(arguments[2] + ("/cxx" + std::to_string(round)));
  for (const std::string& setting :
       {std::string("GraphURL=") + arguments[0], std::string("UserId=bench@example.com"),
        std::string("MessagePageSize=500"), std::string("LogLevel=0"),
        "SSLServerCACerts=" + content(arguments[1])}) {
    backup.config(setting);
  }
  backup.on_before_message_backup([&](auto& e) {
    skipped += !e.id().empty();
    e.set_skip(!e.skip());
  });
  backup.on_end_backup([&](auto&) { ended = true; });
  const long long start = calls_now();
  backup.start_backup();
  while (!ended) {
    backup.do_events();
  }
  return since(start);
}

int measure(char** arguments) {
  {
    Office365Backup backup;
    std::size_t seen = 0;
    backup.set_data_folder("/home/somebody/mail");
    row("get_text", [&] { seen += backup.data_folder().size(); });
    row("set_text", [&] { backup.set_data_folder("/home/somebody/mail"); });
    row("get_number", [&] { seen += static_cast<std::size_t>(backup.max_connections()); });
    if (seen == 0) return 1;
  }
  const int messages = std::stoi(arguments[3]);
  int skipped = 0;
  std::array<double, CALLS_ROUNDS> costs{};
  for (int round = 0; round < CALLS_ROUNDS; ++round) {
    costs.at(static_cast<std::size_t>(round)) = run(arguments, round, skipped) / messages;
  }
  calls_tell("event", costs.data());
  return skipped == messages * CALLS_ROUNDS ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return argc == 5 ? measure(argv + 1) : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
