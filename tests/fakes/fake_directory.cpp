#include "fakes/fake_directory.h"

#include <cerrno>
#include <utility>
#include <vector>

#include "fs/io_error.h"

namespace coffer::test {

using fs::io_error;
using fs::joined;
using fs::Kind;

void must_be(const Node& node, Kind wanted, const std::string& path) {
  if (node.kind != wanted) {
    throw fs::wrong_kind(path, node.kind, node.kind == Kind::kOther ? "FIFO" : "", wanted);
  }
}

namespace {

class FakeFile final : public fs::File {
 public:
  FakeFile(std::shared_ptr<Disk> disk, NodePtr node, std::string path, std::uint64_t generation,
           bool writable, bool locks)
      : disk_(std::move(disk)),
        node_(std::move(node)),
        path_(std::move(path)),
        generation_(generation),
        writable_(writable),
        locks_(locks) {}
  FakeFile(const FakeFile&) = delete;
  FakeFile& operator=(const FakeFile&) = delete;
  ~FakeFile() override { unlock(); }

  void write(const char* data, std::size_t size) override {
    const auto append = [&](std::size_t octets) {
      if (!writable_) throw io_error("write", path_, EBADF);
      disk_->write(*node_, node_->live.size(), data, octets, path_);
    };
    run(
        Op::kWrite, [&] { append(size); }, [&] { append(size / 2); });
  }

  std::size_t read(std::uint64_t offset, char* data, std::size_t size) override {
    return run(Op::kRead, [&] { return Disk::read(*node_, offset, data, size); });
  }

  std::uint64_t size() override {
    return run(Op::kSize, [&] { return std::uint64_t{node_->live.size()}; });
  }

  void truncate(std::uint64_t size) override {
    run(Op::kTruncate, [&] {
      if (!writable_) throw io_error("shorten", path_, EINVAL);
      disk_->truncate(*node_, size);
    });
  }

  void start_sync() override {
    run(Op::kStartSync, [] {});
  }

  void sync() override {
    run(
        Op::kSync, [&] { Disk::sync_file(*node_); }, [&] { Disk::forget_pending(*node_); });
  }

  void close() override {
    if (closed_) return;
    closed_ = true;
    unlock();
    disk_->run({Op::kClose, path_, {}, 0}, generation_, [] {});
  }

 private:
  template <typename Body>
  auto run(Op op, const Body& body, const std::function<void()>& partly = nullptr)
      -> decltype(body()) {
    if (closed_) throw io_error(op_name(op), path_, EBADF);
    return disk_->run({op, path_, {}, 0}, generation_, body, partly);
  }

  void unlock() {
    if (!locks_) return;
    locks_ = false;
    disk_->note({Op::kUnlock, path_, {}, 0}, generation_, [&] { node_->locked = false; });
  }

  const std::shared_ptr<Disk> disk_;
  const NodePtr node_;
  const std::string path_;
  const std::uint64_t generation_;
  const bool writable_;
  bool locks_;
  bool closed_ = false;
};

class FakeDirectory final : public fs::Directory {
 public:
  FakeDirectory(std::shared_ptr<Disk> disk, NodePtr node, std::string path,
                std::uint64_t generation)
      : disk_(std::move(disk)),
        node_(std::move(node)),
        path_(std::move(path)),
        generation_(generation) {}

  const std::string& path() const override { return path_; }

  std::unique_ptr<fs::Directory> open_directory(const std::string& name, bool create) override {
    NodePtr child = run(Op::kOpenFolder, name, [&] {
      NodePtr found = Disk::entry(*node_, name);
      if (!found && create) return found;
      if (!found) throw io_error("open the folder", at(name), ENOENT);
      must_be(*found, Kind::kDirectory, at(name));
      Disk::check_access(*found, at(name));
      return found;
    });
    if (!child) {
      child = run(Op::kMakeFolder, name, [&] {
        must_be_open();
        NodePtr made = Disk::entry(*node_, name);
        if (made) {  // another thread's
          must_be(*made, Kind::kDirectory, at(name));
          return made;
        }
        made = std::make_shared<Node>(Kind::kDirectory);
        made->device = node_->device;
        disk_->set_entry(*node_, name, made);
        return made;
      });
      sync();
    }
    return std::make_unique<FakeDirectory>(disk_, child, at(name), generation_);
  }

  std::unique_ptr<fs::File> create(const std::string& name) override {
    NodePtr made = run(Op::kCreate, name, [&] {
      if (Disk::entry(*node_, name)) throw io_error("create", at(name), EEXIST);
      return make_file(name);
    });
    return handle(made, name, true, false);
  }

  std::unique_ptr<fs::File> open(const std::string& name) override {
    const NodePtr found = run(Op::kOpen, name, [&] { return regular(name, false); });
    return handle(found, name, false, false);
  }

  std::unique_ptr<fs::File> open_append(const std::string& name) override {
    const NodePtr found = run(Op::kOpen, name, [&] { return regular(name, true); });
    return handle(found, name, true, false);
  }

  fs::Status status(const std::string& name) override {
    return run(Op::kStatus, name, [&] {
      Disk::check_access(*node_, path_);
      const NodePtr found = Disk::entry(*node_, name);
      if (!found) return fs::Status{};
      return fs::Status{found->kind, found->live.size()};
    });
  }

  void rename(const std::string& name, fs::Directory& to, const std::string& to_name) override {
    move(name, to, to_name, true);
  }

