// Looking into the payload of an access token: OAuthJWTXPath and its family.
//
// Threads: free functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::oauth {

struct JwtElement {
  bool found = false;
  std::string name;
  std::string parent;
  std::string text;     // of a string, its value; of anything else, its JSON
  std::string subtree;  // JSON
  std::vector<std::pair<std::string, std::string>> children;  // name, text
};

// Steps are `name`, `*`, `[i]`, `name[i]`, `[last()]`, `[last()-i]`, counted from 1 (manual,
// OAuthJWTXPath); the first one is the payload, `json`. A path that leads nowhere, or is none, and
// a payload that is no JSON object: not found.
JwtElement jwt_element(const std::string& payload, std::string_view path);

}  // namespace coffer::oauth
