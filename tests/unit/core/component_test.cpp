#include "core/component.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using coffer::core::Bytes;
using coffer::core::ClassInfo;
using coffer::core::Component;
using coffer::core::Effect;
using coffer::core::Error;
using coffer::core::Event;
using coffer::core::EventInfo;
using coffer::core::Handler;
using coffer::core::PropertyInfo;
using coffer::core::SettingInfo;
using coffer::core::Type;
using coffer::core::Value;

constexpr std::int64_t kMax32 = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMax64 = std::numeric_limits<std::int64_t>::max();

enum Property { kName, kKey, kPort, kChoice, kBig, kBlob, kItems, kItem, kSum, kLater, kFlag };
const std::int32_t kChoices[] = {0, 1, 10};
const Effect kActs = Effect::kActive;
const PropertyInfo kProperties[] = {
    // name, type, default, min, max, allowed, count property, writable, locked, secret, computed,
    // on_set, effect, reason, line
    {"Name", Type::kString, "me", 0, 0, nullptr, 0, -1, true, true, false, false, true, kActs, "",
     true},
    {"Key", Type::kString, "", 0, 0, nullptr, 0, -1, true, false, true, false, false, kActs, "",
     false},
    {"Port", Type::kInt32, "80", 0, 65535, nullptr, 0, -1, true, false, false, false, false, kActs,
     "", false},
    {"Choice", Type::kInt32, "0", 0, 10, kChoices, 3, -1, true, false, false, false, false, kActs,
     "2 is not available in this version", false},
    {"Big", Type::kInt64, "0", 0, kMax64, nullptr, 0, -1, true, false, false, false, false, kActs,
     "", false},
    {"Blob", Type::kBytes, "MY", 0, 0, nullptr, 0, -1, true, false, false, false, false, kActs, "",
     false},
    {"ItemCount", Type::kInt32, "0", 0, 10, nullptr, 0, -1, true, false, false, false, false, kActs,
     "", false},
    {"Items.Text", Type::kString, "new", 0, 0, nullptr, 0, kItems, true, false, true, false, false,
     kActs, "", false},
    {"Sum", Type::kInt32, "7", 0, kMax32, nullptr, 0, -1, false, false, false, true, false, kActs,
     "", false},
    {"Later", Type::kBool, "False", 0, 0, nullptr, 0, -1, true, false, false, false, false,
     Effect::kUnavailable, "it is not available in this version", false},
    {"Flag", Type::kBool, "True", 0, 0, nullptr, 0, -1, true, false, false, false, false, kActs, "",
     false},
};

enum Setting {
  kPlain,
  kBool,
  kRetries,
  kVersion,
  kBits,
  kParamCount,
  kParam,
  kLoose,
  kPortAgain,
  kPhase,
  kFolder,
  kNothing,
  kNotYet,
  kToken,
  kSwitch,
};
const char* const kVersions[] = {"1.0", "1.1"};
const char* const kBitWords[] = {"12288", "3072", "768"};
const char* const kSwitchWords[] = {"ON", "OFF"};
const SettingInfo kSettings[] = {
    // name, type, default, min, max, words, alias, count setting, indexed, writable, locked,
    // secret,
    // computed, on_set, effect, reason, flags, line
    {"Plain", Type::kString, "", 0, 0, nullptr, 0, -1, -1, false, true, false, false, false, false,
     kActs, "", false, false},
    {"UseIt", Type::kBool, "True", 0, 0, nullptr, 0, -1, -1, false, true, false, false, false,
     false, kActs, "", false, false},
    {"Retries", Type::kInt32, "5", 0, kMax32, nullptr, 0, -1, -1, false, true, false, false, false,
     true, kActs, "", false, false},
    {"Version", Type::kString, "1.1", 0, 0, kVersions, 2, -1, -1, false, true, false, false, false,
     false, kActs, "", false, false},
    {"Bits", Type::kInt32, "15360", 0, kMax32, kBitWords, 3, -1, -1, false, true, false, false,
     false, false, kActs, "", true, false},
    {"ParamCount", Type::kInt32, "0", 0, 5, nullptr, 0, -1, -1, false, true, false, false, false,
     false, kActs, "", false, false},
    {"Param", Type::kString, "", 0, 0, nullptr, 0, -1, kParamCount, true, true, false, false, false,
     false, kActs, "", false, false},
    {"Loose", Type::kString, "-", 0, 0, nullptr, 0, -1, -1, true, true, false, false, false, false,
     kActs, "", false, false},
    {"PortAgain", Type::kInt32, "80", 0, 65535, nullptr, 0, kPort, -1, false, true, false, false,
     false, false, kActs, "", false, false},
    {"Phase", Type::kInt32, "0", 0, 3, nullptr, 0, -1, -1, false, false, false, false, true, false,
     kActs, "", false, false},
    {"Folder", Type::kString, "", 0, 0, nullptr, 0, -1, -1, false, true, true, false, false, false,
     kActs, "", false, true},
    {"Nothing", Type::kInt32, "-1", -5, 5, nullptr, 0, -1, -1, false, true, false, false, false,
     false, Effect::kNoEffect, "there is nothing to do", false, false},
    {"NotYet", Type::kString, "std", 0, 0, nullptr, 0, -1, -1, false, true, false, false, false,
     false, Effect::kUnavailable, "it is not available in this version", false, false},
    {"Token", Type::kString, "", 0, 0, nullptr, 0, -1, -1, false, true, false, true, false, false,
     kActs, "", false, false},
    {"Switch", Type::kString, "OFF", 0, 0, kSwitchWords, 2, -1, -1, false, true, false, false,
     false, false, kActs, "", false, false},
};
const EventInfo kEvents[] = {{"Ping", false}, {"Ask", true}};
const ClassInfo kInfo = {"Thing", kProperties, 11, kSettings, 15, kEvents, 2};

