#include "net/wire_log.h"

#include <algorithm>

#include "core/text.h"

namespace coffer::net {

namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;  // contract section 3

// "GET /path?code=… HTTP/1.1": the target may carry what a URL may carry.
std::string masked_line(std::string_view line, bool first) {
  return first ? core::masked_url(line) : core::masked_header(line);
}

bool names_one_of(std::string_view line, const std::vector<std::string>& names) {
  const std::string_view name = line.substr(0, line.find(':'));
  return std::any_of(names.begin(), names.end(), [name](const std::string& one) {
    return core::equal_ignoring_case(one, name);
  });
}

}  // namespace

std::string masked_head(std::string_view block, const std::vector<std::string>& secret_names) {
  std::string text;
  for (std::string_view line : core::split(block, '\n')) {
    line = core::trim(line);
    if (line.empty()) continue;
    if (!text.empty() && names_one_of(line, secret_names)) {
      text += std::string(line.substr(0, line.find(':'))) + ": ******\r\n";
      continue;
    }
    text += masked_line(line, text.empty()) + "\r\n";
  }
  return text;
}

void WireLog::set_tunnel(bool firewall, const std::vector<core::Secret>& headers) {
  firewall_ = firewall;
  secret_names_.clear();
  for (const core::Secret& line : headers) {
    const std::string_view text = line.reveal();
    secret_names_.emplace_back(core::trim(text.substr(0, text.find(':'))));
  }
}

void WireLog::header_block(std::string_view block, const char* type) {
  const bool tunnel = core::starts_with(block, "CONNECT ");
  std::string text = masked_head(block, tunnel ? secret_names_ : std::vector<std::string>());
  if (text.empty()) return;
  text.resize(text.size() - 2);
  log_->write(core::LogLevel::kVerbose, text, type);
}

void WireLog::traffic(curl_infotype kind, std::string_view data) {
  if (!headers()) return;
  if (kind == CURLINFO_HEADER_OUT) {
    in_connect_ = core::starts_with(data, "CONNECT ");
    const char* type = !in_connect_ ? "RequestHeaders"
                       : firewall_  ? "FirewallRequest"
                                    : "ProxyRequest";
    header_block(data, type);
  } else if (kind == CURLINFO_HEADER_IN) {
    incoming_ += data;
    if (!core::trim(data).empty()) return;
    const char* type = !in_connect_ ? "ResponseHeaders"
                       : firewall_  ? "FirewallResponse"
                                    : "ProxyResponse";
    header_block(incoming_, type);
    incoming_.clear();
  }
}

void WireLog::request_body(std::string_view body) {
  if (bodies() && !body.empty()) {
    log_->write(core::LogLevel::kDebug, core::masked_body(body), "RequestBody");
  }
}

void WireLog::response_body(std::string_view piece) {
  if (!bodies()) return;
  body_ += piece;
  while (body_.size() > kPiece) {
    // Cut at a line's end where there is one, so that no secret is cut in two.
    std::size_t end = body_.rfind('\n', kPiece - 1);
    end = end == std::string::npos ? kPiece : end + 1;
    log_->write(core::LogLevel::kDebug, core::masked_body(std::string_view(body_).substr(0, end)),
                "ResponseBody");
    body_.erase(0, end);
  }
}

void WireLog::end_of_response() {
  if (bodies() && !body_.empty()) {
    log_->write(core::LogLevel::kDebug, core::masked_body(body_), "ResponseBody");
  }
  body_.clear();
  incoming_.clear();
}

void WireLog::summary(const std::string& method, const std::string& url, const Outcome& outcome,
                      std::chrono::milliseconds took) {
  if (!passes(core::LogLevel::kInfo)) return;
  std::string text = method + " " + core::masked_url(url) + " -> ";
  const Reply& reply = outcome.reply;
  if (reply.status != 0) {
    const std::size_t space = reply.status_line.find(' ');
    text += space == std::string::npos
                ? std::to_string(reply.status)
                : std::string(core::trim(std::string_view(reply.status_line).substr(space)));
    text += ", ";
  }
  if (outcome.code != 0) {
    text += "failed with " + std::to_string(outcome.code) + ": " + outcome.text + ", ";
  }
  text += std::to_string(reply.wire_octets) + " octets, " + std::to_string(took.count()) + " ms";
  log_->info(text);
}

}  // namespace coffer::net
