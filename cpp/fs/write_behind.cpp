#include "fs/write_behind.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "fs/crew.h"

namespace coffer::fs {

// Of one stream. The file is touched by the writing thread while something waits, else by the
// stream's own; the rest is under Impl::mutex.
struct WriteBehind::Queue {
  std::function<std::unique_ptr<File>()> make;
  std::unique_ptr<File> file;
  std::exception_ptr failure;
  std::size_t waiting = 0;  // blocks not yet written
};

struct WriteBehind::Impl {
  struct Job {
    std::shared_ptr<Queue> queue;
    std::string block;
  };

  explicit Impl(Options given) : options(std::move(given)) {}

  // One block, outside the lock. What goes wrong stays with the stream.
  void put(Queue& queue, std::string&& block) noexcept {
    std::exception_ptr failure;
    try {
      if (!queue.file) queue.file = queue.make();
      queue.file->write(block.data(), block.size());
    } catch (...) {
      failure = std::current_exception();
    }
    if (options.spent) {
      try {
        options.spent(std::move(block));
      } catch (...) {
        // It was only to be used again.
      }
    }
    if (!failure) return;
    const std::lock_guard<std::mutex> lock(mutex);
    queue.failure = failure;
  }

  void work() noexcept {
    stand_back();
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
      more.wait(lock, [this] { return over || !jobs.empty(); });
      if (jobs.empty()) return;
      Job job = std::move(jobs.front());
      jobs.pop_front();
      const bool wanted = !job.queue->failure;
      lock.unlock();
      if (wanted) put(*job.queue, std::move(job.block));
      lock.lock();
      --job.queue->waiting;
      --waiting;
      less.notify_all();
    }
  }

  const Options options;
  std::mutex mutex;
  std::condition_variable more;  // for the writing thread
  std::condition_variable less;  // for the streams
  std::deque<Job> jobs;
  std::size_t waiting = 0;  // jobs, and the one being done
  bool over = false;        // nothing more is taken
  bool running = false;     // there is a thread
  std::thread thread;
};

WriteBehind::Stream::Stream(std::shared_ptr<Impl> impl, std::shared_ptr<Queue> queue)
    : impl_(std::move(impl)), queue_(std::move(queue)) {}

WriteBehind::Stream::~Stream() {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  auto& jobs = impl_->jobs;
  const auto end = std::remove_if(jobs.begin(), jobs.end(),
                                  [this](const Impl::Job& job) { return job.queue == queue_; });
  const auto dropped = static_cast<std::size_t>(jobs.end() - end);
  jobs.erase(end, jobs.end());
  queue_->waiting -= dropped;
  impl_->waiting -= dropped;
  impl_->less.notify_all();
  impl_->less.wait(lock, [this] { return queue_->waiting == 0; });
  lock.unlock();
  queue_->file.reset();
}

void WriteBehind::Stream::write(std::string&& block) {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  const bool behind = impl_->running && !impl_->over;
  impl_->less.wait(lock, [this, behind] {
    return behind ? impl_->waiting < impl_->options.most_waiting : queue_->waiting == 0;
  });
  if (queue_->failure) std::rethrow_exception(queue_->failure);
  if (behind) {
    impl_->jobs.push_back({queue_, std::move(block)});
    ++queue_->waiting;
    ++impl_->waiting;
    impl_->more.notify_one();
    return;
  }
  lock.unlock();
  impl_->put(*queue_, std::move(block));
  lock.lock();
  if (queue_->failure) std::rethrow_exception(queue_->failure);
}

File& WriteBehind::Stream::settled() {
  std::unique_lock<std::mutex> lock(impl_->mutex);
  impl_->less.wait(lock, [this] { return queue_->waiting == 0; });
  if (queue_->failure) std::rethrow_exception(queue_->failure);
  lock.unlock();
  if (!queue_->file) queue_->file = queue_->make();
  return *queue_->file;
}

std::unique_ptr<File> WriteBehind::Stream::finish() {
  settled();
  return std::move(queue_->file);
}

WriteBehind::WriteBehind(Options options) : impl_(std::make_shared<Impl>(std::move(options))) {}

WriteBehind::~WriteBehind() {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->over = true;
  }
  impl_->more.notify_one();
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::unique_ptr<WriteBehind::Stream> WriteBehind::begin(
    std::function<std::unique_ptr<File>()> make) {
  auto queue = std::make_shared<Queue>();
  queue->make = std::move(make);
  auto stream = std::make_unique<Stream>(impl_, std::move(queue));
  if (!impl_->thread.joinable()) {
    try {
      impl_->thread = quiet_thread([impl = impl_.get()] { impl->work(); });
      const std::lock_guard<std::mutex> lock(impl_->mutex);
      impl_->running = true;
    } catch (const std::system_error&) {
      // No thread to be had: each stream writes by itself.
    }
  }
  return stream;
}

}  // namespace coffer::fs
