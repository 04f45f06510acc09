// Stores of anything, read as each type: each ends in entries that say something or in a documented
// error. The first octet chooses the type and whether there is a password.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "certs/der_text.h"
#include "certs/store.h"
#include "core/error.h"
#include "require.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
using certs::StoreType;

namespace {

constexpr std::array<StoreType, 10> kTypes = {
    StoreType::kPfxBlob,          StoreType::kJksBlob, StoreType::kPemKeyBlob, StoreType::kP7bBlob,
    StoreType::kSshPublicKeyBlob, StoreType::kPpkBlob, StoreType::kXmlBlob,    StoreType::kJwkBlob,
    StoreType::kPublicKeyBlob,    StoreType::kAuto,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const core::Secret password(data[0] >= 0x80 ? "pass word" : "");
  try {
    for (const certs::Entry& entry :
         certs::read_store(text, kTypes[data[0] % kTypes.size()], password)) {
      require(entry.certificate || !entry.public_octets.empty() || !entry.private_key.empty());
      require(entry.private_key.empty() == (entry.private_form == certs::PrivateForm::kNone));
    }
  } catch (const core::Error& error) {
    require(error.code() == 271 || error.code() == 273);
  }
  // What was made DER stays as it is.
  if (const auto der = certs::der_of_ber(text)) require(certs::der_of_ber(*der) == der);
  return 0;
}
