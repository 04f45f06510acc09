#include "fs/crew.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace coffer::fs {

std::thread quiet_thread(std::function<void()> body) {
  // A new thread inherits the mask of the one that makes it.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread made(std::move(body));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return made;
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
}

void stand_back() noexcept {
  constexpr int kSteps = 10;
  errno = 0;
  const int nice = getpriority(PRIO_PROCESS, 0);  // of the calling thread, on Linux
  if (nice != -1 || errno == 0) static_cast<void>(setpriority(PRIO_PROCESS, 0, nice + kSteps));
}

struct Crew::Impl {
  // Shares per thread: the more, the better long and short items even out.
  static constexpr std::size_t kShares = 4;
  std::mutex mutex;
  std::condition_variable wanted;    // there are items to take, or it is over
  std::condition_variable finished;  // all items are done
  const std::function<void(std::size_t)>* step = nullptr;
  std::size_t next = 0;
  std::size_t count = 0;
  std::size_t done = 0;
  bool over = false;
  std::vector<std::thread> helpers;

  // Takes items until none is left, a few at a time where there are many: the lock is busier than
  // the disk when the items are short.
  void take(std::unique_lock<std::mutex>& lock) {
    while (next < count) {
      const std::size_t first = next;
      next += std::max<std::size_t>((count - next) / (kShares * (helpers.size() + 1)), 1);
      const std::size_t end = next;
      const auto* work = step;
      lock.unlock();
      for (std::size_t mine = first; mine < end; ++mine)
        (*work)(mine);
      lock.lock();
      done += end - first;
      if (done == count) finished.notify_one();
    }
  }

  void help() {
    stand_back();
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
      wanted.wait(lock, [this] { return over || next < count; });
      if (over) return;
      take(lock);
    }
  }
};

Crew::Crew(std::size_t size) : impl_(std::make_unique<Impl>()) {
  if (size > 1) impl_->helpers.reserve(size - 1);
  while (impl_->helpers.size() + 1 < size) {
    try {
      impl_->helpers.push_back(quiet_thread([impl = impl_.get()] { impl->help(); }));
    } catch (const std::system_error&) {
      break;
    }
  }
}

Crew::~Crew() {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->over = true;
  }
  impl_->wanted.notify_all();
  for (std::thread& helper : impl_->helpers)
    helper.join();
}

void Crew::run(std::size_t count, const std::function<void(std::size_t)>& step, std::size_t most) {
  if (count == 0) return;
  std::unique_lock<std::mutex> lock(impl_->mutex);
  impl_->step = &step;
  impl_->next = 0;
  impl_->done = 0;
  impl_->count = count;
  const std::size_t help = std::min({count - 1, impl_->helpers.size(), most - 1});
  for (std::size_t i = 0; i < help; ++i)
    impl_->wanted.notify_one();
  impl_->take(lock);
  impl_->finished.wait(lock, [this] { return impl_->done == impl_->count; });
  impl_->count = 0;
  impl_->next = 0;
}

}  // namespace coffer::fs
