// PuTTY's private keys, versions 2 and 3 (PuTTY's manual, appendix C).
#include <map>

#include "certs/keys.h"
#include "certs/pbe.h"
#include "certs/ssh_wire.h"
#include "certs/store_reader.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/mbedtls.h"
#include "jose/base64url.h"
#ifdef COFFER_ARGON2
#  include <argon2.h>
#endif

namespace coffer::certs {
namespace {

using core::Secret;
using Aes = crypto::Owned<mbedtls_aes_context, mbedtls_aes_init, mbedtls_aes_free>;

constexpr std::string_view kMagic = "PuTTY-User-Key-File-";
constexpr std::size_t kKey = 32;
constexpr std::size_t kIv = 16;

[[noreturn]] void malformed() {
  unsupported("its PuTTY key is malformed");
}

using Headers = std::map<std::string, std::string, std::less<>>;

struct File {
  char version = 0;
  std::string kind;
  Headers headers;
  std::string public_blob;
  Secret private_blob;
};

const std::string& header(const Headers& headers, std::string_view name) {
  const auto found = headers.find(name);
  if (found == headers.end()) malformed();
  return found->second;
}

[[maybe_unused]] std::uint32_t header_number(const Headers& headers, std::string_view name) {
  constexpr std::int64_t kMost = 1 << 30;
  const auto number = core::parse_int(header(headers, name));
  if (!number || *number < 1 || *number > kMost) malformed();
  return static_cast<std::uint32_t>(*number);
}

File parsed(std::string_view text) {
  File out;
  std::string* blob = nullptr;
  std::string public_digits;
  std::string private_digits;
  std::int64_t left = 0;
  for (std::string_view line : core::split(text, '\n')) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (left > 0) {
      *blob += line;
      --left;
      continue;
    }
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const std::string name(line.substr(0, colon));
    const std::string value(line.substr(colon + 2));
    if (core::starts_with(name, kMagic) && name.size() == kMagic.size() + 1) {
      out.version = name.back();
      out.kind = value;
    } else if (name == "Public-Lines" || name == "Private-Lines") {
      blob = name == "Public-Lines" ? &public_digits : &private_digits;
      left = core::parse_int(value).value_or(-1);
      if (left < 0) malformed();
    } else {
      out.headers.emplace(name, value);
    }
  }
  auto public_blob = jose::decode_base64_lenient(public_digits);
  auto private_blob = jose::decode_base64_lenient(private_digits);
  core::wipe(private_digits);
  if (!public_blob || !private_blob) malformed();
  out.public_blob = std::move(*public_blob);
  out.private_blob = Secret(std::move(*private_blob));
  return out;
}

std::string unhex(std::string_view text) {
  std::string out;
  const auto digit = [](char c) {
    const std::size_t at = std::string_view("0123456789abcdef").find(c);
    if (at == std::string_view::npos) malformed();
    return static_cast<unsigned>(at);
  };
  const std::string digits = core::lower(text);
  if (digits.size() % 2 != 0) malformed();
  for (std::size_t i = 0; i < digits.size(); i += 2)
    out += static_cast<char>(digit(digits[i]) << 4U | digit(digits[i + 1]));
  return out;
}

std::string sha1_of(std::string_view prefix, std::string_view password) {
  const Secret both(std::string(prefix).append(password));
  const auto hash = crypto::sha1(both.reveal());
  return {hash.begin(), hash.end()};
}

struct Keys {
  Secret key, iv, mac;
};

Keys keys_of_2(const Secret& password) {
  const std::string& text = password.reveal();
  const Secret both(sha1_of({"\0\0\0\0", 4}, text) + sha1_of({"\0\0\0\1", 4}, text));
  return {Secret(both.reveal().substr(0, kKey)), Secret(std::string(kIv, '\0')),
          Secret(sha1_of("putty-private-key-file-mac-key", text))};
}

Keys keys_of_3(const Headers& headers, const Secret& password, Unlock& unlock) {
#ifdef COFFER_ARGON2
  constexpr std::uint32_t kMostMemory = 256 << 10;  // KiB
  constexpr std::uint32_t kMostLanes = 64;
  const std::string& flavour = header(headers, "Key-Derivation");
  const argon2_type type = flavour == "Argon2id"  ? Argon2_id
                           : flavour == "Argon2i" ? Argon2_i
                                                  : Argon2_d;
  if (type == Argon2_d && flavour != "Argon2d") malformed();
  const std::uint32_t memory = header_number(headers, "Argon2-Memory");
  const std::uint32_t passes = header_number(headers, "Argon2-Passes");
  const std::uint32_t lanes = header_number(headers, "Argon2-Parallelism");
  if (memory > kMostMemory || lanes > kMostLanes) {
    unsupported("its Argon2 asks for more than 256 MiB or 64 lanes");
  }
  unlock.spend(std::uint64_t{memory} * passes);  // a block of 1 KiB costs about as much as a round
  const std::string salt = unhex(header(headers, "Argon2-Salt"));
  std::string out(kKey + kIv + kKey, '\0');
  const int result = argon2_hash(passes, memory, lanes, password.reveal().data(),
                                 password.reveal().size(), salt.data(), salt.size(), out.data(),
                                 out.size(), nullptr, 0, type, ARGON2_VERSION_13);
  const Secret all(std::move(out));
  if (result != ARGON2_OK) unsupported(std::string("its Argon2: ") + argon2_error_message(result));
  return {Secret(all.reveal().substr(0, kKey)), Secret(all.reveal().substr(kKey, kIv)),
          Secret(all.reveal().substr(kKey + kIv))};
#else
  (void)headers, (void)password, (void)unlock;
  unsupported(
      "this build was made without libargon2; write the key anew with "
      "puttygen --ppk-param version=2");
#endif
}

Secret decrypted(const Secret& sealed, const Keys& keys) {
  constexpr unsigned kBits = 256;
  const std::string& text = sealed.reveal();
  if (text.size() % kIv != 0) malformed();
  Aes aes;
  crypto::require(
      mbedtls_aes_setkey_dec(aes.get(), crypto::octets(std::string_view(keys.key.reveal())), kBits),
      "take a key");
  std::string iv = keys.iv.reveal();
  std::string out(text.size(), '\0');
  crypto::require(
      mbedtls_aes_crypt_cbc(aes.get(), MBEDTLS_AES_DECRYPT, text.size(), crypto::octets(iv),
                            crypto::octets(std::string_view(text)), crypto::octets(out)),
      "decrypt a key");
  return Secret(std::move(out));
}

// PuTTY takes a password in the code page of its system: the older Windows' one, where it is.
Secret latin1(const Secret& utf8) {
  const Secret units = utf16_big_endian(utf8.reveal());
  std::string out;
  for (std::size_t i = 0; i + 1 < units.reveal().size(); i += 2) {
    if (units.reveal()[i] != '\0') return utf8;
    out += units.reveal()[i + 1];
  }
  return Secret(std::move(out));
}

// The private part, decrypted; nullopt when its Private-MAC does not fit.
std::optional<Secret> opened(const File& file, const Secret& password, Unlock& unlock) {
  const bool newer = file.version == '3';
  const std::string& encryption = header(file.headers, "Encryption");
  const bool sealed = encryption != "none";
  if (sealed && encryption != "aes256-cbc") {
    unsupported("the encryption \"" + encryption + "\" of its PuTTY key is not supported");
  }
  Keys keys;
  if (sealed && newer) keys = keys_of_3(file.headers, password, unlock);
  if (!newer) keys = keys_of_2(sealed ? password : Secret());
  Secret blob = sealed ? decrypted(file.private_blob, keys) : file.private_blob;
  const Secret covered(ssh_string(file.kind) + ssh_string(encryption) +
                       ssh_string(header(file.headers, "Comment")) + ssh_string(file.public_blob) +
                       ssh_string(blob.reveal()));
  const int hash = newer ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA1;
  const Secret mac = hmac(hash, keys.mac.reveal(), covered.reveal());
  if (!equal_octets(mac.reveal(), unhex(header(file.headers, "Private-MAC")))) return std::nullopt;
  return blob;
}

}  // namespace

std::vector<Entry> read_ppk(std::string_view octets, Unlock& unlock) {
  if (!core::starts_with(octets, kMagic)) return {};
  const File file = parsed(octets);
  if (file.version != '2' && file.version != '3') {
    unsupported("only the versions 2 and 3 of PuTTY's keys are supported; save it with puttygen");
  }
  auto blob = opened(file, unlock.key(), unlock);
  if (!blob && header(file.headers, "Encryption") == "none") {
    unsupported("its PuTTY key does not fit its Private-MAC: it was altered");
  }
  if (!blob) {
    const Secret other = latin1(unlock.key());
    if (other.reveal() != unlock.key().reveal()) blob = opened(file, other, unlock);
  }
  if (!blob) wrong_password("the PuTTY key");
  auto entry = ssh_private(file.public_blob, blob->reveal());
  if (!entry) unsupported("a PuTTY key of the kind " + file.kind + " is not supported");
  std::vector<Entry> out;
  out.push_back(std::move(*entry));
  return out;
}

}  // namespace coffer::certs
