// What a run costs that finds nothing to do, beside what reading the same listing costs alone.
//
//   no_change URL CERTIFICATE DATA_FOLDER MESSAGES [PAIRS]
//
// URL serves a listing of MESSAGES messages which DATA_FOLDER holds already (no_change.py makes
// both). A run through the library and the same pages through the engine's own Graph client and
// JSON reader, their results dropped, take turns in this process; compared are the medians of user
// plus system time. inotify counts the .eml files that a run opens.
#include <dirent.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <coffer/coffer.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "cloudbackup/graph_client.h"
#include "cloudbackup/run_settings.h"
#include "core/clock.h"
#include "core/log.h"
#include "graph/list_page.h"
#include "graph/list_query.h"
#include "net/curl_transport.h"
#include "net/options.h"

namespace {

namespace backup = coffer::cloudbackup;

constexpr const char* kUser = "bench@example.com";
constexpr const char* kToken = "Bearer bench";
constexpr std::size_t kPageSize = 500;
constexpr double kTarget = 2.0;

struct Place {
  std::string url;
  std::string certificate;  // PEM
  std::string folder;
  std::size_t messages = 0;
  std::size_t pages() const { return (messages + kPageSize - 1) / kPageSize; }
};

struct Used {
  double cpu = 0;   // user and system, seconds
  double wall = 0;  // seconds
};

double cpu_now() {
  struct rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <class Work>
Used measured(Work&& work) {
  const double cpu = cpu_now();
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {cpu_now() - cpu, wall.count()};
}

// Counts the .eml files in the month folders that this or another process opens or reads.
class OpenCounter {
 public:
  explicit OpenCounter(const std::string& folder) : fd_(::inotify_init1(IN_NONBLOCK)) {
    if (fd_ < 0) throw std::runtime_error("inotify is not available");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (!entry.is_directory() || entry.path().filename() == ".meta") continue;
      if (::inotify_add_watch(fd_, entry.path().c_str(), IN_OPEN | IN_ACCESS) < 0) {
        throw std::runtime_error("cannot watch " + entry.path().string());
      }
    }
  }
  OpenCounter(const OpenCounter&) = delete;
  OpenCounter& operator=(const OpenCounter&) = delete;
  ~OpenCounter() { ::close(fd_); }

  // Opens and reads since the last call.
  std::size_t take() {
    std::size_t count = 0;
    alignas(struct inotify_event) std::array<char, 65536> buffer;
    for (;;) {
      const ssize_t size = ::read(fd_, buffer.data(), buffer.size());
      if (size <= 0) return count;
      for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
        struct inotify_event event = {};
        std::memcpy(&event, buffer.data() + at, sizeof event);
        if ((event.mask & IN_Q_OVERFLOW) != 0) throw std::runtime_error("inotify overflowed");
        if (event.len != 0 && (event.mask & IN_ISDIR) == 0) ++count;
        at += sizeof event + event.len;
      }
    }
  }

 private:
  const int fd_;
};

// That the counter would see it.
void check_counter(OpenCounter& counter, const std::string& folder) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".eml") continue;
    std::ifstream(entry.path()).get();
    if (counter.take() == 0) throw std::runtime_error("inotify reports nothing here");
    return;
  }
  throw std::runtime_error(folder + " holds no messages");
}

struct Sums {
  std::size_t unchanged = 0;
  std::size_t requests = 0;
};

Sums run_engine(const Place& place) {
  backup::Office365Backup engine;
  bool done = false;
  std::string failure;
  engine.set_authorization(kToken);
  engine.set_data_folder(place.folder);
  engine.config("GraphURL=" + place.url);
  engine.config(std::string("UserId=") + kUser);
  engine.config("MessagePageSize=" + std::to_string(kPageSize));
  engine.config("SSLServerCACerts=" + place.certificate);
  engine.on_end_backup([&](auto&) { done = true; });
  engine.on_error([&](auto& event) { failure = event.description(); });
  engine.start_backup();
  while (!done) {
    engine.do_events();
  }
  if (!failure.empty()) throw std::runtime_error(failure);
  return {std::stoul(engine.config("MessagesUnchanged")),
          std::stoul(engine.config("RequestsSent"))};
}

class FixedToken final : public backup::Credentials {
 public:
  std::string authorization() override { return kToken; }
  bool stale(coffer::core::Clock::Time) override { return false; }
  bool can_refresh() const override { return false; }
  void refresh(Refreshed done) override { done(707, "no other token"); }
};

