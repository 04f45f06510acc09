#include "oauth/browser.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace coffer::oauth {

namespace {

struct Actions {
  Actions() { posix_spawn_file_actions_init(&value); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { posix_spawn_file_actions_destroy(&value); }
  posix_spawn_file_actions_t value{};
};

struct Attributes {
  Attributes() { posix_spawnattr_init(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&value); }
  posix_spawnattr_t value{};
};

// A browser may outlive the object that started it; its end is collected by the next that looks.
class Children {
 public:
  void add(pid_t process) {
    const std::lock_guard<std::mutex> lock(mutex_);
    processes_.push_back(process);
  }
  void collect() {
    const std::lock_guard<std::mutex> lock(mutex_);
    processes_.erase(
        std::remove_if(processes_.begin(), processes_.end(),
                       [](pid_t process) { return waitpid(process, nullptr, WNOHANG) != 0; }),
        processes_.end());
  }
  // The status of a process that has ended; -1 while it runs, or when its end is not ours to know.
  int status_of(pid_t process) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = std::find(processes_.begin(), processes_.end(), process);
    int status = 0;
    if (found == processes_.end() || waitpid(process, &status, WNOHANG) != process) return -1;
    processes_.erase(found);
    return status;
  }

 private:
  std::mutex mutex_;
  std::vector<pid_t> processes_;
};

Children& children() {
  static Children all;
  return all;
}

}  // namespace

std::vector<std::string> command_words(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  bool begun = false;
  for (const char c : command) {
    if (c == '"') {
      quoted = !quoted;
      begun = true;
    } else if (!quoted && (c == ' ' || c == '\t')) {
      if (begun) words.push_back(std::exchange(word, {}));
      begun = false;
    } else {
      word += c;
      begun = true;
    }
  }
  if (begun) words.push_back(std::move(word));
  return words;
}

bool Browser::open(std::string_view command, const std::string& url) {
  children().collect();
  process_ = -1;
  std::vector<std::string> words = command_words(command);
  if (words.empty() || words.front().empty()) return false;
  words.push_back(url);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);

  Actions actions;
  posix_spawn_file_actions_addopen(&actions.value, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions.value, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions.value, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions.value, STDERR_FILENO + 1);
  Attributes attributes;
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  // A session of its own: Ctrl+C in the terminal is for the program, not for the user's browser.
  posix_spawnattr_setflags(&attributes.value,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  posix_spawnattr_setsigmask(&attributes.value, &none);
  posix_spawnattr_setsigdefault(&attributes.value, &all);
  pid_t process = -1;
  if (posix_spawnp(&process, words.front().c_str(), &actions.value, &attributes.value,
                   arguments.data(), environ) != 0) {
    return false;
  }
  children().add(process);
  process_ = process;
  return true;
}

bool Browser::failed() {
  if (process_ < 0) return false;
  const int status = children().status_of(process_);
  if (status < 0) return false;
  process_ = -1;
  return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

}  // namespace coffer::oauth
