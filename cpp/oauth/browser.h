// The user's browser, started without a shell.
//
// Threads: one thread at a time.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::oauth {

// "program", "program --option" or "\"/path with blanks/program\" --option": the words of
// OAuthBrowserCommand, split at blanks outside quotation marks. No variables, no wildcards.
std::vector<std::string> command_words(std::string_view command);

class Browser {
 public:
  // Starts the command with the address as its last argument; standard streams lead nowhere, and
  // nothing else of ours is inherited. False when it cannot be started.
  bool open(std::string_view command, const std::string& url);
  // The program has ended since and says that it failed, as an opener without a display does. Once.
  bool failed();

 private:
  pid_t process_ = -1;
};

}  // namespace coffer::oauth
