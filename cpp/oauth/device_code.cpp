#include "oauth/device_code.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "core/error.h"
#include "core/text.h"

namespace coffer::oauth {

namespace {

using Seconds = std::chrono::seconds;

constexpr std::chrono::milliseconds kLookAround{200};
constexpr std::int64_t kUsualLife = 900;  // graph-mail 8.5
constexpr std::int64_t kLongestInterval = 300;

struct DeviceAnswer {
  TokenResult problem;
  DeviceAuthorization device;
};

DeviceAnswer read(const net::Outcome& outcome) {
  DeviceAnswer answer;
  const JsonAnswer json = read_json_reply(outcome);
  answer.problem = json.problem;
  if (!json.document) return answer;
  const core::JsonView body = json.document->root();
  DeviceAuthorization& device = answer.device;
  device.device_code = core::Secret(body["device_code"].string_or(""));
  device.user_code = body["user_code"].string_or("");
  // Google's draft calls it verification_url.
  device.verification_url =
      body["verification_uri"].string_or(body["verification_url"].string_or(""));
  device.expires_in = lifetime(body["expires_in"]).value_or(kUsualLife);
  device.interval = std::clamp<std::int64_t>(lifetime(body["interval"]).value_or(device.interval),
                                             1, kLongestInterval);
  const auto printable = [](const std::string& text) {
    return !text.empty() && core::valid_utf8(text) &&
           std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  };
  if (device.device_code.empty() || !printable(device.user_code) ||
      !printable(device.verification_url)) {
    answer.problem.code = 706;
    answer.problem.text =
        "The authorization server gave no device code; check ServerAuthURL, which OAuthDeviceCode "
        "takes for the device endpoint.";
  }
  return answer;
}

}  // namespace

DeviceAuthorization request_device_code(net::Transport& transport, const std::string& device_url,
                                        const TokenRequest& request,
                                        const std::function<bool()>& cancelled) {
  check_server_url("ServerAuthURL", device_url);
  Parameters fields;
  fields.emplace_back("client_id", request.client_id);
  add_client(fields, request);
  if (!request.scope.empty()) fields.emplace_back("scope", request.scope);
  add_own(fields, request.parameters);
  const auto answer = std::make_shared<std::optional<DeviceAnswer>>();
  const std::uint64_t id = transport.start(form_post(device_url, std::move(fields)), nullptr,
                                           [answer](net::Outcome&& outcome) {
                                             *answer = read(outcome);
                                             core::wipe(outcome.reply.body);
                                           });
  while (!answer->has_value()) {
    if (cancelled && cancelled()) {
      transport.cancel(id);
      throw core::Error(301, "Interrupted while waiting for a device code.");
    }
    transport.run_once(kLookAround);
  }
  const TokenResult& problem = (*answer)->problem;
  if (problem.code != 0) throw core::Error(problem.code, problem.text);
  return std::move((*answer)->device);
}

TokenResult poll_device_token(net::Transport& transport, const core::Clock& clock,
                              const TokenRequest& request, const DeviceAuthorization& device,
                              std::int64_t limit, const std::function<bool()>& cancelled) {
  const core::Clock::Time begin = clock.now();
  const std::int64_t life = limit > 0 ? std::min(limit, device.expires_in) : device.expires_in;
  const core::Clock::Time end = begin + Seconds(life);
  std::int64_t interval = device.interval;
  core::Clock::Time next = begin + Seconds(interval);
  while (true) {
    for (core::Clock::Time now = clock.now(); now < next; now = clock.now()) {
      if (cancelled && cancelled()) throw core::Error(301, "Authorize was interrupted.");
      if (now >= end) {
        throw core::Error(709,
                          "Nobody signed in with the device code in time. Call Authorize again "
                          "for another.");
      }
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::min(next, end) - now + std::chrono::milliseconds(1));
      transport.run_once(std::min(left, kLookAround));
    }
    TokenResult result = request_token(transport, request, cancelled);
    if (result.error == "expired_token") {
      result.code = 709;
      return result;
    }
    if (result.error == "slow_down") {
      interval += 5;  // RFC 8628 section 3.5
    } else if (result.error != "authorization_pending") {
      if (result.code == 0 || !result.transient) return result;
      // RFC 8628 section 3.5: where the server cannot be reached, it is asked less often.
      interval *= 2;
    }
    interval = std::min(interval, kLongestInterval);
    next = clock.now() + Seconds(interval);
  }
}

}  // namespace coffer::oauth
