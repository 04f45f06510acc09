// The sentences of IoError: what was tried, on which path, why it failed, what to do about it.
// Shared by the machine's file system and the one of the tests.
//
// Threads: free functions without state.
#pragma once

#include <string>

#include "fs/file_system.h"

namespace coffer::fs {

// "cannot write /data/x.eml: No space left on device; free space on this disk". One line, also
// when the path has control characters.
IoError io_error(const std::string& action, const std::string& path, int error);

// For an entry that is in the way: "/data/.meta is a symbolic link, where a folder is needed; …".
// `kind` is what is there, `what` a word for it ("FIFO") when kind is kOther.
IoError wrong_kind(const std::string& path, Kind kind, const std::string& what, Kind wanted);

// A name inside a folder: one segment, neither empty nor "." nor "..". Throws IoError(EINVAL).
void check_name(const std::string& folder, const std::string& name);

// folder + "/" + name.
std::string joined(const std::string& folder, const std::string& name);

// Without ".", ".." and empty segments; `path` begins with "/". Lexical: links are not looked at.
std::string normalised(const std::string& path);

}  // namespace coffer::fs