struct Ping : Event {
  int seen = 0;
};

struct Ask : Event {
  bool skip = false;
  void keep_answers() override { kept = skip; }
  void restore_answers() noexcept override { skip = kept; }
  bool kept = false;
};

class Thing : public Component {
 public:
  Thing() : Component(kInfo) {}

  using Component::flag;
  using Component::in_action_of_this_thread;
  using Component::number;
  using Component::reset_all;
  using Component::setting_flag;
  using Component::setting_number;
  using Component::setting_text;
  using Component::store;
  using Component::store_setting;
  using Component::text;

  bool run_active = false;
  std::vector<int> told;
  std::vector<std::string> told_settings;

 protected:
  Value compute(int property, int index) const override {
    return property == kSum ? Value(std::int32_t{42}) : Component::compute(property, index);
  }
  std::string compute_setting(int setting, int index) const override {
    return setting == kPhase ? "3" : Component::compute_setting(setting, index);
  }
  void check(int property, const Value& value) const override {
    if (property == kName && std::get<std::string>(value) == "bad") {
      throw Error(713, "bad");
    }
  }
  void check_setting(int setting, const std::string& value) const override {
    if (setting == kRetries && value == "13") {
      throw Error(713, "thirteen");
    }
  }
  void after_set(int property, int /*index*/) override {
    const std::lock_guard<std::mutex> lock(told_mutex_);
    told.push_back(property);
  }
  void after_set_setting(int setting, int index) override {
    told_settings.push_back(setting_text(setting, index));
  }
  bool locked() const noexcept override { return run_active; }

 private:
  std::mutex told_mutex_;
};

template <class Body>
std::int32_t code_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  return 0;
}

template <class Body>
std::string text_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

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

TEST_CASE("config finds names whatever their case, and the value is all after the first =") {
  Thing thing;
  CHECK(thing.config("plain=a=b") == "a=b");
  CHECK(thing.config(" PLAIN ") == "a=b");
  CHECK(thing.config("Plain = x ") == " x ");
  CHECK(thing.config("Plain=").empty());
}

TEST_CASE("config reads truth values in every documented spelling and writes one") {
  Thing thing;
  for (const char* word : {"True", "TRUE", "true", "1", "Yes", "yes"}) {
    CHECK(thing.config("UseIt=False") == "False");
    CHECK(thing.config(std::string("UseIt=") + word) == "True");
  }
  for (const char* word : {"False", "false", "0", "No", "NO"}) {
    CHECK(thing.config("UseIt=1") == "True");
    CHECK(thing.config(std::string("UseIt=") + word) == "False");
  }
  CHECK(code_of([&] { thing.config("UseIt=maybe"); }) == 713);
  CHECK(code_of([&] { thing.config("UseIt="); }) == 713);
  CHECK(code_of([&] { thing.config("UseIt=2"); }) == 713);
}

