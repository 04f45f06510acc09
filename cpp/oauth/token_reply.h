// What an authorization server answered: tokens, or why there are none.
//
// Threads: values and free functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "net/transport.h"
#include "oauth/authorization_url.h"
#include "oauth/token.h"

namespace coffer::oauth {

struct TokenResult {
  std::int32_t code = 0;  // 0, 706 (no understandable answer), 707, 708, or a transport code
  std::string text;
  bool transient = false;   // worth another try with the same request
  std::string error;        // the server's word: invalid_grant, …
  std::string retry_after;  // as sent
  Token token;
  Parameters members;  // what else came with it: scope, id_token, …; nothing that a property holds
};

// The JSON object of a good answer, or what is wrong.
struct JsonAnswer {
  std::optional<core::Document> document;
  TokenResult problem;
};
JsonAnswer read_json_reply(const net::Outcome& outcome);

// What a token endpoint's answer means.
TokenResult read_token_reply(const net::Outcome& outcome);

// The fields of a redirect that carries the token itself (RFC 6749 section 4.2.2).
TokenResult read_token_fields(const Parameters& fields);

// `error` and `error_description`, and what can be done about them.
TokenResult refusal(const std::string& error, const std::string& description,
                    std::vector<long> numbers = {});

// expires_in: a number, or a text as v1 endpoints send it (graph-mail 8.4).
std::optional<std::int64_t> lifetime(const core::JsonView& value);

}  // namespace coffer::oauth