  bool rename_new(const std::string& name, fs::Directory& to, const std::string& to_name) override {
    return move(name, to, to_name, false);
  }

  void remove(const std::string& name) override {
    run(Op::kRemove, name, [&] {
      must_be_open();
      const NodePtr found = Disk::entry(*node_, name);
      if (!found) throw io_error("remove", at(name), ENOENT);
      if (found->kind == Kind::kDirectory) throw io_error("remove", at(name), EISDIR);
      disk_->free_room(*found);
      disk_->set_entry(*node_, name, nullptr);
    });
  }

  void remove_directory(const std::string& name) override {
    run(Op::kRemoveFolder, name, [&] {
      must_be_open();
      const NodePtr found = Disk::entry(*node_, name);
      const std::string action = "remove the folder";
      if (!found) throw io_error(action, at(name), ENOENT);
      if (found->kind != Kind::kDirectory) throw io_error(action, at(name), ENOTDIR);
      if (!found->entries.empty()) throw io_error(action, at(name), ENOTEMPTY);
      found->removed = true;
      disk_->set_entry(*node_, name, nullptr);
    });
  }

  void list(const std::function<void(const std::string& name, Kind kind)>& entry) override {
    std::vector<std::pair<std::string, Kind>> found;
    disk_->run({Op::kList, path_, {}, 0}, generation_, [&] {
      Disk::check_access(*node_, path_);
      for (const auto& [name, node] : node_->entries)
        found.emplace_back(name, node->kind);
    });
    for (const auto& [name, kind] : found)
      entry(name, kind);
  }

  void sync() override {
    disk_->run({Op::kSyncFolder, path_, {}, 0}, generation_, [&] { Disk::sync_folder(*node_); });
  }

  bool same_file_system(fs::Directory& other) override {
    const auto* directory = dynamic_cast<const FakeDirectory*>(&other);
    return directory != nullptr && directory->disk_ == disk_ &&
           directory->node_->device == node_->device;
  }

  std::unique_ptr<fs::File> lock(const std::string& name) override {
    const NodePtr locked = run(Op::kLock, name, [&] {
      NodePtr found = regular(name, true);
      if (found->locked) return NodePtr();
      found->locked = true;
      return found;
    });
    if (!locked) return nullptr;
    return handle(locked, name, true, true);
  }

 private:
  // False: the name is taken and not to be replaced.
  bool move(const std::string& name, fs::Directory& to, const std::string& to_name, bool replace) {
    auto* target = dynamic_cast<FakeDirectory*>(&to);
    fs::check_name(path_, name);
    fs::check_name(to.path(), to_name);
    const std::string to_path = joined(to.path(), to_name);
    return disk_->run({Op::kRename, at(name), to_path, 0}, generation_, [&] {
      const std::string action = "rename " + at(name) + " to";
      must_be_open();
      const NodePtr moved = Disk::entry(*node_, name);
      if (!moved) throw io_error(action, to_path, ENOENT);
      if (target == nullptr || target->disk_ != disk_ || target->node_->device != node_->device) {
        throw io_error(action, to_path, EXDEV);
      }
      target->must_be_open();
      const NodePtr there = Disk::entry(*target->node_, to_name);
      if (there && !replace) return false;
      if (there == moved) return true;  // rename(2): two names of one file stay as they are
      const bool folder = moved->kind == Kind::kDirectory;
      if (there && (there->kind == Kind::kDirectory) != folder) {
        throw io_error(action, to_path, folder ? ENOTDIR : EISDIR);
      }
      if (there && folder && !there->entries.empty()) throw io_error(action, to_path, ENOTEMPTY);
      if (there) disk_->free_room(*there);
      disk_->set_entry(*target->node_, to_name, moved);
      disk_->set_entry(*node_, name, nullptr);
      return true;
    });
  }

  std::string at(const std::string& name) const { return joined(path_, name); }

  template <typename Body>
  auto run(Op op, const std::string& name, const Body& body) -> decltype(body()) {
    fs::check_name(path_, name);
    return disk_->run({op, at(name), {}, 0}, generation_, body);
  }

  void must_be_open() const {
    Disk::check_access(*node_, path_);
    if (node_->removed) throw io_error("change the folder", path_, ENOENT);
  }

  NodePtr make_file(const std::string& name) {
    must_be_open();
    auto made = std::make_shared<Node>(Kind::kFile);
    made->device = node_->device;
    disk_->set_entry(*node_, name, made);
    return made;
  }

  NodePtr regular(const std::string& name, bool create) {
    Disk::check_access(*node_, path_);
    NodePtr found = Disk::entry(*node_, name);
    if (!found && create) return make_file(name);
    if (!found) throw io_error("open", at(name), ENOENT);
    must_be(*found, Kind::kFile, at(name));
    Disk::check_access(*found, at(name));
    return found;
  }

  std::unique_ptr<fs::File> handle(const NodePtr& node, const std::string& name, bool writable,
                                   bool locks) const {
    return std::make_unique<FakeFile>(disk_, node, at(name), generation_, writable, locks);
  }

  const std::shared_ptr<Disk> disk_;
  const NodePtr node_;
  const std::string path_;
  const std::uint64_t generation_;
};

}  // namespace

std::unique_ptr<fs::Directory> open_fake_directory(std::shared_ptr<Disk> disk, NodePtr node,
                                                   const std::string& path,
                                                   std::uint64_t generation) {
  return std::make_unique<FakeDirectory>(std::move(disk), std::move(node), path, generation);
}

}  // namespace coffer::test
