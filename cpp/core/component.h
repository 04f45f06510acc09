// What every class of the library shares: properties and settings by table, handlers, the rule
// about which calls may overlap. The C ABI's glue talks to this class and to the methods of the
// class that derives from it.
//
// Threads: get, set, config, on and the signals may be called from any thread at any time; actions
// are serialised by ActionScope. No lock is held while a handler runs.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "core/event.h"
#include "core/surface.h"
#include "core/value.h"

namespace coffer::core {

// Runs one handler; returns 0, or anything else when the handler failed. Destroyed (and with it
// the user's data) when the last event that uses it has ended.
using Handler = std::function<std::int32_t(Event&)>;

// What a binding wants run while a call waits (Python: signal handlers); false ends the wait.
using IdleHook = std::function<bool()>;

class Component {
 public:
  explicit Component(const ClassInfo& info);
  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;
  virtual ~Component();

  const ClassInfo& info() const noexcept { return info_; }

  // Reads and writes a property by its row in the table. The index is ignored where the property
  // is not indexed; out of range is 606. set checks access, type, range (713) and locks (143).
  Value get(int property, int index = 0) const;
  void set(int property, int index, Value value);

  // config("Name") reads, config("Name=Value") writes and returns the value as it reads now.
  std::string config(std::string_view text);

  // Installs, replaces or (nullptr) removes the handler of an event.
  void on(int event, std::shared_ptr<const Handler> handler);
  // Whether events of this kind are worth preparing. A handler that is removed while an action is
  // under way counts until that action ends: whoever takes one off and puts another on in its place
  // (from inside a handler, as Java and C# do) misses nothing that the engine tells in between.
  bool wants(int event) const noexcept;

  // Runs the handler in the calling thread. Throws Error 30003 when it reports a failure. Does
  // nothing when there is none.
  void fire(int event, Event& payload);

  // Installs, replaces or (nullptr) removes the hook of the calls that wait.
  void on_idle(std::shared_ptr<const IdleHook> hook);

  // Called once, by the registry, when the user frees the handle: ends what runs, from any thread.
  virtual void shut_down() noexcept {}

  // The token of the calls that must not overlap (StartBackup, DoEvents, Authorize …): 143 when
  // another thread holds it, 30004 when this thread does (a call from inside a handler).
  class ActionScope {
   public:
    explicit ActionScope(Component& component);
    ActionScope(const ActionScope&) = delete;
    ActionScope& operator=(const ActionScope&) = delete;
    ~ActionScope();

   private:
    Component& component_;
  };
  // True while the calling thread is inside an action of this object.
  bool in_action_of_this_thread() const noexcept;
  // Blocks until no action is under way.
  void wait_for_actions() noexcept;

 protected:
  // For an action that waits: about every 200 ms, in its thread, with no lock held. False: the call
  // is to end as if it were interrupted (301).
  bool idle();
  // For rows marked computed.
  virtual Value compute(int property, int index) const;
  virtual std::string compute_setting(int setting, int index) const;
  // For rows marked on_set: refuses a value that the table cannot judge by throwing 713; runs
  // without the lock, before the value is stored.
  virtual void check(int property, const Value& value) const;
  virtual void check_setting(int setting, const std::string& value) const;
  // For rows marked on_set; runs without the lock, after the value was stored.
  virtual void after_set(int property, int index);
  virtual void after_set_setting(int setting, int index);
  // True while locked items answer 143.
  virtual bool locked() const noexcept { return false; }

  // The engine's own access: no checks, any row.
  std::string text(int property, int index = 0) const;
  std::int64_t number(int property, int index = 0) const;  // bool, int32, int64
  bool flag(int property, int index = 0) const { return number(property, index) != 0; }
  std::string setting_text(int setting, int index = 0) const;
  std::int64_t setting_number(int setting, int index = 0) const;
  bool setting_flag(int setting, int index = 0) const {
    return setting_number(setting, index) != 0;
  }
  // A setting or property by its name ("SSLEnabledProtocols", "Proxy.Server"), as text; nullopt
  // when the class has none of that name.
  std::optional<std::string> value_named(std::string_view name) const;
  void store(int property, Value value, int index = 0);
  void store_setting(int setting, std::string value, int index = 0);
  // Every setting back to its default, every property too: Reset of the classes that have one.
  void reset_all();

 private:
  struct Impl;
  const ClassInfo& info_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::core