// The pages through client and reader alone. Returns how many messages they named.
class Reading {
 public:
  explicit Reading(const Place& place) : place_(place) {
    settings_.graph_url = place.url;
    settings_.service = coffer::net::Url::parse(place.url);
    settings_.user_id = kUser;
    settings_.page_size = static_cast<int>(kPageSize);
  }

  std::size_t run() {
    coffer::net::TransportOptions options;
    options.service = settings_.service;
    options.server_ca_pem = place_.certificate;
    options.user_agent = "coffer";
    options.log = &log_;
    const auto transport = coffer::net::make_curl_transport(std::move(options));
    backup::GraphClient client(
        settings_, {*transport, token_, clock_, log_,
                    [](std::int32_t, const std::string& text) { throw std::runtime_error(text); }});
    client_ = &client;
    messages_ = 0;
    reading_ = true;
    coffer::graph::ListQuery query;
    query.base = settings_.graph_url;
    query.user_id = settings_.user_id;
    query.page_size = settings_.page_size;
    ask(coffer::graph::list_url(query));
    while (reading_) {
      client.pump();
      transport->run_once(std::chrono::milliseconds(1000));
    }
    return messages_;
  }

 private:
  void ask(std::string url) {
    backup::Call call;
    call.url = std::move(url);
    call.done = [this](backup::CallResult&& result) { arrived(result); };
    client_->submit(std::move(call));
  }

  void arrived(const backup::CallResult& result) {
    if (result.code != 0) throw std::runtime_error(result.text);
    const coffer::graph::ListPage page = coffer::graph::parse_list_page(result.reply.body);
    messages_ += page.messages.size();
    if (page.next_link.empty()) {
      reading_ = false;
    } else {
      ask(page.next_link);
    }
  }

  const Place& place_;
  backup::RunSettings settings_;
  FixedToken token_;
  coffer::core::SystemClock clock_;
  coffer::core::Log log_;
  backup::GraphClient* client_ = nullptr;
  std::size_t messages_ = 0;
  bool reading_ = false;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int compare(const Place& place, std::size_t pairs) {
  // Not measured: makes the index where there is none, and warms the caches of the disk.
  run_engine(place);
  OpenCounter opened(place.folder);
  check_counter(opened, place.folder);
  std::vector<double> whole;
  std::vector<double> alone;
  std::vector<double> ratios;
  bool exact = true;
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    Sums sums;
    opened.take();
    const Used engine = measured([&] { sums = run_engine(place); });
    const std::size_t files = opened.take();
    std::size_t named = 0;
    const Used reader = measured([&] { named = Reading(place).run(); });
    std::printf(
        "pair %zu: run %.3f s CPU (%.3f s), reading alone %.3f s CPU (%.3f s), ratio %.2f; "
        "%zu unchanged, %zu requests, %zu opens and reads of files\n",
        pair + 1, engine.cpu, engine.wall, reader.cpu, reader.wall, engine.cpu / reader.cpu,
        sums.unchanged, sums.requests, files);
    std::fflush(stdout);
    exact = exact && sums.unchanged == place.messages && sums.requests == place.pages() &&
            files == 0 && named == place.messages;
    whole.push_back(engine.cpu);
    alone.push_back(reader.cpu);
    ratios.push_back(engine.cpu / reader.cpu);
  }
  const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
  const double ratio = median(whole) / median(alone);
  std::printf(
      "CPU of the run over CPU of the reading: %.2f (pairs %.2f to %.2f; target below %.0f%s)\n",
      ratio, *least, *most, kTarget, ratio < kTarget ? "" : ", MISSED");
  std::printf("requests: %zu expected, one for each page; files read: none expected; %s\n",
              place.pages(), exact ? "so it was" : "NOT SO");
  return exact ? 0 : 1;
}

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "no_change URL CERTIFICATE DATA_FOLDER MESSAGES [PAIRS]\n");
    return 2;
  }
  try {
    const Place place{argv[1], content(argv[2]), argv[3], std::stoul(argv[4])};
    const std::size_t pairs = argc > 5 ? std::stoul(argv[5]) : 5;
    if (pairs == 0 || place.messages == 0) throw std::runtime_error("the numbers begin at 1");
    return compare(place, pairs);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "no_change: %s\n", error.what());
    return 1;
  }
}
