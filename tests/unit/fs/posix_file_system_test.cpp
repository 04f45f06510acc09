// The machine's file system: kinds, modes, links, FIFOs, locks, texts.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>
#include <vector>

#include "fakes/temporary_folder.h"
#include "fs/file_system.h"

namespace {

using coffer::fs::Directory;
using coffer::fs::File;
using coffer::fs::IoError;
using coffer::fs::Kind;
using coffer::fs::posix_file_system;
using coffer::test::TemporaryFolder;

template <typename Call>
IoError failure_of(const Call& call) {
  try {
    call();
  } catch (const IoError& error) {
    return error;
  }
  FAIL("no IoError");
  return {0, ""};
}

bool has(const IoError& error, const std::string& part) {
  return std::string(error.what()).find(part) != std::string::npos;
}

std::string content_of(Directory& folder, const std::string& name) {
  const std::unique_ptr<File> file = folder.open(name);
  std::string out(file->size(), '\0');
  CHECK(file->read(0, out.data(), out.size()) == out.size());
  return out;
}

void put(Directory& folder, const std::string& name, const std::string& text) {
  folder.create(name)->write(text.data(), text.size());
}

mode_t mode_of(const std::string& path) {
  struct stat entry = {};
  REQUIRE(::lstat(path.c_str(), &entry) == 0);
  return entry.st_mode & 07777U;
}

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;
  ~Umask() { ::umask(before_); }

 private:
  mode_t before_;
};

TEST_CASE("posix: a file is written, read, shortened, appended to and renamed") {
  const TemporaryFolder temporary;
  const auto folder = posix_file_system().open_directory(temporary.path(), false);
  CHECK(folder->path() == temporary.path());
  CHECK(folder->status("a").kind == Kind::kNone);
  const auto file = folder->create("a");
  file->write("hello world", 11);
  CHECK(file->size() == 11);
  char text[32] = {};
  CHECK(file->read(6, text, sizeof text) == 5);
  CHECK(std::string(text) == "world");
  CHECK(file->read(11, text, sizeof text) == 0);
  file->truncate(5);
  file->write("!", 1);
  file->start_sync();
  file->sync();
  file->close();
  CHECK(content_of(*folder, "a") == "hello!");
  CHECK(folder->status("a").kind == Kind::kFile);
  CHECK(folder->status("a").size == 6);
  folder->open_append("a")->write("?", 1);
  folder->open_append("new")->write("x", 1);
  CHECK(content_of(*folder, "a") == "hello!?");
  CHECK(content_of(*folder, "new") == "x");

  const auto below = folder->open_directory("below", true);
  CHECK(below->path() == temporary.path("below"));
  folder->rename("a", *below, "b");
  CHECK_FALSE(folder->rename_new("new", *below, "b"));
  CHECK(content_of(*below, "b") == "hello!?");
  CHECK(content_of(*folder, "new") == "x");
  folder->rename("new", *below, "b");  // replaces
  below->sync();
  CHECK(content_of(*below, "b") == "x");
  CHECK(below->rename_new("b", *below, "c"));
  CHECK(content_of(*below, "c") == "x");
  CHECK(failure_of([&] { below->rename_new("b", *below, "d"); }).error() == ENOENT);
  below->rename("c", *below, "b");
  CHECK(folder->status("a").kind == Kind::kNone);
  CHECK(failure_of([&] { folder->rename("a", *below, "b"); }).error() == ENOENT);
  below->remove("b");
  CHECK(failure_of([&] { below->remove("b"); }).error() == ENOENT);
  folder->remove_directory("below");
  CHECK(folder->status("below").kind == Kind::kNone);
}

