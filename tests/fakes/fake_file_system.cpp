#include "fakes/fake_file_system.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

#include "fakes/fake_directory.h"
#include "fakes/sqlite_vfs.h"
#include "fs/io_error.h"

namespace coffer::test {
namespace {

using fs::io_error;
using fs::joined;
using fs::Kind;

std::pair<std::string, std::string> split(const std::string& path) {
  const std::string whole = fs::normalised(path);
  const std::size_t slash = whole.rfind('/');
  return {slash == 0 ? "/" : whole.substr(0, slash), whole.substr(slash + 1)};
}

}  // namespace

FakeFileSystem::FakeFileSystem(std::uint64_t seed)
    : disk_(std::make_shared<Disk>(seed)), vfs_(std::make_unique<SqliteVfs>(disk_)) {}

FakeFileSystem::~FakeFileSystem() = default;

std::unique_ptr<fs::Directory> FakeFileSystem::open_directory(const std::string& path,
                                                              bool create) {
  const std::string whole = absolute(path);
  const std::uint64_t generation = disk_->generation();
  NodePtr node;
  try {
    disk_->run({Op::kOpenFolder, whole, {}, 0}, generation, [&] {
      node = disk_->walk(whole, false);
      if (node->kind != Kind::kDirectory) throw io_error("open the folder", whole, ENOTDIR);
      Disk::check_access(*node, whole);
    });
  } catch (const fs::IoError& error) {
    if (!create || error.error() != ENOENT || whole == "/") throw;
    const auto [above, name] = split(whole);
    return open_directory(above, true)->open_directory(name, true);
  }
  return open_fake_directory(disk_, node, whole, generation);
}

std::string FakeFileSystem::absolute(const std::string& path) {
  if (path.empty()) throw fs::IoError(ENOENT, "no path was given");
  return fs::normalised(path.front() == '/' ? path : joined("/home", path));
}

std::string FakeFileSystem::real_path(const std::string& path) {
  std::string real;
  disk_->run({Op::kStatus, path, {}, 0}, disk_->generation(),
             [&] { disk_->walk(absolute(path), false, &real); });
  return real;
}

std::string FakeFileSystem::sqlite_vfs() {
  return vfs_->name();
}

std::vector<std::string> FakeFileSystem::lines() const {
  std::vector<std::string> out;
  for (const Operation& operation : journal())
    out.push_back(line_of(operation));
  return out;
}

void FakeFileSystem::place(const std::string& path, const NodePtr& node) {
  disk_->behind([&] {
    const auto [above, name] = split(path);
    const NodePtr folder = disk_->walk(above, true);
    if (node && node->device == 0) node->device = folder->device;
    disk_->set_entry(*folder, name, node);
    folder->history.erase(name);
  });
}

void FakeFileSystem::make_folder(const std::string& path) {
  disk_->behind([&] { disk_->walk(path, true); });
}

void FakeFileSystem::mount(const std::string& path) {
  static std::atomic<int> next_device{1};
  auto folder = std::make_shared<Node>(Kind::kDirectory);
  folder->device = next_device++;
  place(path, folder);
}

void FakeFileSystem::make_link(const std::string& path, const std::string& target) {
  auto link = std::make_shared<Node>(Kind::kLink);
  link->target = target;
  place(path, link);
}

void FakeFileSystem::make_fifo(const std::string& path) {
  place(path, std::make_shared<Node>(Kind::kOther));
}

void FakeFileSystem::write_file(const std::string& path, const std::string& data) {
  auto file = std::make_shared<Node>(Kind::kFile);
  file->live = data;
  file->durable = data;
  place(path, file);
}

void FakeFileSystem::erase(const std::string& path) {
  place(path, nullptr);
}

void FakeFileSystem::set_denied(const std::string& path, bool denied) {
  disk_->behind([&] {
    const auto [above, name] = split(path);
    const NodePtr node =
        name.empty() ? disk_->root() : Disk::entry(*disk_->walk(above, false), name);
    if (!node) throw io_error("find", path, ENOENT);
    node->denied = denied;
  });
}

Kind FakeFileSystem::kind(const std::string& path) const {
  Kind found = Kind::kNone;
  disk_->behind([&] {
    const auto [above, name] = split(path);
    try {
      const NodePtr folder = disk_->walk(above, false);
      const NodePtr node = name.empty() ? folder : Disk::entry(*folder, name);
      if (node) found = node->kind;
    } catch (const fs::IoError&) {
      found = Kind::kNone;
    }
  });
  return found;
}

std::string FakeFileSystem::read_file(const std::string& path) const {
  std::string data;
  disk_->behind([&] {
    const NodePtr node = disk_->walk(path, false);
    must_be(*node, Kind::kFile, path);
    data = node->live;
  });
  return data;
}

std::vector<std::string> FakeFileSystem::tree() const {
  std::vector<std::string> out;
  const std::function<void(const Node&, const std::string&)> visit = [&](const Node& folder,
                                                                         const std::string& path) {
    for (const auto& [name, node] : folder.entries) {
      const bool below = node->kind == Kind::kDirectory;
      const std::string whole = path + name + (below ? "/" : "");
      out.push_back(whole);
      if (below) visit(*node, whole);
    }
  };
  disk_->behind([&] { visit(*disk_->root(), "/"); });
  return out;
}

bool FakeFileSystem::is_durable(const std::string& path) const {
  bool durable = false;
  disk_->behind([&] {
    const Node* at = disk_->root().get();
    std::string rest = fs::normalised(path);
    while (at != nullptr && rest.size() > 1) {
      const std::size_t end = std::min(rest.find('/', 1), rest.size());
      const std::string name = rest.substr(1, end - 1);
      rest.erase(0, end);
      if (at->history.count(name) != 0) return;
      at = Disk::entry(*at, name).get();
    }
    durable = at != nullptr && at->pending.empty() && at->live == at->durable;
  });
  return durable;
}

}  // namespace coffer::test
