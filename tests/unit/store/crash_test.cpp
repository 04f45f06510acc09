// Real files, real processes: SIGKILL at every step that changes the disk, two processes for one
// folder.
#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "store_fixture.h"

using namespace coffer;
using namespace coffer::store;
using namespace coffer::store::test;
namespace files = std::filesystem;

namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    // In memory where there is such a folder: a killed process loses nothing on either, and the
    // hundreds of lives below do not wait for the disk.
    const files::path memory = "/dev/shm";
    const bool usable = ::access(memory.c_str(), R_OK | W_OK | X_OK) == 0;
    std::string name =
        ((usable ? memory : files::temp_directory_path()) / "coffer-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    files::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Ended {
  int status = 0;
  std::string output;
};

// Runs the child that lies beside this program.
Ended run_child(std::vector<std::string> arguments) {
  const std::string program =
      (files::read_symlink("/proc/self/exe").parent_path() / "crash_child").string();
  arguments.insert(arguments.begin(), program);
  std::vector<char*> pointers;
  for (std::string& argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);

  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, program.c_str(), &actions, nullptr, pointers.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  Ended ended;
  std::array<char, 4096> block;
  for (ssize_t size = 0; (size = ::read(ends[0], block.data(), block.size())) > 0;) {
    ended.output.append(block.data(), static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  REQUIRE(::waitpid(child, &ended.status, 0) == child);
  return ended;
}

std::string slurp(const files::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool whole(const std::string& text) {
  const auto header = parse_header(text);
  return header && text == file_text(header->id, header->modified,
                                     "Subject: " + header->id + " " + header->modified +
                                         "\r\n\r\n" + std::string(3000, 'x'));
}

// False when the child lived to its end.
bool killed_at(long step, bool index) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = {folder.path(), std::to_string(step)};
  if (index) arguments.emplace_back("index");
  const Ended ended = run_child(arguments);
  CAPTURE(step);
  const bool killed = WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGKILL;
  if (!killed) REQUIRE(ended.status == 0);

  std::map<std::string, std::string> saved;
  std::istringstream lines(ended.output);
  for (std::string id, modified; lines >> id >> modified;)
    saved[id] = modified;
  if (!killed) CHECK(saved.size() == 4);

  for (const auto& entry : files::recursive_directory_iterator(folder.path())) {
    const std::string name = entry.path().string();
    if (!entry.is_regular_file() || contains(name, "/.meta/")) continue;
    CAPTURE(name);
    CHECK(whole(slurp(entry.path())));
  }

  StoreOptions options;
  options.data_folder = folder / "data";
  options.use_index = index;
  const auto store = BackupStore::open(fs::posix_file_system(), options);
  store->bind(kMe);
  CHECK(files::is_empty(folder / "data/.meta/tmp") == index);  // else the state's own file
  if (!saved.empty() && killed && saved.count("a") == 0) CHECK(store->has_unfinished_run());
  for (const auto& entry : saved) {
    const auto& id = entry.first;
    const auto& modified = entry.second;
    CAPTURE(id);
    const auto found = store->find(id);
    if (id == "c" && !found) continue;  // its removal was under way
    REQUIRE(found);
    const auto header = parse_header(slurp(found->path));
    REQUIRE(header);
    CHECK(header->id == id);
    CHECK(header->modified >= modified);
    CHECK(found->modified <= header->modified);
  }
  if (store->has_unfinished_run()) {
    store->begin_run(true);
    for (const auto& [id, modified] : saved) {
      const auto found = store->find(id);
      if (found && found->modified == modified) CHECK(found->run == 1);
    }
    if (saved.count("m") != 0) CHECK(store->is_done("skipped", "2023-07-03"));
  }
  return killed;
}

}  // namespace

TEST_CASE("crash: SIGKILL at every step, with the index") {
  long step = 0;
  while (killed_at(step, true))
    ++step;
  CHECK(step > 60);
}

TEST_CASE("crash: SIGKILL at every third step, without the index") {
  long step = 0;
  while (killed_at(step, false))
    step += 3;
  CHECK(step > 60);
}

TEST_CASE("lock: another process holds the folder") {
  const TemporaryFolder folder;
  StoreOptions options;
  options.data_folder = folder / "data";
  {
    const auto store = BackupStore::open(fs::posix_file_system(), options);
    const Ended ended = run_child({folder.path(), "1000000"});
    CHECK(WEXITSTATUS(ended.status) == 3);  // 702
    CHECK(ended.output.empty());
  }
  CHECK(run_child({folder.path(), "1000000"}).status == 0);
}

TEST_CASE("lock: two objects of one process exclude each other, on real files") {
  const TemporaryFolder folder;
  StoreOptions options;
  options.data_folder = folder / "data";
  auto store = BackupStore::open(fs::posix_file_system(), options);
  CHECK(failure_of([&] { BackupStore::open(fs::posix_file_system(), options); }).code == 702);
  // The one that was refused did not give the other's lock away (a POSIX record lock would be).
  CHECK(failure_of([&] { BackupStore::open(fs::posix_file_system(), options); }).code == 702);
  store.reset();
  store = BackupStore::open(fs::posix_file_system(), options);
}

TEST_CASE("real files: modes 0700 and 0600, whatever the umask lets through") {
  const TemporaryFolder folder;
  const mode_t before = ::umask(0);
  {
    StoreOptions options;
    options.data_folder = folder / "made/data";
    const auto store = BackupStore::open(fs::posix_file_system(), options);
    store->bind(kMe);
    store->begin_run(false);
    store->temporary_path("spool.db");
    CHECK(save(*store, "a", kMonday, "x").code == 0);
    CHECK(save_to(*store, "b", kMonday, "x", folder / "mail/deep/b.eml").code == 0);
    store->mark_done("c", kMonday);
    store->keep_marks();
    for (const auto& entry : files::recursive_directory_iterator(folder.path())) {
      struct stat status = {};
      REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
      CAPTURE(entry.path().string());
      CHECK((status.st_mode & 07777) == (entry.is_directory() ? 0700U : 0600U));
    }
    store->end_run(RunEnd::kComplete);
  }
  ::umask(before);
}

TEST_CASE("real files: a whole run, the index damaged, and another") {
  const TemporaryFolder folder;
  StoreOptions options;
  options.data_folder = folder / "data";
  for (int run = 0; run < 3; ++run) {
    const auto store = BackupStore::open(fs::posix_file_system(), options);
    store->bind(kMe);
    store->begin_run(false);
    for (int i = 0; i < 40; ++i) {
      const std::string id = "id" + std::to_string(i);
      if (run > 0) REQUIRE(store->find(id));
      if (run < 2) CHECK(save(*store, id, kMonday, "x").code == 0);
    }
    store->end_run(RunEnd::kComplete);
    std::ofstream(options.data_folder + "/.meta/index.db", std::ios::binary) << "garbage";
  }
}
