#include "store/moved_journal.h"

#include <array>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "core/json.h"

namespace coffer::store {
namespace {

constexpr const char* kName = "moved.jsonl";
constexpr std::size_t kLongestLine = std::size_t{64} << 10;

std::optional<MovedEntry> parse(std::string_view line) {
  try {
    const core::Document document = core::Document::parse(line, 0, kName);
    const std::optional<std::string> id = document.root()["id"].string();
    const std::optional<std::string> path = document.root()["path"].string();
    if (!id || !path || id->empty() || path->empty() || path->front() != '/') return std::nullopt;
    return MovedEntry{*id, *path, document.root()["modified"].string_or("")};
  } catch (const core::Error&) {
    return std::nullopt;
  }
}

}  // namespace

void MovedJournal::append(const std::vector<MovedEntry>& entries) {
  if (entries.empty()) return;
  const bool fresh = meta_.status(kName).kind == fs::Kind::kNone;
  if (fresh || !file_) file_ = meta_.open_append(kName);
  std::string text;
  // A line that a dead run or a full disk tore gets its end first, else it would swallow this one.
  const std::uint64_t size = file_->size();
  char last = '\n';
  if (size > 0) file_->read(size - 1, &last, 1);
  if (last != '\n') text += '\n';
  for (const MovedEntry& entry : entries) {
    text += "{\"id\":" + core::json_quoted(entry.id) +
            ",\"path\":" + core::json_quoted(entry.path) +
            ",\"modified\":" + core::json_quoted(entry.modified) + "}\n";
  }
  file_->write(text.data(), text.size());
  file_->sync();
  if (fresh) meta_.sync();
}

std::size_t MovedJournal::read(const std::function<void(MovedEntry&&)>& entry) {
  if (meta_.status(kName).kind == fs::Kind::kNone) return 0;
  const std::unique_ptr<fs::File> file = meta_.open(kName);
  std::size_t skipped = 0;
  std::string held;
  bool overlong = false;
  std::array<char, 16384> block;
  std::uint64_t at = 0;
  const auto take = [&](std::string_view line) {
    if (overlong || line.size() > kLongestLine) {
      ++skipped;
    } else if (!line.empty()) {
      if (std::optional<MovedEntry> found = parse(line)) {
        entry(std::move(*found));
      } else {
        ++skipped;
      }
    }
    overlong = false;
  };
  for (;;) {
    const std::size_t size = file->read(at, block.data(), block.size());
    if (size == 0) break;
    at += size;
    held.append(block.data(), size);
    std::size_t begin = 0;
    for (std::size_t end = held.find('\n'); end != std::string::npos;
         end = held.find('\n', begin)) {
      take(std::string_view(held).substr(begin, end - begin));
      begin = end + 1;
    }
    held.erase(0, begin);
    if (held.size() > kLongestLine) {
      overlong = true;
      held.clear();
    }
  }
  if (!held.empty() || overlong) ++skipped;  // without its end: torn
  return skipped;
}

}  // namespace coffer::store
