#include "core/component.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "thing.h"

using namespace thing;  // NOLINT(google-build-using-namespace)

namespace {

// A gate between two threads, so that a test needs no waiting by the clock.
class Gate {
 public:
  void open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace

TEST_CASE("a property begins with its default and keeps what was set") {
  Thing thing;
  CHECK(std::get<std::string>(thing.get(kName)) == "me");
  CHECK(std::get<std::int32_t>(thing.get(kPort)) == 80);
  CHECK(std::get<Bytes>(thing.get(kBlob)) == Bytes{'M', 'Y'});
  CHECK(std::get<bool>(thing.get(kFlag)));
  thing.set(kName, 0, std::string("you"));
  thing.set(kPort, 0, std::int32_t{65535});
  thing.set(kBig, 0, std::int64_t{1} << 40);
  thing.set(kBlob, 0, Bytes{0, 255});
  thing.set(kFlag, 0, false);
  CHECK(thing.text(kName) == "you");
  CHECK(thing.number(kPort) == 65535);
  CHECK(thing.number(kBig) == std::int64_t{1} << 40);
  CHECK(std::get<Bytes>(thing.get(kBlob)) == Bytes{0, 255});
  CHECK_FALSE(thing.flag(kFlag));
}

TEST_CASE("a property refuses what does not fit and stays as it was") {
  Thing thing;
  CHECK(code_of([&] { thing.set(kPort, 0, std::int32_t{65536}); }) == 713);
  CHECK(code_of([&] { thing.set(kPort, 0, std::int32_t{-1}); }) == 713);
  CHECK(code_of([&] { thing.set(kPort, 0, std::string("80")); }) == 713);
  CHECK(code_of([&] { thing.set(kSum, 0, std::int32_t{1}); }) == 713);
  CHECK(code_of([&] { thing.set(kLater, 0, true); }) == 713);
  CHECK(code_of([&] { thing.set(kLater, 0, false); }) == 0);
  CHECK(code_of([&] { thing.set(kName, 0, std::string("a\r\nb")); }) == 713);
  CHECK(code_of([&] { thing.set(kName, 0, std::string("a\0b", 3)); }) == 713);
  CHECK(code_of([&] { thing.set(kName, 0, std::string("bad")); }) == 713);
  CHECK(thing.number(kPort) == 80);
  CHECK(thing.text(kName) == "me");
  const std::string range = text_of([&] { thing.set(kPort, 0, std::int32_t{65536}); });
  CHECK(contains(range, "Port"));
  CHECK(contains(range, "0 to 65535"));
  const std::string later = text_of([&] { thing.set(kLater, 0, true); });
  CHECK(contains(later, "not available in this version"));
}

TEST_CASE("an enumerated property takes its values alone and says why one is missing") {
  Thing thing;
  thing.set(kChoice, 0, std::int32_t{10});
  CHECK(thing.number(kChoice) == 10);
  const std::string text = text_of([&] { thing.set(kChoice, 0, std::int32_t{2}); });
  CHECK(contains(text, "0, 1, 10"));
  CHECK(contains(text, "not available in this version"));
  CHECK(thing.number(kChoice) == 10);
}

TEST_CASE("a count makes room, drops the tail, and bounds the index") {
  Thing thing;
  CHECK(code_of([&] { thing.get(kItem, 0); }) == 606);
  CHECK(code_of([&] { thing.set(kItem, 0, std::string("x")); }) == 606);
  thing.set(kItems, 0, std::int32_t{2});
  CHECK(thing.text(kItem, 1) == "new");
  thing.set(kItem, 1, std::string("last"));
  thing.set(kItems, 0, std::int32_t{3});
  CHECK(thing.text(kItem, 1) == "last");
  CHECK(thing.text(kItem, 2) == "new");
  CHECK(code_of([&] { thing.get(kItem, 3); }) == 606);
  CHECK(code_of([&] { thing.get(kItem, -1); }) == 606);
  thing.set(kItems, 0, std::int32_t{1});
  thing.set(kItems, 0, std::int32_t{2});
  CHECK(thing.text(kItem, 1) == "new");
  CHECK(code_of([&] { thing.set(kItems, 0, std::int32_t{11}); }) == 713);
}

TEST_CASE("computed rows are asked, rows marked on_set are told after the value is stored") {
  Thing thing;
  CHECK(thing.number(kSum) == 42);
  thing.set(kName, 0, std::string("you"));
  thing.set(kPort, 0, std::int32_t{1});
  CHECK(thing.told == std::vector<int>{kName});
  CHECK(thing.config("Retries=7") == "7");
  CHECK(thing.told_settings == std::vector<std::string>{"7"});
  CHECK(code_of([&] { thing.config("Retries=13"); }) == 713);
  CHECK(thing.config("Retries") == "7");
}

TEST_CASE("locked items answer 143 while a run is active and can be read") {
  Thing thing;
  thing.run_active = true;
  CHECK(code_of([&] { thing.set(kName, 0, std::string("you")); }) == 143);
  CHECK(code_of([&] { thing.config("Folder=/x"); }) == 143);
  CHECK(thing.text(kName) == "me");
  CHECK(thing.config("Folder").empty());
  thing.set(kPort, 0, std::int32_t{1});
  thing.run_active = false;
  thing.set(kName, 0, std::string("you"));
  CHECK(thing.text(kName) == "you");
}

TEST_CASE("the engine stores what users may not, and reset brings the defaults back") {
  Thing thing;
  thing.store(kPort, std::int32_t{7});
  thing.store_setting(kPlain, "kept");
  thing.store_setting(kPortAgain, "9");
  CHECK(thing.number(kPort) == 9);
  CHECK(thing.setting_text(kPlain) == "kept");
  CHECK(code_of([&] { thing.store(kPort, std::string("x")); }) == 30005);
  thing.set(kItems, 0, std::int32_t{3});
  thing.reset_all();
  CHECK(thing.number(kPort) == 80);
  CHECK(thing.setting_text(kPlain).empty());
  CHECK(thing.number(kItems) == 0);
  CHECK(code_of([&] { thing.get(kItem, 0); }) == 606);
}

TEST_CASE("a handler is called, may fail, may be replaced while it runs, and goes when unused") {
  Thing thing;
  Ping ping;
  CHECK_FALSE(thing.wants(0));
  thing.fire(0, ping);  // nobody listens
  auto data = std::make_shared<int>(0);
  const std::weak_ptr<int> alive = data;
  thing.on(0, std::make_shared<const Handler>([&, data](Event& event) {
             static_cast<Ping&>(event).seen = ++*data;
             thing.on(0, std::make_shared<const Handler>([](Event&) { return 1; }));
             CHECK_FALSE(alive.expired());  // still running
             return 0;
           }));
  data.reset();
  CHECK(thing.wants(0));
  CHECK_FALSE(thing.wants(1));
  thing.fire(0, ping);
  CHECK(ping.seen == 1);
  CHECK(alive.expired());
  CHECK(code_of([&] { thing.fire(0, ping); }) == 30003);
  thing.on(0, nullptr);
  CHECK_FALSE(thing.wants(0));
  CHECK(code_of([&] { thing.on(2, nullptr); }) == 30005);
}

TEST_CASE("a handler that is exchanged during an action is wanted all the time") {
  Thing thing;
  int calls = 0;
  const auto handler = std::make_shared<const Handler>([&](Event&) {
    ++calls;
    return 0;
  });
  thing.on(0, handler);
  thing.on(1, handler);
  {
    const Component::ActionScope action(thing);
    thing.on(0, nullptr);
    CHECK(thing.wants(0));  // what comes up now is queued, and heard by the next handler
    thing.on(0, handler);
    thing.on(1, nullptr);
    Ping ping;
    thing.fire(1, ping);
    CHECK(calls == 0);  // removed all the same
  }
  CHECK(thing.wants(0));
  CHECK_FALSE(thing.wants(1));
}

TEST_CASE("a handler that fails has answered nothing") {
  Thing thing;
  Ask ask;
  int result = 1;
  thing.on(1, std::make_shared<const Handler>([&](Event& event) {
             static_cast<Ask&>(event).skip = true;
             return result;
           }));
  CHECK(code_of([&] { thing.fire(1, ask); }) == 30003);
  CHECK_FALSE(ask.skip);
  result = 0;
  thing.fire(1, ask);
  CHECK(ask.skip);
}

TEST_CASE("actions do not overlap: 30004 from the same thread, 143 from another") {
  Thing thing;
  std::int32_t same = 0;
  std::int32_t other = 0;
  bool seen_by_other = true;
  {
    const Component::ActionScope action(thing);
    CHECK(thing.in_action_of_this_thread());
    same = code_of([&] { const Component::ActionScope again(thing); });
    std::thread([&] {
      seen_by_other = thing.in_action_of_this_thread();
      other = code_of([&] { const Component::ActionScope again(thing); });
    }).join();
    thing.wait_for_actions();  // of others: there is none, and it must not wait for itself
  }
  CHECK(same == 30004);
  CHECK(other == 143);
  CHECK_FALSE(seen_by_other);
  CHECK_FALSE(thing.in_action_of_this_thread());
  CHECK(code_of([&] { const Component::ActionScope after(thing); }) == 0);
}

TEST_CASE("a call that waits asks the hook whether to go on; none says yes, a replaced one goes") {
  Thing thing;
  CHECK(thing.idle());
  int asked = 0;
  auto counted = std::make_shared<int>(0);
  thing.on_idle(std::make_shared<const IdleHook>([&asked, counted] { return ++asked < 2; }));
  CHECK(counted.use_count() == 2);
  CHECK(thing.idle());
  CHECK_FALSE(thing.idle());
  CHECK(asked == 2);
  thing.on_idle(std::make_shared<const IdleHook>([&thing] {
    thing.on_idle(nullptr);  // from inside: no lock is held
    return false;
  }));
  CHECK(counted.use_count() == 1);
  CHECK_FALSE(thing.idle());
  CHECK(thing.idle());
}

TEST_CASE("wait_for_actions returns only after the action of another thread has ended") {
  Thing thing;
  Gate begun;
  Gate finish;
  std::atomic<bool> ended{false};
  std::thread worker([&] {
    const Component::ActionScope action(thing);
    begun.open();
    finish.wait();
    ended = true;
  });
  begun.wait();
  std::thread opener([&] { finish.open(); });
  thing.wait_for_actions();
  CHECK(ended);
  opener.join();
  worker.join();
}

TEST_CASE("properties, settings and handlers stand being used by several threads at once") {
  Thing thing;
  thing.set(kItems, 0, std::int32_t{2});
  const auto use = [&](int seed) {
    for (int i = 0; i < 300; ++i) {
      thing.set(kName, 0, std::string(static_cast<std::size_t>(seed * 20 + i % 7), 'x'));
      thing.set(kItem, i % 2, thing.get(kName));
      thing.config("Plain=" + std::to_string(i));
      thing.config("ParamCount=" + std::to_string(i % 5));
      thing.on(0, std::make_shared<const Handler>([](Event&) { return 0; }));
      Ping ping;
      thing.fire(0, ping);
      if (thing.wants(1)) {
        thing.on(1, nullptr);
      }
    }
  };
  std::thread first([&] { use(1); });
  use(2);
  first.join();
  const std::size_t length = thing.text(kItem, 1).size();
  CHECK(length >= 20);
  CHECK(length <= 46);
}
