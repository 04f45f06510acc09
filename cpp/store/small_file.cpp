#include "store/small_file.h"

#include <algorithm>

namespace coffer::store {

std::optional<std::string> read_small_file(fs::Directory& folder, const std::string& name) {
  if (folder.status(name).kind == fs::Kind::kNone) return std::nullopt;
  const std::unique_ptr<fs::File> file = folder.open(name);
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(file->size(), kSmallFileLimit)),
                   '\0');
  text.resize(file->read(0, text.data(), text.size()));
  return text;
}

void write_small_file(fs::Directory& folder, const std::string& name, const std::string& text) {
  const std::string beside = name + ".new";
  if (folder.status(beside).kind != fs::Kind::kNone) folder.remove(beside);  // a dead run's
  const std::unique_ptr<fs::File> file = folder.create(beside);
  file->write(text.data(), text.size());
  file->sync();
  folder.rename(beside, folder, name);
  folder.sync();
}

}  // namespace coffer::store
