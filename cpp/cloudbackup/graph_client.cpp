#include "cloudbackup/graph_client.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "graph/list_query.h"

namespace coffer::cloudbackup {
namespace {

// Contract section 4: a request refused this often while others succeed counts as failed.
constexpr int kMostRefusals = 20;
constexpr int kHttpUnavailable = 503;

std::string seconds_text(core::Clock::Time now, core::Clock::Time then) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(then - now).count();
  return std::to_string((left + 999) / 1000) + " s";
}

// Failures that will not get better within a run, whatever is asked: the certificate was refused,
// ours is unusable, a setting is wrong.
bool ends_the_run(std::int32_t code) {
  return code == 280 || code == 281 || code == 713;
}

}  // namespace

GraphClient::GraphClient(const RunSettings& settings, Ports ports)
    : settings_(settings),
      ports_(std::move(ports)),
      gate_(settings.throttle_wait_limit),
      limit_(settings.concurrency()),
      random_(std::random_device{}()) {}

GraphClient::~GraphClient() {
  cancel_all();
}

void GraphClient::submit(Call call) {
  auto pending = std::make_shared<Pending>();
  pending->call = std::move(call);
  queue_.push_back(std::move(pending));
}

std::optional<core::Clock::Time> GraphClient::next_event() const {
  if (queue_.empty() || refreshing_ || gate_.open(ports_.clock.now())) {
    return std::nullopt;
  }
  return gate_.opens_at();
}

void GraphClient::pump() {
  while (!ended_ && !queue_.empty() && !refreshing_) {
    const core::Clock::Time now = ports_.clock.now();
    if (!gate_.open(now)) {
      return;
    }
    // Ahead of expiry, but never twice without an answer in between: a server whose tokens are
    // stale when they come must not keep us from asking with them.
    if (refreshed_at_ != successes_ && ports_.credentials.can_refresh() &&
        ports_.credentials.stale(now)) {
      refresh_token();
      continue;
    }
    const int weight = queue_.front()->call.weight;
    if (weight_in_flight_ > 0 && weight_in_flight_ + weight > limit_) {
      return;
    }
    std::shared_ptr<Pending> pending = std::move(queue_.front());
    queue_.pop_front();
    start(std::move(pending));
  }
}

void GraphClient::start(std::shared_ptr<Pending> pending) {
  net::Request request;
  request.method = pending->call.method;
  request.url = pending->call.url;
  request.body = pending->call.body;
  request.authorization = ports_.credentials.authorization();
  request.headers = graph::request_headers(settings_.immutable_ids, pending->call.json);
  // A fresh one for each attempt: what the service's support asks for (graph-mail 6.2).
  request.headers.push_back("client-request-id: " + new_request_id());
  if (!request.body.empty()) {
    request.headers.emplace_back("Content-Type: application/json");
  }
  request.fresh_connection = pending->call.fresh_connection;
  request.max_reply = pending->call.max_reply;
  request.may_go = [this, alive = std::weak_ptr<bool>(alive_)] {
    return !alive.expired() && gate_.open(ports_.clock.now());
  };
  pending->token_generation = token_generation_;
  weight_in_flight_ += pending->call.weight;

  std::shared_ptr<net::BodySink> sink;
  if (pending->call.make_sink) {
    sink = pending->call.make_sink();
  }
  // The transport never calls back from start, so the id is known before `done` can run.
  auto id = std::make_shared<std::uint64_t>(0);
  *id = ports_.transport.start(
      std::move(request), std::move(sink),
      [this, id, pending, alive = std::weak_ptr<bool>(alive_)](net::Outcome&& outcome) {
        if (alive.expired()) {
          return;
        }
        under_way_.erase(*id);
        finished(pending, std::move(outcome));
      });
  under_way_.emplace(*id, std::move(pending));
}

