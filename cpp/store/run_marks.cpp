#include "store/run_marks.h"

#include <algorithm>

#include "core/text.h"
#include "crypto/digest.h"

namespace coffer::store {
namespace {

constexpr const char* kName = "done.list";
constexpr std::size_t kDigits = 40;
constexpr std::size_t kLine = 2 + kDigits + 1;  // "d <sha1 hex>\n"

// An id has no control octets, so the pair has one reading.
std::string paired(std::string_view id, std::string_view modified) {
  std::string text;
  text.reserve(id.size() + 1 + modified.size());
  return text.append(id).append("\n").append(modified);
}

std::string heading(std::int64_t run) {
  return "run " + std::to_string(run) + "\n";
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

void RunMarks::begin(std::int64_t run, bool resume) {
  const std::lock_guard<std::mutex> lock(mutex_);
  done_.clear();
  saved_.clear();
  file_ = meta_.open_append(kName);
  if (resume) load(*file_, run);
  const std::string first = heading(run);
  std::string present(first.size(), '\0');
  present.resize(file_->read(0, present.data(), present.size()));
  if (!resume || present != first) {
    file_->truncate(0);
    file_->write(first.data(), first.size());
    return;
  }
  // A torn last line gets its end.
  char last = '\n';
  const std::uint64_t size = file_->size();
  if (size > 0 && file_->read(size - 1, &last, 1) == 1 && last != '\n') file_->write("\n", 1);
}

void RunMarks::load(fs::File& file, std::int64_t run) {
  std::string held;
  std::uint64_t at = 0;
  bool ours = false;
  bool first = true;
  std::array<char, 65536> block;
  for (;;) {
    const std::size_t size = file.read(at, block.data(), block.size());
    if (size == 0) break;
    at += size;
    held.append(block.data(), size);
    std::size_t begin = 0;
    for (std::size_t end = held.find('\n'); end != std::string::npos;
         end = held.find('\n', begin)) {
      const std::string_view line = std::string_view(held).substr(begin, end + 1 - begin);
      begin = end + 1;
      if (first) ours = line == heading(run);
      first = false;
      if (!ours) return;
      if (line.size() != kLine || line[1] != ' ' || (line[0] != 'd' && line[0] != 's')) continue;
      Mark mark{};
      bool sound = true;
      for (std::size_t i = 0; i < kDigits; i += 2) {
        const int high = digit_of(line[2 + i]);
        const int low = digit_of(line[3 + i]);
        sound = sound && high >= 0 && low >= 0;
        mark.at(i / 2) = static_cast<std::uint8_t>((high << 4) | low);
      }
      if (sound) (line[0] == 'd' ? done_ : saved_).push_back(mark);
    }
    held.erase(0, begin);
    if (held.size() > kLine * 2) held.clear();  // not a line of ours
  }
  std::sort(done_.begin(), done_.end());
  std::sort(saved_.begin(), saved_.end());
}

void RunMarks::add(Kind kind, std::string_view id, std::string_view modified) {
  const std::string digits = crypto::sha1_hex(paired(id, modified));
  const std::lock_guard<std::mutex> lock(mutex_);
  gathered_ += static_cast<char>(kind);
  gathered_.append(" ").append(digits).append("\n");
}

void RunMarks::flush() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (gathered_.empty() || !file_) return;
  std::string lines;
  lines.swap(gathered_);
  file_->write(lines.data(), lines.size());
}

bool RunMarks::contains(Kind kind, std::string_view id, std::string_view modified) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::vector<Mark>& all = marks(kind);
  if (all.empty()) return false;
  return std::binary_search(all.begin(), all.end(), crypto::sha1(paired(id, modified)));
}

}  // namespace coffer::store
