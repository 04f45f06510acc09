#include "net/idna.h"

#include <curl/curl.h>
#if COFFER_HAS_IDN2
#  include <idn2.h>
#endif

#include <algorithm>
#include <memory>

namespace coffer::net {

namespace {

#if COFFER_HAS_IDN2
struct FreeUrl {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
struct FreeName {
  void operator()(char* name) const noexcept { idn2_free(name); }
};
struct FreeText {
  void operator()(char* text) const noexcept { curl_free(text); }
};

// libcurl converts too, but from the locale's encoding, which a library must not depend on.
std::string a_labels(const std::string& host) {
  char* raw = nullptr;
  if (idn2_to_ascii_8z(host.c_str(), &raw, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK) {
    return {};
  }
  const std::unique_ptr<char, FreeName> name(raw);
  return name.get();
}
#endif

}  // namespace

bool knows_idna() noexcept {
  return COFFER_HAS_IDN2 != 0;
}

bool is_ascii(const std::string& text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string with_ascii_host(const std::string& url) {
  const Url parsed = Url::parse(url);
  if (!parsed.valid || is_ascii(parsed.host)) return url;
#if COFFER_HAS_IDN2
  const std::string host = a_labels(parsed.host);
  const std::unique_ptr<CURLU, FreeUrl> parts(curl_url());
  char* raw = nullptr;
  if (!host.empty() && parts &&
      curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), CURLU_PATH_AS_IS) == CURLUE_OK &&
      curl_url_set(parts.get(), CURLUPART_HOST, host.c_str(), 0) == CURLUE_OK &&
      curl_url_get(parts.get(), CURLUPART_URL, &raw, 0) == CURLUE_OK) {
    const std::unique_ptr<char, FreeText> text(raw);
    return text.get();
  }
#endif
  return {};
}

}  // namespace coffer::net
