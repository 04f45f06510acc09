#include "certs/pbe.h"

#include <array>
#include <vector>

#include "crypto/mbedtls.h"
// After it: they open mbedTLS's structures.
#include <mbedtls/cipher.h>
#include <mbedtls/md.h>
#include <mbedtls/pkcs5.h>
#ifdef COFFER_SCRYPT
#  include <libscrypt.h>
#endif

#include "certs/rc2.h"
#include "core/text.h"

namespace coffer::certs {
namespace {

namespace der = core::der;
using core::DerReader;
using core::Secret;
using Cipher = crypto::Owned<mbedtls_cipher_context_t, mbedtls_cipher_init, mbedtls_cipher_free>;
using Md = crypto::Owned<mbedtls_md_context_t, mbedtls_md_init, mbedtls_md_free>;
using Gcm = crypto::Owned<mbedtls_gcm_context, mbedtls_gcm_init, mbedtls_gcm_free>;

constexpr std::size_t kDesBlock = 8;
constexpr char kSequence = 0x30;

const mbedtls_md_info_t* info_of(int hash) {
  return mbedtls_md_info_from_type(static_cast<mbedtls_md_type_t>(hash));
}

enum class Mode { kDes, kDes2, kDes3, kAesCbc, kAesGcm, kRc2, kRc4 };

// An algorithm and what it takes; `bits` is that of the key, for RC2 the effective length.
struct Algorithm {
  std::string_view oid;
  Mode mode;
  std::size_t key;
  int hash = 0;  // of PBES1
};

// RFC 7292 appendix C.
constexpr std::array<Algorithm, 6> kPkcs12 = {{
    {"1.2.840.113549.1.12.1.1", Mode::kRc4, 16},
    {"1.2.840.113549.1.12.1.2", Mode::kRc4, 5},
    {"1.2.840.113549.1.12.1.3", Mode::kDes3, 24},
    {"1.2.840.113549.1.12.1.4", Mode::kDes2, 16},
    {"1.2.840.113549.1.12.1.5", Mode::kRc2, 16},
    {"1.2.840.113549.1.12.1.6", Mode::kRc2, 5},
}};
// RFC 8018 appendix A.3.
constexpr std::array<Algorithm, 4> kPbes1 = {{
    {"1.2.840.113549.1.5.3", Mode::kDes, 8, MBEDTLS_MD_MD5},
    {"1.2.840.113549.1.5.6", Mode::kRc2, 8, MBEDTLS_MD_MD5},
    {"1.2.840.113549.1.5.10", Mode::kDes, 8, MBEDTLS_MD_SHA1},
    {"1.2.840.113549.1.5.11", Mode::kRc2, 8, MBEDTLS_MD_SHA1},
}};
// RFC 8018 appendix B.2, RFC 5084 section 3.2.
constexpr std::array<Algorithm, 8> kCiphers = {{
    {"1.3.14.3.2.7", Mode::kDes, 8},
    {"1.2.840.113549.3.7", Mode::kDes3, 24},
    {"2.16.840.1.101.3.4.1.2", Mode::kAesCbc, 16},
    {"2.16.840.1.101.3.4.1.22", Mode::kAesCbc, 24},
    {"2.16.840.1.101.3.4.1.42", Mode::kAesCbc, 32},
    {"2.16.840.1.101.3.4.1.6", Mode::kAesGcm, 16},
    {"2.16.840.1.101.3.4.1.26", Mode::kAesGcm, 24},
    {"2.16.840.1.101.3.4.1.46", Mode::kAesGcm, 32},
}};

template <typename List>
const Algorithm* find(const List& list, std::string_view oid) {
  for (const Algorithm& one : list) {
    if (one.oid == oid) return &one;
  }
  return nullptr;
}

// Without its padding; nullopt when that is wrong.
std::optional<Secret> unpadded(const Secret& text, std::size_t block) {
  const std::string& octets = text.reveal();
  if (octets.empty()) return std::nullopt;
  const auto count = static_cast<std::uint8_t>(octets.back());
  if (count == 0 || count > block || count > octets.size()) return std::nullopt;
  for (std::size_t i = octets.size() - count; i < octets.size(); ++i) {
    if (static_cast<std::uint8_t>(octets[i]) != count) return std::nullopt;
  }
  return Secret(octets.substr(0, octets.size() - count));
}

std::optional<Secret> cbc(mbedtls_cipher_type_t type, std::string_view key, std::string_view iv,
                          std::string_view sealed) {
  constexpr int kOctetBits = 8;
  const mbedtls_cipher_info_t* const info = mbedtls_cipher_info_from_type(type);
  if (info == nullptr) unsupported("its cipher is not in this build of mbedTLS");
  Cipher cipher;
  crypto::require(mbedtls_cipher_setup(cipher.get(), info), "prepare a cipher");
  const std::size_t block = mbedtls_cipher_get_block_size(cipher.get());
  if (iv.size() != block || sealed.size() % block != 0 || sealed.empty()) {
    unsupported("its encrypted part is malformed");
  }
  crypto::require(mbedtls_cipher_set_padding_mode(cipher.get(), MBEDTLS_PADDING_NONE),
                  "prepare a cipher");
  crypto::require(mbedtls_cipher_setkey(cipher.get(), crypto::octets(key),
                                        static_cast<int>(key.size()) * kOctetBits, MBEDTLS_DECRYPT),
                  "take a key");
  std::string out(sealed.size() + block, '\0');
  std::size_t size = 0;
  const int result =
      mbedtls_cipher_crypt(cipher.get(), crypto::octets(iv), iv.size(), crypto::octets(sealed),
                           sealed.size(), crypto::octets(out), &size);
  const Secret whole(std::move(out));
  if (result != 0) return std::nullopt;
  return unpadded(Secret(whole.reveal().substr(0, size)), block);
}

// GCMParameters; some write the nonce alone and mean a tag of 16 octets.
std::optional<Secret> gcm(std::string_view key, const core::DerElement& parameters,
                          std::string_view sealed) {
  constexpr unsigned kOctetBits = 8;
  constexpr std::uint64_t kDefaultTag = 12;  // RFC 5084 section 3.2
  constexpr std::uint64_t kMostTag = 16;
  const bool alone = parameters.tag == der::kOctetString;
  DerReader reader(alone ? parameters.whole : parameters.content);
  const auto nonce = reader.next(der::kOctetString);
  std::uint64_t tag = alone ? kMostTag : kDefaultTag;
  if (const auto given = reader.next(der::kInteger)) {
    tag = small_number(given->content).value_or(0);
  }
  if (!nonce || nonce->content.empty() || tag < kDefaultTag || tag > kMostTag ||
      sealed.size() < tag) {
    unsupported("its encrypted part is malformed");
  }
  Gcm context;
  crypto::require(mbedtls_gcm_setkey(context.get(), MBEDTLS_CIPHER_ID_AES, crypto::octets(key),
                                     static_cast<unsigned>(key.size()) * kOctetBits),
                  "take a key");
  const std::size_t size = sealed.size() - tag;
  std::string out(size, '\0');
  const int result = mbedtls_gcm_auth_decrypt(
      context.get(), size, crypto::octets(nonce->content), nonce->content.size(), nullptr, 0,
      crypto::octets(sealed.substr(size)), tag, crypto::octets(sealed), crypto::octets(out));
  Secret whole(std::move(out));
  if (result != 0) return std::nullopt;
  return whole;
}

std::optional<Secret> decrypt(Mode mode, std::string_view key, std::string_view iv,
                              std::string_view sealed) {
  constexpr std::size_t kAes192 = 24;
  constexpr int kOctetBits = 8;
  switch (mode) {
    case Mode::kDes:
      return cbc(MBEDTLS_CIPHER_DES_CBC, key, iv, sealed);
    case Mode::kDes2:
      return cbc(MBEDTLS_CIPHER_DES_EDE_CBC, key, iv, sealed);
    case Mode::kDes3:
      return cbc(MBEDTLS_CIPHER_DES_EDE3_CBC, key, iv, sealed);
    case Mode::kAesCbc:
      return cbc(key.size() < kAes192    ? MBEDTLS_CIPHER_AES_128_CBC
                 : key.size() == kAes192 ? MBEDTLS_CIPHER_AES_192_CBC
                                         : MBEDTLS_CIPHER_AES_256_CBC,
                 key, iv, sealed);
    case Mode::kRc2: {
      const auto text = rc2_cbc_decrypt(key, static_cast<int>(key.size()) * kOctetBits, iv, sealed);
      if (!text) unsupported("its encrypted part is malformed");
      return unpadded(*text, kDesBlock);
    }
    case Mode::kAesGcm:
    case Mode::kRc4:
      break;
  }
  unsupported("RC4 is not supported; save it again with AES");
}

struct SaltAndRounds {
  std::string_view salt;
  std::uint64_t rounds = 0;
};

SaltAndRounds salt_and_rounds(DerReader& reader) {
  const auto salt = reader.next(der::kOctetString);
  const auto rounds = reader.next(der::kInteger);
  const std::uint64_t count = rounds ? small_number(rounds->content).value_or(0) : 0;
  if (!salt || count == 0) unsupported("its key derivation is malformed");
  return {salt->content, count};
}

std::optional<Secret> open_pkcs12(const Algorithm& algorithm, DerReader parameters,
                                  std::string_view sealed, const Secret& password, Unlock& unlock) {
  const SaltAndRounds given = salt_and_rounds(parameters);
  const auto with = [&](std::string_view text) {
    const Secret key =
        pkcs12_key(MBEDTLS_MD_SHA1, 1, text, given.salt, given.rounds, algorithm.key, unlock);
    const Secret iv =
        pkcs12_key(MBEDTLS_MD_SHA1, 2, text, given.salt, given.rounds, kDesBlock, unlock);
    return decrypt(algorithm.mode, key.reveal(), iv.reveal(), sealed);
  };
  auto out = with(bmp_password(password.reveal()).reveal());
  // An empty password is two octets of zero for some and none for others.
  const bool good = out && !out->empty() && out->reveal().front() == kSequence;
  if (!good && password.empty()) out = with({});
  return out;
}

std::optional<Secret> open_pbes1(const Algorithm& algorithm, DerReader parameters,
                                 std::string_view sealed, const Secret& password, Unlock& unlock) {
  const SaltAndRounds given = salt_and_rounds(parameters);
  const mbedtls_md_info_t* const info = info_of(algorithm.hash);
  if (info == nullptr) unsupported("its hash is not in this build of mbedTLS");
  unlock.spend(given.rounds);
  std::string hash(mbedtls_md_get_size(info), '\0');
  std::string first = password.reveal() + std::string(given.salt);
  int result =
      mbedtls_md(info, crypto::octets(std::string_view(first)), first.size(), crypto::octets(hash));
  core::wipe(first);
  for (std::uint64_t i = 1; i < given.rounds && result == 0; ++i) {
    result =
        mbedtls_md(info, crypto::octets(std::string_view(hash)), hash.size(), crypto::octets(hash));
  }
  const Secret derived(std::move(hash));
  crypto::require(result, "hash a password");
  const std::string_view both(derived.reveal());
  return decrypt(algorithm.mode, both.substr(0, kDesBlock), both.substr(kDesBlock, kDesBlock),
                 sealed);
}

Secret pbkdf2(DerReader parameters, std::size_t size, const Secret& password, Unlock& unlock) {
  const SaltAndRounds given = salt_and_rounds(parameters);
  (void)parameters.next(der::kInteger);  // keyLength
  int hash = MBEDTLS_MD_SHA1;
  if (const auto prf = parameters.next(der::kSequence)) {
    const auto oid = DerReader(prf->content).next(der::kOid);
    hash = oid ? hash_of(core::oid_text(oid->content)) : 0;
  }
  const mbedtls_md_info_t* const info = info_of(hash);
  if (info == nullptr) unsupported("the hash of its key derivation is not known");
  unlock.spend(given.rounds * (size / mbedtls_md_get_size(info) + 1));
  std::string out(size, '\0');
  const auto rounds = static_cast<unsigned>(given.rounds);
  const auto length = static_cast<std::uint32_t>(size);
#if MBEDTLS_VERSION_NUMBER >= 0x03030000
  const int result = mbedtls_pkcs5_pbkdf2_hmac_ext(
      static_cast<mbedtls_md_type_t>(hash), crypto::octets(password.reveal()),
      password.reveal().size(), crypto::octets(given.salt), given.salt.size(), rounds, length,
      crypto::octets(out));
#else
  Md md;
  crypto::require(mbedtls_md_setup(md.get(), info, 1), "prepare a hash");
  const int result = mbedtls_pkcs5_pbkdf2_hmac(
      md.get(), crypto::octets(password.reveal()), password.reveal().size(),
      crypto::octets(given.salt), given.salt.size(), rounds, length, crypto::octets(out));
#endif
  crypto::require(result, "derive a key");
  return Secret(std::move(out));
}

// RFC 7914.
Secret scrypt(DerReader parameters, std::size_t size, const Secret& password, Unlock& unlock) {
#ifdef COFFER_SCRYPT
  constexpr std::uint64_t kMostMemory = std::uint64_t{128} << 20U;
  constexpr std::uint64_t kMostFactor = 1024;
  const auto salt = parameters.next(der::kOctetString);
  std::array<std::uint64_t, 3> costs{};  // N, r, p
  for (std::uint64_t& cost : costs) {
    const auto number = parameters.next(der::kInteger);
    cost = number ? small_number(number->content).value_or(0) : 0;
  }
  const auto [n, r, p] = costs;
  if (!salt || n < 2 || (n & (n - 1)) != 0 || r == 0 || p == 0 || r > kMostFactor ||
      p > kMostFactor || n > kMostMemory / 128 / r) {
    unsupported("the costs of its key derivation scrypt are malformed or over 128 MiB");
  }
  unlock.spend(2 * n * r * p);
  std::string out(size, '\0');
  const int result = libscrypt_scrypt(crypto::octets(password.reveal()), password.reveal().size(),
                                      crypto::octets(salt->content), salt->content.size(), n,
                                      static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(p),
                                      crypto::octets(out), out.size());
  crypto::require(result, "derive a key");
  return Secret(std::move(out));
#else
  (void)parameters, (void)size, (void)password, (void)unlock;
  unsupported("its key derivation scrypt is not in this build, which was made without libscrypt");
#endif
}

std::optional<Secret> open_pbes2(DerReader parameters, std::string_view sealed,
                                 const Secret& password, Unlock& unlock) {
  const auto derivation = parameters.next(der::kSequence);
  const auto cipher = parameters.next(der::kSequence);
  if (!derivation || !cipher) unsupported("its encryption scheme is malformed");
  DerReader how(derivation->content);
  DerReader what(cipher->content);
  const auto how_oid = how.next(der::kOid);
  const auto how_list = how.next(der::kSequence);
  const auto what_oid = what.next(der::kOid);
  const auto setting = what.next();
  if (!how_oid || !how_list || !what_oid || !setting) {
    unsupported("its encryption scheme is malformed");
  }
  const Algorithm* const algorithm = find(kCiphers, core::oid_text(what_oid->content));
  if (algorithm == nullptr) {
    unsupported("its cipher " + core::oid_text(what_oid->content) + " is not supported");
  }
  const std::string name = core::oid_text(how_oid->content);
  const bool hashed = name == "1.2.840.113549.1.5.12";
  if (!hashed && name != "1.3.6.1.4.1.11591.4.11") {
    unsupported("its key derivation " + name + " is not supported");
  }
  const DerReader list(how_list->content);
  const Secret key = hashed ? pbkdf2(list, algorithm->key, password, unlock)
                            : scrypt(list, algorithm->key, password, unlock);
  if (algorithm->mode == Mode::kAesGcm) return gcm(key.reveal(), *setting, sealed);
  return decrypt(algorithm->mode, key.reveal(), setting->content, sealed);
}

}  // namespace

std::optional<core::Secret> open_sealed(std::string_view scheme, std::string_view sealed,
                                        const core::Secret& password, Unlock& unlock) {
  DerReader reader(scheme);
  const auto oid = reader.next(der::kOid);
  const auto list = reader.next(der::kSequence);
  if (!oid || !list) unsupported("its encryption scheme is malformed");
  const std::string name = core::oid_text(oid->content);
  const DerReader parameters(list->content);
  std::optional<Secret> out;
  if (const Algorithm* const old = find(kPkcs12, name)) {
    out = open_pkcs12(*old, parameters, sealed, password, unlock);
  } else if (const Algorithm* const older = find(kPbes1, name)) {
    out = open_pbes1(*older, parameters, sealed, password, unlock);
  } else if (name == "1.2.840.113549.1.5.13") {
    out = open_pbes2(parameters, sealed, password, unlock);
  } else {
    unsupported("its encryption scheme " + name + " is not supported; save it again with AES");
  }
  // All that is sealed this way is a SEQUENCE: what chance let through as padding ends here.
  if (!out || out->empty() || out->reveal().front() != kSequence) return std::nullopt;
  return out;
}

std::optional<core::Secret> open_private_key_info(std::string_view der_octets,
                                                  const core::Secret& password, Unlock& unlock) {
  DerReader outer(der_octets);
  const auto whole = outer.next(der::kSequence);
  if (!whole || !outer.at_end()) return std::nullopt;
  DerReader inner(whole->content);
  const auto scheme = inner.next(der::kSequence);
  const auto sealed = inner.next(der::kOctetString);
  if (!scheme || !sealed || !inner.at_end()) return std::nullopt;
  auto out = open_sealed(scheme->content, sealed->content, password, unlock);
  if (!out) wrong_password("the private key");
  return out;
}

}  // namespace coffer::certs