TEST_CASE("posix: what must not be there is refused by name, and what must be is missed") {
  const TemporaryFolder temporary;
  const auto folder = posix_file_system().open_directory(temporary.path(), false);
  put(*folder, "file", "x");
  const IoError exists = failure_of([&] { folder->create("file"); });
  CHECK(exists.error() == EEXIST);
  CHECK(has(exists, temporary.path("file")));
  CHECK(failure_of([&] { folder->open("absent"); }).error() == ENOENT);
  CHECK(failure_of([&] { folder->open_directory("absent", false); }).error() == ENOENT);
  const IoError in_the_way = failure_of([&] { folder->open_directory("file", true); });
  CHECK(in_the_way.error() == ENOTDIR);
  CHECK(has(in_the_way, temporary.path("file") + " is a file where a folder is needed"));
  folder->open_directory("folder", true);
  CHECK(failure_of([&] { folder->open("folder"); }).error() == EISDIR);
  CHECK(failure_of([&] { folder->open_append("folder"); }).error() == EISDIR);
  CHECK(failure_of([&] { folder->lock("folder"); }).error() == EISDIR);
  for (const char* name : {"", ".", "..", "a/b", "/etc"}) {
    CAPTURE(name);
    CHECK(failure_of([&] { folder->create(name); }).error() == EINVAL);
    CHECK(failure_of([&] { folder->open_append(name); }).error() == EINVAL);
    CHECK(failure_of([&] { folder->open_directory(name, true); }).error() == EINVAL);
    CHECK(failure_of([&] { folder->status(name); }).error() == EINVAL);
    CHECK(failure_of([&] { folder->remove(name); }).error() == EINVAL);
    CHECK(failure_of([&] { folder->rename("file", *folder, name); }).error() == EINVAL);
    CHECK(failure_of([&] { folder->lock(name); }).error() == EINVAL);
  }
  CHECK(failure_of([&] { folder->open(std::string("file\0x", 6)); }).error() == EINVAL);
}

TEST_CASE(
    "posix: links below a folder are refused by name, links in a path the user gave are not") {
  const TemporaryFolder temporary;
  namespace stdfs = std::filesystem;
  const auto folder = posix_file_system().open_directory(temporary.path(), false);
  folder->open_directory("real", true);
  put(*folder, "file", "x");
  stdfs::create_directory_symlink("real", temporary.path("link"));
  stdfs::create_symlink("file", temporary.path("file-link"));
  stdfs::create_symlink("nowhere", temporary.path("dangling"));

  for (const bool create : {false, true}) {
    const IoError error = failure_of([&] { folder->open_directory("link", create); });
    CHECK(error.error() == ELOOP);
    CHECK(has(error, temporary.path("link") + " is a symbolic link"));
  }
  for (const char* name : {"file-link", "dangling"}) {
    CAPTURE(name);
    CHECK(folder->status(name).kind == Kind::kLink);
    CHECK(failure_of([&] { folder->open(name); }).error() == ELOOP);
    CHECK(failure_of([&] { folder->open_append(name); }).error() == ELOOP);
    CHECK(failure_of([&] { folder->lock(name); }).error() == ELOOP);
    CHECK(failure_of([&] { folder->create(name); }).error() == EEXIST);
  }
  CHECK(folder->status("nowhere").kind == Kind::kNone);  // nothing was made through the link

  const auto through = posix_file_system().open_directory(temporary.path("link/"), false);
  CHECK(through->path() == temporary.path("link"));
  put(*through, "inside", "y");
  CHECK(stdfs::exists(temporary.path("real/inside")));
  CHECK(posix_file_system().real_path(temporary.path("link")) == temporary.path("real"));
  folder->remove("file-link");  // the link, not what it names
  CHECK(folder->status("file").kind == Kind::kFile);
}

TEST_CASE("posix: a FIFO in the way is refused by name and nobody waits for its other end") {
  const TemporaryFolder temporary;
  const auto folder = posix_file_system().open_directory(temporary.path(), false);
  REQUIRE(::mkfifo(temporary.path("fifo").c_str(), 0600) == 0);
  CHECK(folder->status("fifo").kind == Kind::kOther);
  for (const IoError& error :
       {failure_of([&] { folder->open("fifo"); }), failure_of([&] { folder->open_append("fifo"); }),
        failure_of([&] { folder->lock("fifo"); }),
        failure_of([&] { folder->open_directory("fifo", true); })}) {
    CHECK(has(error, temporary.path("fifo") + " is a FIFO"));
  }
  CHECK(failure_of([&] { folder->create("fifo"); }).error() == EEXIST);
  const auto devices = posix_file_system().open_directory("/dev", false);
  CHECK(has(failure_of([&] { devices->open("null"); }), "/dev/null is a device"));
}

