#include "core/log.h"

namespace coffer::core {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;  // contract, section 3

// Where a piece that begins at `from` ends: before the octet that begins the character which
// would not fit whole. Text that is not UTF-8 is cut anywhere.
std::size_t piece_end(std::string_view text, std::size_t from) noexcept {
  if (text.size() - from <= kPiece) return text.size();
  const std::size_t limit = from + kPiece;
  const auto continues = [text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  for (std::size_t end = limit; end + 4 > limit; --end) {
    if (!continues(end)) return end;
  }
  return limit;
}

}  // namespace

void Log::set_sink(Sink sink) {
  sink_ = std::move(sink);
}

bool Log::passes(LogLevel entry) const noexcept {
  const int limit = level();
  return limit > 0 && static_cast<int>(entry) <= limit && (!heard_ || heard_());
}

void Log::write(LogLevel entry, const std::string& message, const char* type) {
  if (!sink_ || !passes(entry)) return;
  const int number = static_cast<int>(entry);
  if (message.size() <= kPiece) {
    sink_(number, message, type);
    return;
  }
  for (std::size_t from = 0; from < message.size();) {
    const std::size_t end = piece_end(message, from);
    sink_(number, message.substr(from, end - from), type);
    from = end;
  }
}

}  // namespace coffer::core
