#include "threeds/challenge.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "threeds/message_json.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kHttp = 151;
constexpr std::int32_t kTimeout = 201;
constexpr std::int32_t kInterrupted = 301;

// emv-3ds.md 7.
constexpr std::string_view kJose = "application/jose; charset=UTF-8";
constexpr std::string_view kJson = "application/json; charset=utf-8";

ChallengeEnd over(std::int32_t code, std::string text) {
  ChallengeEnd end;
  end.code = code;
  end.text = std::move(text);
  return end;
}

// Parts of base64url text with points between them, however many: meant to be a JWE.
bool looks_like_jwe(std::string_view body) noexcept {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.";
  return body.find('.') != std::string_view::npos &&
         body.find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::string text_of_status(const AcsReply& reply) {
  std::string text = "The ACS answered with HTTP status " + std::to_string(reply.status);
  const std::size_t space = reply.status_line.find(' ');
  if (space != std::string::npos) {
    text += " (" + std::string(core::trim(std::string_view(reply.status_line).substr(space))) + ")";
  }
  return text + ".";
}

}  // namespace

Challenge::Challenge(ChallengeTerms terms, Ports ports) : terms_(std::move(terms)), ports_(ports) {}

CreqResult Challenge::build(const CreqInput& input) const {
  CreqState state;
  state.version = terms_.version;
  state.ids = terms_.ids;
  state.counter = ports_.keys.next_counter().value_or(0);
  state.last = last_;
  return build_creq(state, input);
}

AcsMessage Challenge::message(std::string_view content_type, std::string body) const {
  AcsMessage message;
  message.url = terms_.acs_url;
  message.content_type = content_type;
  if (terms_.version == Version::k231) {
    message.request_id = terms_.ids.sdk_trans_id;  // Req 468
  }
  message.body = std::move(body);
  return message;
}

ChallengeOutcome Challenge::send(const CreqResult& creq, const CreqInput& input,
                                 const ChallengeConduct& conduct) {
  CresExpectations expected;
  expected.version = terms_.version;
  expected.ids = terms_.ids;
  expected.counter = next_incoming_;
  expected.first = first_;
  expected.acs_interface = terms_.acs_interface;
  expected.oob_app_url_indicator = input.oob_app_url_indicator;
  expected.strict = conduct.strict;
  expected.known_extensions = conduct.known_extensions;

  std::string packet = ports_.keys.seal(creq.json.reveal(), conduct.encryption,
                                        terms_.ids.acs_trans_id, ports_.random);
  ports_.listener.creq(creq.json.reveal());
  ports_.listener.packet_out(packet);
  AcsLimits limits;
  limits.timeout = conduct.timeout;
  limits.latest = ports_.timer.end();
  return judge(ports_.channel.post(message(kJose, std::move(packet)), limits), expected, conduct);
}

ChallengeOutcome Challenge::judge(const AcsReply& reply, const CresExpectations& expected,
                                  const ChallengeConduct& conduct) {
  switch (reply.kind) {
    case AcsReply::Kind::kInterrupted:
      return over(kInterrupted, "The challenge was interrupted.");
    case AcsReply::Kind::kTimeout:
      return answer_timeout("The ACS did not answer in time.", conduct);
    case AcsReply::Kind::kMaxTimeout:
      return expire(conduct);
    case AcsReply::Kind::kTooLong:
      return answer_fault(make_fault("101", "The reply is too long", ""), conduct);
    case AcsReply::Kind::kFailed:
      return over(reply.code, reply.text);
    case AcsReply::Kind::kReply:
      break;
  }
  ports_.listener.packet_in(reply.body);
  if (reply.status != 200 && !is_erro(reply.body)) {
    return over(kHttp, text_of_status(reply));
  }
  return read_body(core::trim(reply.body), expected, conduct);
}

