// Writes large files on a thread of its own, block by block as they come, so that who fetches them
// does not wait for the file system; only when several blocks wait does it wait too.
//
// Threads: a WriteBehind belongs to one thread, which begins the streams; a Stream to one thread at
// a time. A Stream may outlive its WriteBehind, and then writes by itself.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "fs/file_system.h"

namespace coffer::fs {

class WriteBehind {
 private:
  struct Impl;
  struct Queue;

 public:
  struct Options {
    std::size_t most_waiting = 16;  // blocks of all streams that are not yet written
    // Gets each block back that is written, or failed, on the thread that did it.
    std::function<void(std::string&&)> spent;
  };

  class Stream {
   public:
    Stream(std::shared_ptr<Impl> impl, std::shared_ptr<Queue> queue);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream();  // not finished: what waits is dropped, the file is closed

    // Appends; what an earlier block met with is thrown, here as in the others.
    void write(std::string&& block);
    // Waits for all that was written; the file is the caller's until the next write.
    File& settled();
    std::unique_ptr<File> finish();  // the same, and gives it away

   private:
    std::shared_ptr<Impl> impl_;
    std::shared_ptr<Queue> queue_;
  };

  explicit WriteBehind(Options options);
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;
  ~WriteBehind();  // what was given to streams is written

  // `make` makes the file, on the writing thread, when its first block is there.
  std::unique_ptr<Stream> begin(std::function<std::unique_ptr<File>()> make);

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace coffer::fs