TEST_CASE("config keeps numbers to their range and words to their list") {
  Thing thing;
  CHECK(thing.config("Retries=007") == "7");
  CHECK(code_of([&] { thing.config("Retries=-1"); }) == 713);
  CHECK(code_of([&] { thing.config("Retries=2147483648"); }) == 713);
  CHECK(code_of([&] { thing.config("Retries=99999999999999999999"); }) == 713);
  CHECK(code_of([&] { thing.config("Retries=5x"); }) == 713);
  CHECK(code_of([&] { thing.config("Retries="); }) == 713);
  CHECK(thing.config("Retries") == "7");
  CHECK(code_of([&] { thing.config("Version=3.0"); }) == 713);
  CHECK(contains(text_of([&] { thing.config("Version=3.0"); }), "1.0, 1.1"));
  CHECK(thing.config("Switch=on") == "ON");
  CHECK(thing.setting_flag(kSwitch));
  CHECK(thing.config("Switch=Off") == "OFF");
  CHECK_FALSE(thing.setting_flag(kSwitch));
  CHECK(thing.config("Bits=3840") == "3840");
  CHECK(code_of([&] { thing.config("Bits=48"); }) == 713);
  CHECK(code_of([&] { thing.config("Bits=0"); }) == 713);
  CHECK(thing.setting_number(kBits) == 3840);
}

TEST_CASE("config refuses unknown names and helps with a misspelled one") {
  Thing thing;
  CHECK(code_of([&] { thing.config("Unheard"); }) == 714);
  CHECK(code_of([&] { thing.config(""); }) == 714);
  CHECK(code_of([&] { thing.config("=x"); }) == 714);
  CHECK(code_of([&] { thing.config("Plain[0]"); }) == 714);
  const std::string hint = text_of([&] { thing.config("Retrys=3"); });
  CHECK(contains(hint, "Retries"));
  // Whoever swaps name and value must not find a secret in an error text.
  CHECK_FALSE(contains(text_of([&] { thing.config("s3cr3t=Token"); }), "s3cr3t"));
}

TEST_CASE("config indexes: what a count allows, and nothing else") {
  Thing thing;
  CHECK(code_of([&] { thing.config("Param[0]=x"); }) == 606);
  CHECK(thing.config("ParamCount=2") == "2");
  CHECK(thing.config("Param[1]=x") == "x");
  CHECK(thing.config("param[ 1 ]") == "x");
  CHECK(thing.config("Param[0]").empty());
  for (const char* name : {"Param[2]", "Param[-1]", "Param[x]", "Param[]", "Param"}) {
    CHECK_MESSAGE(code_of([&] { thing.config(name); }) == 606, name);
  }
  CHECK(thing.config("ParamCount=1") == "1");
  CHECK(code_of([&] { thing.config("Param[1]"); }) == 606);
  CHECK(code_of([&] { thing.config("ParamCount=6"); }) == 713);
  // Without a count: any index up to a bound.
  CHECK(thing.config("Loose[3]") == "-");
  CHECK(thing.config("Loose[3]=y") == "y");
  CHECK(thing.config("Loose[2]") == "-");
  CHECK(code_of([&] { thing.config("Loose[1000]=y"); }) == 606);
}

TEST_CASE("an alias shares the property's value and its rules") {
  Thing thing;
  CHECK(thing.config("PortAgain=8080") == "8080");
  CHECK(thing.number(kPort) == 8080);
  thing.set(kPort, 0, std::int32_t{81});
  CHECK(thing.config("PortAgain") == "81");
  CHECK(code_of([&] { thing.config("PortAgain=70000"); }) == 713);
  CHECK(thing.number(kPort) == 81);
}

TEST_CASE("settings without effect are kept, unavailable ones refused with a reason") {
  Thing thing;
  CHECK(thing.config("Nothing=3") == "3");
  CHECK(code_of([&] { thing.config("Nothing=6"); }) == 713);
  CHECK(thing.config("NotYet=std") == "std");
  CHECK(contains(text_of([&] { thing.config("NotYet=x"); }), "not available in this version"));
  CHECK(code_of([&] { thing.config("NotYet=x"); }) == 713);
  CHECK(thing.config("Phase") == "3");
  CHECK(code_of([&] { thing.config("Phase=1"); }) == 713);
  CHECK(code_of([&] { thing.config("Folder=a\nb"); }) == 713);
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
