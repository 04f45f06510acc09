#include "fs/group_commit.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "core/error.h"
#include "fs/crew.h"

namespace coffer::fs {
namespace {

constexpr int kWritingFailed = 711;  // capi/api/errors.toml
// A group begins when it has that many files, or that long after its first one.
constexpr std::size_t kWorthwhile = 32;
constexpr std::chrono::milliseconds kGathering{2};
// Making and writing files keeps processors busy and the folder's lock contended; only the syncs
// wait for the disk.
constexpr std::size_t kBusy = 2;

// Runs one step for one item; what goes wrong becomes the item's result. No step of another item
// suffers: a full disk or a bad sector is the matter of the file it hits.
template <typename Step>
void attempt(CommitResult& result, const Step& step) noexcept {
  try {
    try {
      step();
    } catch (const core::Error& error) {
      result.code = error.code();
      result.text = error.what();
    } catch (const IoError& error) {
      result.code = kWritingFailed;
      result.error = error.error();
      result.text = error.what();
    } catch (const std::exception& error) {
      result.code = kWritingFailed;
      result.text = error.what();
    }
  } catch (...) {
    result.code = kWritingFailed;  // no memory for the text, or not an exception of ours
  }
}

}  // namespace

struct GroupCommit::Impl {
  // Allocated by submit, then only moved from list to list: the commit thread itself needs memory
  // for nothing but error texts.
  struct Node {
    CommitItem item;
    CommitResult result;
    bool renamed = false;
  };

  explicit Impl(Options given) : options(std::move(given)), crew(options.sync_threads) {
    options.max_group = std::max<std::size_t>(options.max_group, 1);
    worthwhile = std::min(kWorthwhile, options.max_group);
    group.reserve(options.max_group);
    folders.reserve(options.max_group);
    durable.reserve(options.max_group);
  }

  void work() noexcept;
  void commit_group() noexcept;
  void sync_data() noexcept;
  void rename_all() noexcept;
  void sync_folders() noexcept;
  void run_after_group() noexcept;

  Options options;
  std::size_t worthwhile = 1;
  Crew crew;

  // The commit thread's own: the group under way.
  std::vector<Node*> group;
  std::vector<Directory*> folders;
  std::vector<std::uint64_t> durable;

  mutable std::mutex mutex;
  std::condition_variable queued;  // for the commit thread
  std::condition_variable room;    // for submit
  std::condition_variable ready;   // for drain
  std::list<Node> queue;
  std::size_t unfinished = 0;  // queued or in the group under way: each may hold a descriptor
  std::list<Node> finished;
  bool over = false;
  bool hurry = false;  // somebody waits for the end
  std::thread thread;
};

GroupCommit::GroupCommit(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {
  impl_->thread = quiet_thread([impl = impl_.get()] { impl->work(); });
}

GroupCommit::~GroupCommit() {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->over = impl_->hurry = true;
  }
  impl_->queued.notify_one();
  impl_->thread.join();
}

void GroupCommit::submit(CommitItem item) {
  std::list<Impl::Node> node(1);
  node.front().result.tag = item.tag;
  node.front().item = std::move(item);
  {
    std::unique_lock<std::mutex> lock(impl_->mutex);
    // The bound on descriptors and memory. Results that wait to be handed out do not count: it is
    // this very thread that takes them.
    impl_->room.wait(lock, [this] { return impl_->unfinished < 2 * impl_->options.max_group; });
    impl_->queue.splice(impl_->queue.end(), node);
    ++impl_->unfinished;
    // The first file begins the gathering, one of them ends it: the others would wake the thread
    // for nothing.
    if (impl_->queue.size() != 1 && impl_->queue.size() != impl_->worthwhile) return;
  }
  impl_->queued.notify_one();
}

std::size_t GroupCommit::pending() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->unfinished + impl_->finished.size();
}

std::size_t GroupCommit::run_completions(const std::function<void(CommitResult&&)>& done) {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  // What is there now, and one at a time: `done` may submit, and when it throws nothing is lost.
  const std::size_t count = impl_->finished.size();
  for (std::size_t i = 0; i < count; ++i) {
    std::list<Impl::Node> node;
    node.splice(node.end(), impl_->finished, impl_->finished.begin());
    lock.unlock();
    done(std::move(node.front().result));
    node.clear();
    lock.lock();
  }
  return count;
}