void GraphClient::finished(const std::shared_ptr<Pending>& pending, net::Outcome&& outcome) {
  weight_in_flight_ -= pending->call.weight;
  if (outcome.held) {
    // The gate was closed between our sending it and its leaving.
    queue_.push_front(pending);
    return;
  }
  CallResult result;
  result.code = outcome.code;
  result.text = std::move(outcome.text);
  result.transient = outcome.transient;
  result.reply = std::move(outcome.reply);
  if (result.code != 0) {
    if (ends_the_run(result.code)) {
      ended_ = true;
      ports_.fatal(result.code, result.text);
      return;
    }
    pending->call.done(std::move(result));
    return;
  }
  if (result.reply.status == 200) {
    gate_.answered();
    ++successes_;
    pending->call.done(std::move(result));
    return;
  }
  result.refused = true;
  result.service = graph::classify(result.reply);
  result.code = 151;
  result.text = result.service.text;
  result.transient = result.service.verdict == graph::Verdict::kTransient;
  switch (result.service.verdict) {
    case graph::Verdict::kThrottled:
      throttled_call(pending, std::move(result));
      return;
    case graph::Verdict::kUnauthorized:
      gate_.answered();
      unauthorized(pending, std::move(result));
      return;
    default:
      gate_.answered();
      if (result.reply.status == kHttpUnavailable) {
        // Microsoft advises a new connection for the next try after a 503.
        pending->call.fresh_connection = true;
      }
      pending->call.done(std::move(result));
      return;
  }
}

bool GraphClient::throttled(const graph::Classified& refusal) {
  const core::Clock::Time now = ports_.clock.now();
  const core::Clock::Time before = gate_.opens_at();
  if (refusal.concurrency && limit_ > 1) {
    limit_ = std::max(1, limit_ / 2);
    ports_.log.info(
        "The service refused a request for its concurrency limit; from now on at most " +
        std::to_string(limit_) + " requests are in flight.");
  }
  if (!gate_.close(now, refusal.retry_after)) {
    ended_ = true;
    ports_.fatal(715, "The service asks to wait longer than ThrottleWaitLimit (" +
                          std::to_string(settings_.throttle_wait_limit.count()) +
                          " s) allows; run ResumeBackup later, or raise ThrottleWaitLimit. " +
                          refusal.text);
    return false;
  }
  if (gate_.opens_at() != before) {
    ports_.log.info("The service throttles: nothing is sent for " +
                    seconds_text(now, gate_.opens_at()) + " (" + refusal.text + ").");
  }
  return true;
}

void GraphClient::throttled_call(const std::shared_ptr<Pending>& pending, CallResult&& result) {
  if (pending->throttled == 0 || pending->successes_then != successes_) {
    ++pending->throttled;
    pending->successes_then = successes_;
  }
  const bool given_up = pending->throttled >= kMostRefusals;
  if (!throttled(result.service)) {
    return;
  }
  if (given_up) {
    result.transient = true;
    result.text = "The service throttled this request " + std::to_string(kMostRefusals) +
                  " times while it answered others: " + result.text;
    pending->call.done(std::move(result));
    return;
  }
  // To the front: what was refused is older than what still waits.
  queue_.push_front(pending);
}

void GraphClient::unauthorized(const std::shared_ptr<Pending>& pending, CallResult&& result) {
  if (pending->token_generation != token_generation_) {
    queue_.push_front(pending);  // it went out with the token that has been replaced since
    return;
  }
  // A new token that has not been good for anything yet is not worth another.
  if (refreshed_at_ != successes_ && ports_.credentials.can_refresh()) {
    queue_.push_front(pending);
    if (!refreshing_) {
      refresh_token();
    }
    return;
  }
  ended_ = true;
  ports_.fatal(707,
               "The service does not accept the access token; call Authorize or set "
               "Authorization to a new one, then ResumeBackup. " +
                   result.text);
}

void GraphClient::refresh_token() {
  refreshing_ = true;
  ports_.log.info("A new access token is requested.");
  ports_.credentials.refresh(
      [this, alive = std::weak_ptr<bool>(alive_)](std::int32_t code, const std::string& text) {
        if (alive.expired()) {
          return;
        }
        refreshing_ = false;
        if (code != 0) {
          ended_ = true;
          ports_.fatal(code, text);
          return;
        }
        ++token_generation_;
        refreshed_at_ = successes_;
      });
}

void GraphClient::cancel_all() {
  ended_ = true;
  queue_.clear();
  for (const auto& entry : under_way_) {
    ports_.transport.cancel(entry.first);
  }
  under_way_.clear();
  weight_in_flight_ = 0;
}

std::string GraphClient::new_request_id() {
  const std::uint64_t high = (random_() & ~std::uint64_t{0xF000}) | 0x4000U;
  const std::uint64_t low = (random_() >> 2U) | (std::uint64_t{1} << 63U);
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx",
                static_cast<unsigned>(high >> 32U), static_cast<unsigned>((high >> 16U) & 0xFFFFU),
                static_cast<unsigned>(high & 0xFFFFU), static_cast<unsigned>(low >> 48U),
                static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFULL));
  return text;
}

}  // namespace coffer::cloudbackup
