#include "revocation/signed_data.h"

namespace coffer::revocation {

namespace der = core::der;

std::optional<SignedData> read_signed_data(core::DerReader& fields) {
  const auto signed_part = fields.next(der::kSequence);
  const auto algorithm = fields.next(der::kSequence);
  const auto bits = fields.next(der::kBitString);
  if (!signed_part || !algorithm || !bits || bits->content.empty() || bits->content.front() != 0) {
    return std::nullopt;
  }
  return SignedData{signed_part->content, signed_part->whole, algorithm->whole,
                    bits->content.substr(1)};
}

}  // namespace coffer::revocation