void GroupCommit::drain(const std::function<void(CommitResult&&)>& done) {
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(impl_->mutex);
      impl_->hurry = true;
      impl_->queued.notify_one();
      impl_->ready.wait(lock,
                        [this] { return !impl_->finished.empty() || impl_->unfinished == 0; });
      impl_->hurry = impl_->over;
      if (impl_->finished.empty()) return;
    }
    run_completions(done);
  }
}

void GroupCommit::Impl::work() noexcept {
  stand_back();
  std::list<Node> nodes;
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex);
      queued.wait(lock, [this] { return over || !queue.empty(); });
      if (queue.empty()) return;
      // A group costs its folders' syncs and its rows' transaction, however few its files are.
      queued.wait_for(lock, kGathering, [this] { return hurry || queue.size() >= worthwhile; });
      // Whatever has gathered while the group before was on its way: a slow disk makes large groups
      // by itself, and nobody waits for a group to fill.
      auto end = queue.begin();
      for (std::size_t i = 0; i < options.max_group && end != queue.end(); ++i)
        ++end;
      nodes.splice(nodes.end(), queue, queue.begin(), end);
    }
    for (Node& node : nodes)
      group.push_back(&node);
    commit_group();
    for (Node& node : nodes)
      node.item = CommitItem();  // what a hook holds ends on this thread
    {
      const std::lock_guard<std::mutex> lock(mutex);
      unfinished -= group.size();
      finished.splice(finished.end(), nodes);
    }
    group.clear();
    room.notify_all();
    ready.notify_all();
    CommitResult ignored;
    attempt(ignored, [this] {
      if (options.wake) options.wake();
    });
  }
}

// The order is the promise, see the header. cpp/fs/README.md says why the data are synced like
// this.
void GroupCommit::Impl::commit_group() noexcept {
  sync_data();
  rename_all();
  sync_folders();
  run_after_group();
}

void GroupCommit::Impl::sync_data() noexcept {
  // All data on their way before the first wait.
  crew.run(
      group.size(),
      [this](std::size_t i) {
        CommitItem& item = group[i]->item;
        attempt(group[i]->result, [this, &item] {
          if (!item.file) item.file = item.complete();
          if (group.size() > 1) item.file->start_sync();
        });
      },
      kBusy);
  crew.run(group.size(), [this](std::size_t i) {
    Node& node = *group[i];
    if (node.result.code == 0) {
      attempt(node.result, [&node] {
        node.item.file->sync();
        node.item.file->close();
      });
    }
    node.item.file.reset();
  });
}

void GroupCommit::Impl::rename_all() noexcept {
  CommitResult refusal;
  attempt(refusal, [this] {
    if (options.before_renames) options.before_renames();
  });
  for (Node* node : group) {
    CommitItem& item = node->item;
    if (refusal.code != 0 && node->result.code == 0) {
      node->result.code = refusal.code;
      node->result.error = refusal.error;
      attempt(node->result, [node, &refusal] { node->result.text = refusal.text; });
    }
    if (node->result.code == 0) {
      attempt(node->result, [node, &item] {
        if (!item.fresh || !item.from->rename_new(item.temporary, *item.to, item.name)) {
          if (item.before_rename) item.before_rename();
          item.from->rename(item.temporary, *item.to, item.name);
        }
        node->renamed = true;
      });
    }
    if (!node->renamed) {
      // Frees its room at once; one that cannot be removed goes with the next start's cleaning.
      CommitResult ignored;
      attempt(ignored, [&item] { item.from->remove(item.temporary); });
    }
  }
}

void GroupCommit::Impl::sync_folders() noexcept {
  folders.clear();
  for (const Node* node : group) {
    if (node->renamed) folders.push_back(node->item.to.get());
  }
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  crew.run(folders.size(), [this](std::size_t f) {
    CommitResult verdict;
    attempt(verdict, [this, f] { folders[f]->sync(); });
    if (verdict.code == 0) return;
    // The name may be gone after a power failure: not durable, so not done.
    for (Node* node : group) {
      if (!node->renamed || node->item.to.get() != folders[f]) continue;
      node->result.code = verdict.code;
      node->result.error = verdict.error;
      attempt(node->result, [node, &verdict] { node->result.text = verdict.text; });
    }
  });
}

void GroupCommit::Impl::run_after_group() noexcept {
  if (!options.after_group) return;
  durable.clear();
  for (const Node* node : group) {
    if (node->result.code == 0) durable.push_back(node->result.tag);
  }
  if (durable.empty()) return;
  CommitResult ignored;
  attempt(ignored, [this] { options.after_group(durable); });
}

}  // namespace coffer::fs
