#include "fakes/fake_disk.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace coffer::test {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kPiece = 512;  // what disks write in one go
constexpr int kMaxLinks = 40;          // as Linux

void put_change(std::string& content, const Node::Change& change) {
  if (change.truncate) {
    content.resize(change.offset, '\0');
    return;
  }
  const std::size_t end = change.offset + change.data.size();
  if (content.size() < end) content.resize(end, '\0');
  content.replace(change.offset, change.data.size(), change.data);
}

std::vector<std::string> segments_of(const std::string& path) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) out.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

const char* op_name(Op op) {
  switch (op) {
    case Op::kOpenFolder:
      return "open folder";
    case Op::kMakeFolder:
      return "make folder";
    case Op::kCreate:
      return "create";
    case Op::kOpen:
      return "open";
    case Op::kStatus:
      return "status";
    case Op::kList:
      return "list";
    case Op::kRename:
      return "rename";
    case Op::kRemove:
      return "remove";
    case Op::kRemoveFolder:
      return "remove folder";
    case Op::kSyncFolder:
      return "sync folder";
    case Op::kLock:
      return "lock";
    case Op::kUnlock:
      return "unlock";
    case Op::kRead:
      return "read";
    case Op::kSize:
      return "size";
    case Op::kWrite:
      return "write";
    case Op::kTruncate:
      return "truncate";
    case Op::kStartSync:
      return "start sync";
    case Op::kSync:
      return "sync";
    case Op::kClose:
      return "close";
  }
  return "";
}

std::string line_of(const Operation& operation) {
  std::string line = std::string(op_name(operation.op)) + " " + operation.path;
  if (!operation.to.empty()) line += " -> " + operation.to;
  if (operation.error != 0) line += " failed";
  return line;
}

Disk::Disk(std::uint64_t seed)
    : generator_(seed), root_(std::make_shared<Node>(fs::Kind::kDirectory)) {}

std::uint64_t Disk::random(std::uint64_t below) {
  return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(generator_);
}

fs::IoError Disk::failure(const Operation& operation, int error) {
  if (operation.to.empty()) return fs::io_error(op_name(operation.op), operation.path, error);
  return fs::io_error("rename " + operation.path + " to", operation.to, error);
}

int Disk::admit(const Operation& operation, std::uint64_t generation) {
  if (power_off_ || generation != generation_) {
    throw failure(operation, EIO);
  }
  const std::uint64_t number = count_++;
  journal_.push_back(operation);
  if (number == cut_at_) {
    power_off_ = true;
    journal_.back().error = EIO;
    throw failure(operation, EIO);
  }
  if (const auto at = faults_at_.find(number); at != faults_at_.end()) return at->second;
  for (Fault& fault : faults_) {
    if (fault.op != operation.op || fault.times == 0) continue;
    if (operation.path.find(fault.path_part) == std::string::npos &&
        (operation.to.empty() || operation.to.find(fault.path_part) == std::string::npos)) {
      continue;
    }
    --fault.times;
    return fault.error;
  }
  return 0;
}

bool Disk::quietly(std::uint64_t generation, const std::function<void()>& body) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (power_off_ || generation != generation_) return false;
  body();
  return true;
}

void Disk::note(const Operation& operation, std::uint64_t generation,
                const std::function<void()>& body) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (power_off_ || generation != generation_) return;
  journal_.push_back(operation);
  body();
}

std::uint64_t Disk::generation() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return generation_;
}

NodePtr Disk::entry(const Node& folder, const std::string& name) {
  const auto found = folder.entries.find(name);
  return found == folder.entries.end() ? nullptr : found->second;
}

void Disk::set_entry(Node& folder, const std::string& name, const NodePtr& node) {
  const NodePtr before = entry(folder, name);
  std::vector<NodePtr>& history = folder.history[name];
  if (history.empty()) history.push_back(before);
  history.push_back(node);
  if (node) {
    folder.entries[name] = node;
  } else {
    folder.entries.erase(name);
  }
}

void Disk::check_access(const Node& node, const std::string& path) {
  if (node.denied) throw fs::io_error("open", path, EACCES);
}

NodePtr Disk::walk(const std::string& path, bool create, std::string* real) {
  std::vector<std::string> rest = segments_of(path);
  std::reverse(rest.begin(), rest.end());
  std::vector<NodePtr> stack = {root_};
  std::vector<std::string> names;
  int links = 0;
  while (!rest.empty()) {
    const std::string name = std::move(rest.back());
    rest.pop_back();
    const NodePtr at = stack.back();
    if (at->kind != fs::Kind::kDirectory) throw fs::io_error("open", path, ENOTDIR);
    check_access(*at, path);
    if (name == ".") continue;
    if (name == "..") {
      if (stack.size() > 1) {
        stack.pop_back();
        names.pop_back();
      }
      continue;
    }
    NodePtr child = entry(*at, name);
    if (!child) {
      if (!create) throw fs::io_error("open", path, ENOENT);
      child = std::make_shared<Node>(fs::Kind::kDirectory);
      child->device = at->device;
      set_entry(*at, name, child);
      sync_folder(*at);
    }
    if (child->kind == fs::Kind::kLink) {
      if (++links > kMaxLinks) throw fs::io_error("open", path, ELOOP);
      std::vector<std::string> more = segments_of(child->target);
      if (child->target.front() == '/') {
        stack.resize(1);
        names.clear();
      }
      rest.insert(rest.end(), more.rbegin(), more.rend());
      continue;
    }
    stack.push_back(child);
    names.push_back(name);
  }
  if (real != nullptr) {
    real->clear();
    for (const std::string& name : names)
      *real += "/" + name;
    if (real->empty()) *real = "/";
  }
  return stack.back();
}