// emv-3ds.md 7: content types vary, the body decides.
ChallengeOutcome Challenge::read_body(std::string_view body, const CresExpectations& expected,
                                      const ChallengeConduct& conduct) {
  if (core::starts_with(body, "{")) {
    if (core::json_problem(body, message_limits()).empty()) {
      const auto document = core::Document::parse(body, 0, "The reply", message_limits());
      if (document.root()["messageType"].string_or("") == "CRes") {
        return answer_fault(undecipherable("The CRes is not encrypted"), conduct);
      }
    }
    return conclude(parse_cres(body, expected), body, conduct);
  }
  if (!looks_like_jwe(body)) {
    return answer_fault(make_fault("101", "The reply is neither a CRes nor an Erro", ""), conduct);
  }
  const jose::Opened opened = ports_.keys.open(body);
  if (!opened) {
    return answer_fault(undecipherable(opened.problem), conduct);
  }
  if (!opened.kid || !core::equal_ignoring_case(*opened.kid, terms_.ids.acs_trans_id)) {
    ports_.listener.note("The kid of the CRes is not acsTransID; its tag is good all the same.");
  }
  return conclude(parse_cres(opened.plaintext.reveal(), expected), opened.plaintext.reveal(),
                  conduct);
}

ChallengeOutcome Challenge::conclude(CresOutcome outcome, std::string_view json,
                                     const ChallengeConduct& conduct) {
  if (const auto* erro = std::get_if<ReceivedErro>(&outcome)) {
    return received(*erro, json);
  }
  ports_.listener.cres(json);
  if (const auto* fault = std::get_if<ProtocolFault>(&outcome)) {
    return answer_fault(*fault, conduct);
  }
  const auto note_all = [this](const CresCommon& common) {
    for (const std::string& note : common.notes) {
      ports_.listener.note(note);
    }
  };
  if (auto* result = std::get_if<FinalResult>(&outcome)) {
    note_all(*result);
    return std::move(*result);
  }
  auto& screen = std::get<Screen>(outcome);
  note_all(screen);
  last_ = screen.facts;
  next_incoming_ = screen.counter + 1;
  first_ = false;
  return std::move(screen);
}

ChallengeEnd Challenge::received(const ReceivedErro& erro, std::string_view json) const {
  ports_.listener.erro_in(json);
  ChallengeEnd end = over(erro.manual_code, erro.text);
  end.erro = erro.erro;
  end.error_packet = json;
  return end;
}

ChallengeEnd Challenge::answer_fault(const ProtocolFault& fault, const ChallengeConduct& conduct) {
  ChallengeEnd end = over(fault.manual_code, fault.text);
  end.erro = erro_for(fault, terms_.version, terms_.ids);
  end.error_packet = erro_json(*end.erro);
  send_erro(end.error_packet, conduct);
  return end;
}

ChallengeEnd Challenge::answer_timeout(std::string text, const ChallengeConduct& conduct) {
  ChallengeEnd end = over(kTimeout, std::move(text));
  end.erro = timeout_erro(terms_.version, terms_.ids);
  end.error_packet = erro_json(*end.erro);
  send_erro(end.error_packet, conduct);
  return end;
}

ChallengeEnd Challenge::expire(const ChallengeConduct& conduct) {
  return answer_timeout("The challenge took longer than SDKMaxTimeout.", conduct);
}

// emv-3ds.md 11.3: best effort, and whatever comes back is not looked at.
void Challenge::send_erro(const std::string& packet, const ChallengeConduct& conduct) {
  ports_.listener.erro_out(packet);
  ports_.listener.packet_out(packet);
  AcsLimits limits;
  limits.timeout = conduct.timeout.count() == 0 ? kReadTimeout : conduct.timeout;
  limits.retry = false;
  const AcsReply reply = ports_.channel.post(message(kJson, packet), limits);
  if (reply.kind != AcsReply::Kind::kReply) {
    ports_.listener.note("The Erro did not reach the ACS for certain.");
  }
}

}  // namespace coffer::threeds
