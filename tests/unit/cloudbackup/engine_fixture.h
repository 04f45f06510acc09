// A whole run without network, disk or waiting: scripted transport, a store in memory, a clock that
// jumps, and a journal of the events.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cloudbackup/run.h"
#include "core/error.h"
#include "core/text.h"
#include "fake_transport.h"

namespace coffer::test {

using namespace cloudbackup;

class FakeClock final : public core::Clock {
 public:
  Time now() const override { return now_; }
  std::chrono::system_clock::time_point wall() const override { return {}; }
  void advance(std::chrono::nanoseconds by) {
    now_ += std::chrono::duration_cast<Time::duration>(by);
  }

 private:
  Time now_ = Time{} + std::chrono::hours(1);
};

class MemoryMessage final : public store::NewMessage {
 public:
  MemoryMessage(std::string id_, std::string modified_, std::string path_)
      : id(std::move(id_)), modified(std::move(modified_)), path(std::move(path_)) {}
  void write(const char* data, std::size_t size) override { body.append(data, size); }
  std::uint64_t octets() const override { return body.size(); }
  core::Bytes read_all() override { return core::Bytes(body.begin(), body.end()); }
  std::size_t read(std::uint64_t offset, char* data, std::size_t size) override {
    return body.copy(data, size, static_cast<std::size_t>(offset));
  }
  std::string id, modified, path, body;
};

class MemoryStore final : public store::BackupStore {
 public:
  struct File {
    std::int64_t row = 0;
    std::string modified, path, body, message_id;
    std::int64_t run = 0;
  };
  std::map<std::string, File> files;
  std::map<std::string, std::string> done;
  std::int64_t next_row = 1;
  std::int64_t run = 0;
  std::optional<store::Identity> bound;
  std::optional<store::RunEnd> ended;
  std::int32_t bind_code = 0;
  std::int32_t create_code = 0;
  std::vector<std::string> removed;
  std::string temporary = "/tmp/coffer-engine-test-" + std::to_string(::getpid()) + ".db";

  void put(const std::string& id, const std::string& modified, const std::string& message_id = "") {
    files[id] = {next_row++, modified, "/backup/2023-07/" + id + ".eml", "old", message_id, 0};
  }
  std::string folder() const override { return "/backup"; }
  std::optional<store::Identity> identity() const override { return bound; }
  void bind(const store::Identity& identity) override {
    if (bind_code != 0) {
      throw core::Error(bind_code, "bind");
    }
    bound = identity;
  }
  bool has_unfinished_run() const override { return true; }
  std::int64_t begin_run(bool resume) override { return resume ? run : ++run; }
  void end_run(store::RunEnd end) override { ended = end; }
  void mark_done(std::string_view id, std::string_view modified) override {
    done[std::string(id)] = modified;
  }
  void keep_marks() override {}
  bool is_done(std::string_view id, std::string_view modified) override {
    const auto at = done.find(std::string(id));
    return at != done.end() && at->second == modified;
  }
  std::optional<store::StoredMessage> find(std::string_view id) override {
    const auto at = files.find(std::string(id));
    if (at == files.end()) {
      return std::nullopt;
    }
    return store::StoredMessage{at->second.row, at->first, at->second.modified, at->second.path,
                                at->second.run};
  }
  std::string default_path(std::string_view id, std::string_view month) const override {
    return "/backup/" + std::string(month) + "/" + std::string(id) + ".eml";
  }
  std::unique_ptr<store::NewMessage> create(std::string_view id, std::string_view modified,
                                            const std::string& path) override {
    if (create_code != 0) {
      throw core::Error(create_code, "No space left on device: " + path);
    }
    return std::make_unique<MemoryMessage>(std::string(id), std::string(modified), path);
  }
  void commit(std::unique_ptr<store::NewMessage> message, store::Committed committed) override {
    pending_.emplace_back(std::move(message), std::move(committed));
  }
  std::size_t commits_pending() const override { return pending_.size(); }
  std::size_t run_completions() override {
    const auto batch = std::move(pending_);
    pending_.clear();
    for (const auto& entry : batch) {
      auto& message = static_cast<MemoryMessage&>(*entry.first);
      const auto before = files.find(message.id);
      const std::int64_t row = before == files.end() ? next_row++ : before->second.row;
      files[message.id] = {row, message.modified, message.path, message.body, "", run};
      entry.second(store::CommitOutcome{});
    }
    return batch.size();
  }
  void drain() override { run_completions(); }
  std::vector<store::StoredMessage> stored_after(std::int64_t after, std::size_t limit) override {
    std::map<std::int64_t, store::StoredMessage> rows;
    for (const auto& entry : files) {
      if (entry.second.row > after) {
        rows[entry.second.row] = {entry.second.row, entry.first, entry.second.modified,
                                  entry.second.path, entry.second.run};
      }
    }
    std::vector<store::StoredMessage> out;
    for (const auto& entry : rows) {
      if (out.size() == limit) {
        break;
      }
      out.push_back(entry.second);
    }
    return out;
  }
  std::int64_t last_row() override { return next_row - 1; }
  std::string message_id_of(const store::StoredMessage& message) override {
    return files[message.id].message_id;
  }
  void remove(const store::StoredMessage& message) override {
    removed.push_back(message.id);
    files.erase(message.id);
  }
  std::string temporary_path(const std::string&) const override { return temporary; }

