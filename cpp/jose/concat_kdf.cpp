#include "jose/concat_kdf.h"

#include <cstdint>
#include <string>

#include "core/error.h"
#include "crypto/digest.h"

namespace coffer::jose {
namespace {

constexpr std::size_t kHashOctets = 32;

void append_u32(std::string& out, std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
  }
}

void append_with_length(std::string& out, std::string_view data) {
  append_u32(out, data.size());
  out += data;
}

}  // namespace

core::Secret concat_kdf(const core::Secret& z, std::string_view algorithm, std::string_view apu,
                        std::string_view apv, std::size_t octets) {
  if (octets > kHashOctets) throw core::Error(30005, "A key of more than 32 octets was asked for");
  constexpr std::size_t kLengths = 5 * sizeof(std::uint32_t);
  std::string input;
  // In one piece: growing would leave copies of Z behind.
  input.reserve(kLengths + z.reveal().size() + algorithm.size() + apu.size() + apv.size());
  append_u32(input, 1);  // the only round
  input += z.reveal();
  append_with_length(input, algorithm);
  append_with_length(input, apu);
  append_with_length(input, apv);
  append_u32(input, octets * 8);
  const core::Secret kept(std::move(input));
  auto hash = crypto::sha256(kept.reveal());
  core::Secret key(std::string(hash.begin(), hash.begin() + static_cast<std::ptrdiff_t>(octets)));
  core::wipe(hash.data(), hash.size());
  return key;
}

core::Secret emv_kdf(const core::Secret& z, std::string_view party_v) {
  return concat_kdf(z, {}, {}, party_v, kHashOctets);
}

}  // namespace coffer::jose
