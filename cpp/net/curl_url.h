// libcurl's URL parser: its handle in a smart pointer, its parts as texts.
//
// Threads: free functions, any thread.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace coffer::net {

struct FreeUrl {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};

// Empty when there is no such part.
inline std::string part(CURLU* url, CURLUPart which, unsigned int flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return text;
}

}  // namespace coffer::net
