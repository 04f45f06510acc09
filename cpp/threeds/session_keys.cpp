#include "threeds/session_keys.h"

#include <exception>
#include <utility>

#include "core/error.h"
#include "jose/concat_kdf.h"
#include "jose/jwk.h"

namespace coffer::threeds {
namespace {

constexpr std::int32_t kKeyGeneration = 601;
constexpr std::int32_t kInternal = 30005;
constexpr unsigned kCounters = 256;  // emv-3ds.md 6: 8 bits, never twice the same

}  // namespace

void SessionKeys::generate(crypto::Random& random) {
  wipe();
  try {
    adopt(crypto::P256Key::generate(random));
  } catch (const core::Error& error) {
    throw core::Error(kKeyGeneration,
                      std::string("No ephemeral key pair could be made: ") + error.what());
  }
}

void SessionKeys::adopt(crypto::P256Key key) {
  wipe();
  own_ = key.point();
  const std::lock_guard<std::mutex> lock(mutex_);
  key_ = std::move(key);
}

bool SessionKeys::has_private() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return key_.has_value();
}

core::Secret SessionKeys::private_jwk() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return key_ ? jose::private_jwk(*key_) : core::Secret();
}

void SessionKeys::agree(const crypto::P256Point& acs, std::string_view reference) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!key_) {
    throw core::Error(kInternal, "There is no private key to agree with.");
  }
  const core::Secret z = crypto::agree(*key_, acs);
  const core::Secret cek = jose::emv_kdf(z, reference);
  outgoing_ = jose::sdk_to_acs(cek);
  incoming_ = jose::acs_to_sdk(cek);
  key_.reset();
  sent_ = 0;
}

std::optional<std::uint8_t> SessionKeys::next_counter() const noexcept {
  if (sent_ >= kCounters) {
    return std::nullopt;
  }
  return static_cast<std::uint8_t>(sent_);
}

std::string SessionKeys::seal(std::string_view creq, jose::Encryption encryption,
                              std::string_view kid, crypto::Random& random) {
  const std::optional<std::uint8_t> counter = next_counter();
  if (!ready() || !counter) {
    throw core::Error(kInternal, "There is no session key to seal with.");
  }
  std::string iv;
  if (encryption == jose::Encryption::kA128Gcm) {
    iv.assign(jose::iv_octets(encryption), '\0');
    iv.back() = static_cast<char>(*counter);
  } else {
    iv = random.octets(jose::iv_octets(encryption));
  }
  // Counted first: whatever happens from here on, this IV is spent.
  ++sent_;
  return jose::seal(jose::dir_header(encryption, kid), encryption, outgoing_.of(encryption), iv,
                    creq);
}

jose::Opened SessionKeys::open(std::string_view compact) const {
  if (!ready()) {
    jose::Opened none;
    none.problem = "There is no session key.";
    return none;
  }
  return jose::open_dir(compact, incoming_);
}

void SessionKeys::wipe() noexcept {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    key_.reset();
  }
  own_.reset();
  outgoing_ = {};
  incoming_ = {};
  sent_ = 0;
}

}  // namespace coffer::threeds
