// What is opened was sealed under the key: sealed again it is the same text, octet for octet. The
// input is a compact JWE, and also the header and plaintext of one that must open.
#include <cstdint>
#include <string>
#include <string_view>

#include "jose/base64url.h"
#include "jose/jwe.h"
#include "require.h"

namespace core = coffer::core;
namespace jose = coffer::jose;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const jose::SessionKey key =
      jose::acs_to_sdk(core::Secret("0123456789abcdefghijklmnopqrstuv"));
  const auto opened = jose::open_dir(text, key);
  if (opened) {
    const auto jwe = jose::parse_jwe(text);
    require(jwe.problem.empty());
    require(jose::seal(jwe.header, jwe.encryption, key.of(jwe.encryption), jwe.iv,
                       opened.plaintext.reveal()) == text);
  } else {
    require(opened.plaintext.empty());
  }

  for (const auto encryption : {jose::Encryption::kA128CbcHs256, jose::Encryption::kA128Gcm}) {
    const std::string iv(jose::iv_octets(encryption), 'i');
    // The input as the plaintext, with our header, opens; as the header it opens or is refused.
    const auto again = jose::open_dir(
        jose::seal(jose::dir_header(encryption, "kid"), encryption, key.of(encryption), iv, text),
        key);
    require(again && again.plaintext.reveal() == text && again.kid == "kid");
    (void)jose::open_dir(jose::seal(text, encryption, key.of(encryption), iv, "{}"), key);
  }
  return 0;
}
