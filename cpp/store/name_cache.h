// The default file names of the messages under way: a message is looked up, given a path and, some
// messages later, created, and its name is a SHA-1 each time.
//
// Threads: one at a time.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "store/eml_file.h"

namespace coffer::store {

class NameCache {
 public:
  // eml_name(id); valid until the next call.
  const std::string& name_of(std::string_view id) {
    Named& named = names_.at(std::hash<std::string_view>()(id) % names_.size());
    if (named.name.empty() || named.id != id) {
      named.name = eml_name(id);
      named.id = id;
    }
    return named.name;
  }

 private:
  struct Named {
    std::string id;
    std::string name;
  };
  std::array<Named, 256> names_;  // twice as many as are under way (backup_phase.cpp)
};

}  // namespace coffer::store