 private:
  std::vector<std::pair<std::unique_ptr<store::NewMessage>, store::Committed>> pending_;
};

class FakeCredentials final : public Credentials {
 public:
  std::string token = "Bearer first";
  bool refreshable = false;
  bool is_stale = false;
  std::int32_t refresh_code = 0;
  int refreshes = 0;

  std::string authorization() override { return token; }
  bool stale(core::Clock::Time) override { return is_stale; }
  bool can_refresh() const override { return refreshable; }
  void refresh(Refreshed done) override {
    ++refreshes;
    token = "Bearer refreshed" + std::to_string(refreshes);
    is_stale = false;
    done(refresh_code, "refused");
  }
};

// Answers at once, on the spot: as a handler would, seen from the run.
class Journal final : public RunEvents {
 public:
  std::vector<std::string> lines;
  std::map<int, std::function<void(core::Event&)>> handlers;
  bool listens = true;

  bool wants(EventId) const override { return listens; }
  bool full() const override { return false; }
  void post(EventId id, std::unique_ptr<core::Event> event,
            core::EventQueue::Answer answer) override {
    const auto handler = handlers.find(id);
    if (handler != handlers.end()) {
      handler->second(*event);
    }
    lines.push_back(line(id, *event));
    if (answer) {
      pending_.emplace_back(std::move(event), std::move(answer));
    }
  }
  std::size_t run_answers() {
    const auto batch = std::move(pending_);
    pending_.clear();
    for (const auto& entry : batch) {
      entry.second(*entry.first);
    }
    return batch.size();
  }
  std::size_t count(const std::string& prefix) const {
    std::size_t n = 0;
    for (const std::string& text : lines) {
      n += core::starts_with(text, prefix) ? 1U : 0U;
    }
    return n;
  }

 private:
  static std::string line(EventId id, const core::Event& event) {
    switch (id) {
      case kOnBeforeMessageBackup: {
        const auto& e = static_cast<const BeforeMessageBackupEvent&>(event);
        return "before " + e.id + (e.skip ? " skip" : "");
      }
      case kOnMessageBackup:
        return "message " + static_cast<const MessageBackupEvent&>(event).id;
      case kOnAfterMessageBackup:
        return "after " + static_cast<const AfterMessageBackupEvent&>(event).id;
      case kOnMessageError: {
        const auto& e = static_cast<const MessageErrorEvent&>(event);
        return "messageerror " + e.id + " " + std::to_string(e.error_code) +
               (e.retry ? " retry" : " final");
      }
      case kOnMessageDelete:
        return "delete " + static_cast<const MessageDeleteEvent&>(event).id;
      case kOnError:
        return "error " + std::to_string(static_cast<const ErrorEvent&>(event).error_code);
      default:
        return "other";
    }
  }
  std::vector<std::pair<std::unique_ptr<core::Event>, core::EventQueue::Answer>> pending_;
};

inline std::string item(const std::string& id,
                        const std::string& modified = "2023-07-02T00:00:00Z") {
  return R"({"id":")" + id +
         R"(","createdDateTime":"2023-07-01T08:00:00Z","lastModifiedDateTime":")" + modified +
         R"(","subject":"s )" + id + R"("})";
}

inline std::string page(const std::vector<std::string>& items, const std::string& next = "") {
  std::string text =
      R"({"@odata.context":"https://graph.test/v1.0/$metadata#users('alex%40x.test')/messages",)";
  if (!next.empty()) {
    text += R"("@odata.nextLink":")" + next + R"(",)";
  }
  text += R"("value":[)";
  for (std::size_t i = 0; i < items.size(); ++i) {
    text += (i == 0 ? "" : ",") + items[i];
  }
  return text + "]}";
}

inline std::string service_error(const std::string& code, const std::string& message = "m") {
  return R"({"error":{"code":")" + code + R"(","message":")" + message + R"("}})";
}

struct Bench {
  const std::string base = "https://graph.test/v1.0";
  const std::string list = base + "/me/messages?";
  const std::string mail = "Subject: x\r\n\r\nbody\r\n";

  FakeTransport transport;
  FakeClock clock;
  FakeCredentials credentials;
  MemoryStore store;
  Journal events;
  core::Log log;
  Counters counters;
  RunSettings settings;
  std::vector<std::string> logged;
  std::vector<int> phases;
  std::unique_ptr<Run> run;

  Bench() {
    settings.graph_url = base;
    settings.service = net::Url::parse(base);
    log.set_sink([this](int, const std::string& text, const char*) { logged.push_back(text); });
    transport.set_idle([this](std::chrono::milliseconds wait) {
      clock.advance(wait);
      return true;
    });
  }
  std::string value(const std::string& id) const { return base + "/me/messages/" + id + "/$value"; }
  void serve(const std::vector<std::string>& ids) {
    std::vector<std::string> items;
    for (const std::string& id : ids) {
      items.push_back(item(id));
      transport.on(value(id), FakeAnswer::ok(mail, "text/plain"));
    }
    transport.on(list, FakeAnswer::ok(page(items)));
  }
  Run& make() {
    run = std::make_unique<Run>(
        settings, Run::Ports{transport, credentials, store, events, log, counters, clock, "",
                             [this] { return events.run_answers(); },
                             [this](Phase phase) { phases.push_back(static_cast<int>(phase)); }});
    return *run;
  }
  store::RunEnd execute() { return make().execute(); }
  bool was_logged(const std::string& part) const {
    for (const std::string& text : logged) {
      if (text.find(part) != std::string::npos) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace coffer::test