TEST_CASE("posix: folders are 0700 and files 0600, whatever looser umask; a tighter one holds") {
  const TemporaryFolder temporary;
  const auto folder = posix_file_system().open_directory(temporary.path(), false);
  {
    const Umask loose(0);
    folder->create("a");
    folder->open_append("b");
    folder->lock("c");
    folder->open_directory("d", true);
    posix_file_system().open_directory(temporary.path("e/f"), true);
  }
  for (const char* name : {"a", "b", "c"})
    CHECK(mode_of(temporary.path(name)) == 0600);
  for (const char* name : {"d", "e", "e/f"})
    CHECK(mode_of(temporary.path(name)) == 0700);
  {
    const Umask tight(0277);
    folder->create("g");
  }
  CHECK(mode_of(temporary.path("g")) == 0400);
}

TEST_CASE("posix: missing folders of a path are made, trailing slashes and dots do no harm") {
  const TemporaryFolder temporary;
  CHECK(failure_of([&] {
          posix_file_system().open_directory(temporary.path("a/b"), false);
        }).error() == ENOENT);
  CHECK(posix_file_system().open_directory(temporary.path("a//b/c/"), true)->path() ==
        temporary.path("a//b/c"));
  CHECK(std::filesystem::is_directory(temporary.path("a/b/c")));
  posix_file_system().open_directory(temporary.path("a/b/c"), true);  // there already
  std::ofstream(temporary.path("file")) << "x";
  const IoError error =
      failure_of([&] { posix_file_system().open_directory(temporary.path("file/x"), true); });
  CHECK(error.error() == ENOTDIR);
  CHECK(has(error, temporary.path("file/x")));
  std::filesystem::create_symlink("nowhere", temporary.path("dangling"));
  CHECK(failure_of([&] {
          posix_file_system().open_directory(temporary.path("dangling"), true);
        }).error() == ENOENT);
  CHECK(failure_of([&] { posix_file_system().open_directory("", true); }).error() == ENOENT);
}

TEST_CASE("posix: absolute is lexical, real_path follows links and needs the path to exist") {
  auto& system = posix_file_system();
  const std::string here = std::filesystem::current_path().string();
  CHECK(system.absolute("x/./y//z/..") == (here == "/" ? "" : here) + "/x/y");
  CHECK(system.absolute(".") == here);
  CHECK(system.absolute("/a/../../b/") == "/b");
  CHECK(system.absolute("/") == "/");
  CHECK(failure_of([&] { system.absolute(""); }).error() == ENOENT);
  const TemporaryFolder temporary;
  CHECK(failure_of([&] { system.real_path(temporary.path("absent")); }).error() == ENOENT);
  CHECK(system.real_path(temporary.path("./")) == temporary.path());
  CHECK(system.sqlite_vfs().empty());
}

TEST_CASE("posix: a listing names every entry with its kind, and a throwing reader ends it") {
  const TemporaryFolder temporary;
  const auto folder = posix_file_system().open_directory(temporary.path(), false);
  put(*folder, "file", "");
  folder->open_directory("folder", true);
  std::filesystem::create_symlink("file", temporary.path("link"));
  REQUIRE(::mkfifo(temporary.path("fifo").c_str(), 0600) == 0);
  const std::map<std::string, Kind> expected = {{"file", Kind::kFile},
                                                {"folder", Kind::kDirectory},
                                                {"link", Kind::kLink},
                                                {"fifo", Kind::kOther}};
  for (int round = 0; round < 2; ++round) {  // each listing begins at the beginning
    std::map<std::string, Kind> found;
    folder->list([&](const std::string& name, Kind kind) { found[name] = kind; });
    CHECK(found == expected);
  }
  CHECK_THROWS_AS(folder->list([](const std::string&, Kind) { throw std::runtime_error("end"); }),
                  std::runtime_error);
}

TEST_CASE("posix: a lock excludes a second object of this process and ends with its handle") {
  const TemporaryFolder temporary;
  const auto one = posix_file_system().open_directory(temporary.path(), false);
  const auto two = posix_file_system().open_directory(temporary.path(), false);
  auto held = one->lock("lock");
  REQUIRE(held != nullptr);
  CHECK(two->lock("lock") == nullptr);
  CHECK(one->lock("lock") == nullptr);
  // POSIX record locks would go when any handle on the file is closed; this one does not.
  two->open("lock").reset();
  CHECK(two->lock("lock") == nullptr);
  held.reset();
  held = two->lock("lock");
  REQUIRE(held != nullptr);
  held->write("who", 3);
  CHECK(one->lock("lock") == nullptr);
  held->close();
  CHECK(one->lock("lock") != nullptr);
}

