#include "cloudbackup/run_context.h"

namespace coffer::cloudbackup {
namespace {

struct Retrying {
  std::string url;
  bool json = true;
  int failures = 0;
  bool fresh_connection = false;
  std::function<void(CallResult&&)> done;
};

void attempt(RunContext& run, const std::shared_ptr<Retrying>& what) {
  Call call;
  call.url = what->url;
  call.json = what->json;
  call.fresh_connection = what->fresh_connection;
  call.done = [&run, what](CallResult&& result) {
    if (result.code == 0 || !result.transient || ++what->failures > run.settings.max_retry_count) {
      what->done(std::move(result));
      return;
    }
    what->fresh_connection = result.reply.status == 503;
    run.log.info("A request failed and is repeated in " +
                 std::to_string(run.settings.retry_interval.count()) + " s (" +
                 std::to_string(what->failures) + " of " +
                 std::to_string(run.settings.max_retry_count) + "): " + result.text);
    run.timers.at(run.clock.now() + run.settings.retry_interval,
                  [&run, what] { attempt(run, what); });
  };
  run.client.submit(std::move(call));
}

}  // namespace

void get_with_retries(RunContext& run, std::string url, bool json,
                      std::function<void(CallResult&&)> done) {
  auto what = std::make_shared<Retrying>();
  what->url = std::move(url);
  what->json = json;
  what->done = std::move(done);
  attempt(run, what);
}

}  // namespace coffer::cloudbackup
