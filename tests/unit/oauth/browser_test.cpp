// Starting a program without a shell.
#include "oauth/browser.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

using namespace coffer;

namespace {

// A folder of its own with a program that writes its arguments into a FIFO.
class Program {
 public:
  explicit Program(const std::string& body) {
    char name[] = "/tmp/browser-test-XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    folder_ = name;
    REQUIRE(mkfifo(fifo().c_str(), 0600) == 0);
    std::ofstream(path()) << "#!/bin/sh\n" << body << "\n";
    REQUIRE(chmod(path().c_str(), 0700) == 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    std::remove(path().c_str());
    std::remove(fifo().c_str());
    std::remove(folder_.c_str());
  }
  std::string path() const { return folder_ + "/a browser"; }
  std::string fifo() const { return folder_ + "/fifo"; }
  // Blocks until the program has written and ended.
  std::string written() const {
    std::ostringstream all;
    all << std::ifstream(fifo()).rdbuf();
    return all.str();
  }

 private:
  std::string folder_;
};

constexpr const char* kWrite = R"(for a in "$@"; do echo "[$a]"; done > "$(dirname "$0")/fifo")";

}  // namespace

TEST_CASE("words of a command") {
  using Words = std::vector<std::string>;
  CHECK(oauth::command_words("") == Words{});
  CHECK(oauth::command_words("  ") == Words{});
  CHECK(oauth::command_words("xdg-open") == Words{"xdg-open"});
  CHECK(oauth::command_words(" firefox \t --new-window ") == Words{"firefox", "--new-window"});
  CHECK(oauth::command_words(R"("/opt/my browser/run" "" a"b c"d)") ==
        Words{"/opt/my browser/run", "", "ab cd"});
  CHECK(oauth::command_words("a;b $HOME *") == Words{"a;b", "$HOME", "*"});
}

TEST_CASE("the address arrives as one argument, whatever stands in it") {
  const Program program(kWrite);
  oauth::Browser browser;
  const std::string url = "https://l.example/?a=$(id)&b=`id`;c='\"|>x*";
  REQUIRE(browser.open("\"" + program.path() + "\" --flag $HOME", url));
  CHECK(program.written() == "[--flag]\n[$HOME]\n[" + url + "]\n");
}

TEST_CASE("what cannot be started") {
  oauth::Browser browser;
  for (const char* command :
       {"", "   ", "\"\"", "/no/such/program", "/tmp", "no-such-program-here"}) {
    CAPTURE(command);
    CHECK_FALSE(browser.open(command, "https://l.example/"));
    CHECK_FALSE(browser.failed());
  }
}

TEST_CASE("an opener that fails is noticed, one that works is not") {
  for (const bool fails : {true, false}) {
    CAPTURE(fails);
    const Program program(std::string(kWrite) + (fails ? "\nexit 3" : "\nexit 0"));
    oauth::Browser browser;
    REQUIRE(browser.open("\"" + program.path() + "\"", "https://l.example/"));
    CHECK(program.written() == "[https://l.example/]\n");
    // It has written and is about to end; there is nothing to wait on but its status.
    bool noticed = false;
    for (int i = 0; i < (fails ? 60000 : 100) && !noticed; ++i) {
      noticed = browser.failed();
      usleep(1000);
    }
    CHECK(noticed == fails);
    CHECK_FALSE(browser.failed());
  }
}