void Disk::write(Node& file, std::uint64_t offset, const char* data, std::size_t size,
                 const std::string& path) {
  const std::uint64_t end = offset + size;
  const std::uint64_t growth = end > file.live.size() ? end - file.live.size() : 0;
  std::size_t fits = size;
  if (growth > room_)
    fits = size - static_cast<std::size_t>(std::min<std::uint64_t>(growth - room_, size));
  if (room_ != kUnlimited) room_ -= std::min(growth, room_);
  if (fits > 0) {
    Node::Change change{offset, std::string(data, fits), false};
    put_change(file.live, change);
    file.pending.push_back(std::move(change));
  }
  if (fits < size) throw fs::io_error("write", path, ENOSPC);
}

void Disk::truncate(Node& file, std::uint64_t size) {
  if (room_ != kUnlimited && size < file.live.size()) room_ += file.live.size() - size;
  Node::Change change{size, {}, true};
  put_change(file.live, change);
  file.pending.push_back(std::move(change));
}

void Disk::free_room(const Node& file) {
  if (room_ != kUnlimited) room_ += file.live.size();
}

std::size_t Disk::read(const Node& file, std::uint64_t offset, char* data, std::size_t size) {
  if (offset >= file.live.size()) return 0;
  return file.live.copy(data, size, static_cast<std::size_t>(offset));
}

void Disk::sync_file(Node& file) {
  for (const Node::Change& change : file.pending)
    put_change(file.durable, change);
  file.pending.clear();
}

void Disk::fail_operation(std::uint64_t nth, int error) {
  const std::lock_guard<std::mutex> lock(mutex_);
  faults_at_[count_ + nth] = error;
}

void Disk::fail(Op op, int error, std::string path_part, unsigned times) {
  const std::lock_guard<std::mutex> lock(mutex_);
  faults_.push_back({op, error, std::move(path_part), times});
}

void Disk::set_room(std::uint64_t octets) {
  const std::lock_guard<std::mutex> lock(mutex_);
  room_ = octets;
}

void Disk::cut_power_at(std::uint64_t nth) {
  const std::lock_guard<std::mutex> lock(mutex_);
  cut_at_ = count_ + nth;
}

bool Disk::power_is_off() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return power_off_;
}

std::string Disk::surviving(const Node& file, Data data) {
  if (data == Data::kRandom) {
    constexpr Data kChoices[] = {Data::kDropped, Data::kPrefix, Data::kGarbled, Data::kKept};
    data = kChoices[random(4)];
  }
  std::string out = file.durable;
  switch (data) {
    case Data::kDropped:
    case Data::kRandom:
      break;
    case Data::kKept:
      for (const Node::Change& change : file.pending)
        put_change(out, change);
      break;
    case Data::kPrefix: {
      const std::uint64_t whole = random(file.pending.size() + 1);
      for (std::uint64_t i = 0; i < whole; ++i)
        put_change(out, file.pending[i]);
      if (whole < file.pending.size() && !file.pending[whole].truncate) {
        Node::Change torn = file.pending[whole];
        torn.data.resize(static_cast<std::size_t>(random(torn.data.size() + 1)));
        put_change(out, torn);
      }
      break;
    }
    case Data::kGarbled:
      for (const Node::Change& change : file.pending) {
        if (change.truncate) {
          if (random(2) == 0) put_change(out, change);
          continue;
        }
        std::uint64_t done = 0;
        while (done < change.data.size()) {
          const std::uint64_t at = change.offset + done;
          const std::uint64_t size =
              std::min<std::uint64_t>(kPiece - at % kPiece, change.data.size() - done);
          Node::Change piece{at, change.data.substr(done, size), false};
          done += size;
          const std::uint64_t fate = random(3);
          if (fate == 0) continue;
          if (fate == 1) {
            for (char& c : piece.data)
              c = static_cast<char>(random(256));
          }
          put_change(out, piece);
        }
      }
      break;
  }
  return out;
}

// With `machine` the power went, else only the process: then the disk's cache still holds it all.
void Disk::lose(const NodePtr& node, const Loss& loss, bool machine, std::set<const Node*>& seen) {
  if (!seen.insert(node.get()).second) return;
  node->locked = false;
  node->sqlite.reset();
  if (machine && node->kind == fs::Kind::kFile) {
    node->live = surviving(*node, loss.data);
    node->durable = node->live;
    node->pending.clear();
  }
  if (node->kind != fs::Kind::kDirectory) return;
  if (machine) {
    for (const auto& [name, values] : node->history) {
      std::size_t which = 0;
      if (loss.names == Names::kKept) which = values.size() - 1;
      if (loss.names == Names::kRandom) which = static_cast<std::size_t>(random(values.size()));
      if (values[which]) {
        node->entries[name] = values[which];
      } else {
        node->entries.erase(name);
      }
    }
    node->history.clear();
  }
  for (const auto& [name, child] : node->entries)
    lose(child, loss, machine, seen);
}

void Disk::power_loss(const Loss& loss) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::set<const Node*> seen;
  lose(root_, loss, true, seen);
  ++generation_;
  power_off_ = false;
  cut_at_ = kUnlimited;
  faults_at_.clear();
  faults_.clear();
}

void Disk::kill() {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::set<const Node*> seen;
  lose(root_, {}, false, seen);
  ++generation_;
}

std::uint64_t Disk::operations() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return count_;
}

std::vector<Operation> Disk::journal() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return journal_;
}

void Disk::clear_journal() {
  const std::lock_guard<std::mutex> lock(mutex_);
  journal_.clear();
}

void Disk::behind(const std::function<void()>& body) {
  const std::lock_guard<std::mutex> lock(mutex_);
  body();
}

}  // namespace coffer::test