TEST_CASE("posix: a lock holds although every holder removes the file it locked") {
  const TemporaryFolder temporary;
  std::atomic<int> inside{0};
  std::atomic<int> overlaps{0};
  const auto body = [&] {
    const auto folder = posix_file_system().open_directory(temporary.path(), false);
    for (int done = 0; done < 300;) {
      const auto held = folder->lock("lock");
      if (!held) continue;
      if (++inside != 1) ++overlaps;
      for (int i = 0; i < 50; ++i)
        static_cast<void>(folder->status("lock"));
      --inside;
      try {
        folder->remove("lock");
      } catch (const IoError&) {
        ++overlaps;  // another one, who held it at the same time, was faster
      }
      ++done;
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i)
    threads.emplace_back(body);
  for (std::thread& thread : threads)
    thread.join();
  CHECK(overlaps == 0);
}

TEST_CASE("posix: no descriptor reaches a program that is started") {
  const TemporaryFolder temporary;
  const auto folder = posix_file_system().open_directory(temporary.path("deep/er"), true);
  const auto below = folder->open_directory("below", true);
  const auto made = folder->create("made");
  const auto read = folder->open("made");
  const auto append = folder->open_append("append");
  const auto held = folder->lock("lock");
  int ours = 0;
  const auto look = [&](const std::string&, Kind) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const auto target = std::filesystem::read_symlink(entry.path(), gone);
      if (target.string().find(temporary.path()) != 0) continue;
      ++ours;
      std::ifstream info("/proc/self/fdinfo/" + entry.path().filename().string());
      std::string line;
      while (std::getline(info, line) && line.find("flags:") != 0)
        continue;
      CAPTURE(target);
      CHECK((std::stoul(line.substr(6), nullptr, 8) & static_cast<unsigned long>(O_CLOEXEC)) != 0);
    }
    throw std::runtime_error("once is enough");
  };
  CHECK_THROWS(folder->list(look));  // the listing's own descriptor is among them
  CHECK(ours == 7);
}

TEST_CASE("posix: a write that stops half-way is an error with the path, the reason and one line") {
  const TemporaryFolder temporary;
  const auto folder = posix_file_system().open_directory(temporary.path(), false);
  const auto file = folder->create("big\nname");
  struct rlimit before = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = before;
  limit.rlim_cur = 1000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  const std::string data(2500, 'x');
  int error = 0;
  std::string text;
  try {
    file->write(data.data(), data.size());
  } catch (const IoError& failure) {
    error = failure.error();
    text = failure.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  static_cast<void>(std::signal(SIGXFSZ, handler));
  CHECK(error == EFBIG);
  CHECK(text.find(temporary.path("big?name") + ": File too large") != std::string::npos);
  CHECK(file->size() == 1000);  // the part that fitted was written: a short write, then the error
}

TEST_CASE("posix: two file systems are told apart and a rename between them is refused") {
  const TemporaryFolder temporary;
  const auto folder = posix_file_system().open_directory(temporary.path(), false);
  const auto same = folder->open_directory("same", true);
  CHECK(folder->same_file_system(*same));
  const auto other = posix_file_system().open_directory("/proc/self", false);
  CHECK_FALSE(folder->same_file_system(*other));
  put(*folder, "file", "x");
  CHECK(failure_of([&] { folder->rename("file", *other, "file"); }).error() == EXDEV);
  CHECK(folder->status("file").kind == Kind::kFile);
}

TEST_CASE("posix: a folder that was moved or removed meanwhile is not found by its name again") {
  const TemporaryFolder temporary;
  const auto folder = posix_file_system().open_directory(temporary.path("a"), true);
  std::filesystem::rename(temporary.path("a"), temporary.path("b"));
  std::filesystem::create_directory(temporary.path("a"));
  put(*folder, "file", "x");  // into the folder that was opened, not into whatever took its name
  CHECK(std::filesystem::exists(temporary.path("b/file")));
  CHECK_FALSE(std::filesystem::exists(temporary.path("a/file")));
  std::filesystem::remove_all(temporary.path("b"));
  CHECK(failure_of([&] { folder->create("file"); }).error() == ENOENT);
}

}  // namespace
