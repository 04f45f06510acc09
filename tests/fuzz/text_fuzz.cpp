// Masking, kinds of bodies, dates and codings: any octets, no crash, no hang.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/log.h"
#include "core/text.h"
#include "graph/service_error.h"
#include "mime/body_type.h"
#include "require.h"

namespace core = coffer::core;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& masked :
       {core::masked_body(text), core::masked_url(text), core::masked_header(text)}) {
    require(masked.size() <= text.size() + 6 * (text.size() / 5 + 1));
  }
  // A secret in a good JSON string or form never survives.
  const std::string secret = "sEcReT";
  if (text.find(secret) != std::string_view::npos) return 0;
  if (text.find_first_of("\"\\") == std::string_view::npos) {
    const std::string json =
        "{\"a\":\"" + std::string(text) + "\",\"access_token\" : \"" + secret + "\"}";
    require(core::masked_body(json).find(secret) == std::string::npos);
  }
  const std::string form = "client_secret=" + secret + "&x=" + std::string(text);
  require(core::masked_body(form).find("client_secret=" + secret) == std::string::npos);
  const std::string kind = coffer::mime::body_content_type(text);
  require(kind == "text" || kind == "html");
  if (const auto decoded = core::base64_decode(text)) {
    require(core::base64(decoded->data(), decoded->size()) == text);
  }
  if (const auto decoded = core::percent_decode(text)) {
    require(core::percent_decode(core::percent_encode(*decoded)) == *decoded);
  }
  if (const auto seconds = core::parse_timestamp(text)) {
    require(core::parse_timestamp(core::iso_time(*seconds)).value_or(*seconds) == *seconds);
  }
  core::parse_http_date(text);
  coffer::graph::parse_retry_after(text, "Sun, 06 Nov 1994 08:49:37 GMT");
  return 0;
}
