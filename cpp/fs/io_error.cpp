#include "fs/io_error.h"

#include <cerrno>
#include <system_error>
#include <vector>

namespace coffer::fs {
namespace {

// A path is octets that somebody chose; a message is one line.
std::string shown(const std::string& path) {
  std::string out = path;
  for (char& c : out) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7F) c = '?';
  }
  return out;
}

const char* advice(int error) {
  switch (error) {
    case ENOSPC:
      return "free space on this disk";
    case EDQUOT:
      return "free space or raise the quota";
    case EROFS:
      return "remount the disk for writing or choose another folder";
    case EACCES:
    case EPERM:
      return "check its owner and permissions";
    case EIO:
      return "check the disk";
    case EMFILE:
      return "raise the limit of open files (ulimit -n)";
    case ENFILE:
      return "raise the system's limit of open files (fs.file-max)";
    case ENAMETOOLONG:
      return "choose a shorter path";
    case EXDEV:
      return "both names must be on one file system";
    case ENOLCK:
    case EOPNOTSUPP:
      return "this file system cannot do that, choose a folder on a local disk";
    default:
      return nullptr;
  }
}

}  // namespace

IoError io_error(const std::string& action, const std::string& path, int error) {
  std::string text =
      "cannot " + action + " " + shown(path) + ": " + std::generic_category().message(error);
  if (const char* remedy = advice(error)) text += std::string("; ") + remedy;
  return IoError(error, text);
}

IoError wrong_kind(const std::string& path, Kind kind, const std::string& what, Kind wanted) {
  int error = EINVAL;
  std::string found = what.empty() ? "a special file" : "a " + what;
  std::string remedy = "remove it or move it away";
  switch (kind) {
    case Kind::kLink:
      error = ELOOP;
      found = "a symbolic link";
      remedy = "links are not followed here, remove it";
      break;
    case Kind::kDirectory:
      error = EISDIR;
      found = "a folder";
      break;
    case Kind::kFile:
      error = ENOTDIR;
      found = "a file";
      break;
    case Kind::kOther:
      if (wanted == Kind::kDirectory) error = ENOTDIR;
      break;
    case Kind::kNone:
      return io_error("open", path, ENOENT);
  }
  const char* needed = wanted == Kind::kDirectory ? "a folder" : "a regular file";
  return IoError(error,
                 shown(path) + " is " + found + " where " + needed + " is needed; " + remedy);
}

void check_name(const std::string& folder, const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos) {
    throw IoError(EINVAL,
                  "not a name for an entry of " + shown(folder) + ": '" + shown(name) + "'");
  }
}

std::string joined(const std::string& folder, const std::string& name) {
  if (!folder.empty() && folder.back() == '/') return folder + name;
  return folder + "/" + name;
}

std::string normalised(const std::string& path) {
  std::vector<std::string> segments;
  std::size_t at = 0;
  while (at < path.size()) {
    std::size_t end = path.find('/', at);
    if (end == std::string::npos) end = path.size();
    const std::string segment = path.substr(at, end - at);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();  // "/.." is "/"
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    at = end + 1;
  }
  std::string out;
  for (const std::string& segment : segments)
    out += "/" + segment;
  return out.empty() ? "/" : out;
}

}  // namespace coffer::fs
