// A few threads that run the same step for many items side by side, for calls that mostly wait for
// the disk.
//
// Threads: run belongs to one thread at a time; it works too, so that a crew of one needs no other.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <thread>

namespace coffer::fs {

class Crew {
 public:
  // Counting the caller. Where the system refuses threads there are fewer.
  explicit Crew(std::size_t size);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew();

  // Calls step(0) … step(count - 1), in any order and at the same time; returns when all have. What
  // was done before run is seen by the steps, what they did by the caller. A step must not throw.
  // `most`: how many threads are worth waking, 1 or more.
  void run(std::size_t count, const std::function<void(std::size_t)>& step,
           std::size_t most = std::numeric_limits<std::size_t>::max());

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The calling thread lets the others of its process go first: it has time, whoever fetches what it
// is to store has not. Where the system does not allow it, nothing changes.
void stand_back() noexcept;

// A thread that handles none of the program's signals: they are for its own threads.
std::thread quiet_thread(std::function<void()> body);

}  // namespace coffer::fs
