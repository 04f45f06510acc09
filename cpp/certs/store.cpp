#include "certs/store.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "certs/store_reader.h"
#include "core/error.h"
#include "core/text.h"
#include "jose/base64url.h"

namespace coffer::certs {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostOctets = std::uintmax_t{16} << 20;

struct Format {
  StoreType type;
  bool file;
  StoreReader reader;
};

constexpr std::array<Format, 18> kFormats = {{
    {StoreType::kPfxFile, true, read_pfx},
    {StoreType::kPfxBlob, false, read_pfx},
    {StoreType::kJksFile, true, read_jks},
    {StoreType::kJksBlob, false, read_jks},
    {StoreType::kPemKeyFile, true, read_pem_key},
    {StoreType::kPemKeyBlob, false, read_pem_key},
    {StoreType::kPublicKeyFile, true, read_public},
    {StoreType::kPublicKeyBlob, false, read_public},
    {StoreType::kSshPublicKeyBlob, false, read_ssh_public},
    {StoreType::kP7bFile, true, read_p7b},
    {StoreType::kP7bBlob, false, read_p7b},
    {StoreType::kSshPublicKeyFile, true, read_ssh_public},
    {StoreType::kPpkFile, true, read_ppk},
    {StoreType::kPpkBlob, false, read_ppk},
    {StoreType::kXmlFile, true, read_xml},
    {StoreType::kXmlBlob, false, read_xml},
    {StoreType::kJwkFile, true, read_jwk},
    {StoreType::kJwkBlob, false, read_jwk},
}};

[[noreturn]] void refuse(StoreType type) {
  switch (type) {
    case StoreType::kUser:
    case StoreType::kMachine:
      throw core::Error(270,
                        "CertStoreType 0 and 1 are the certificate stores of Windows, which this "
                        "platform does not have; export the certificate to a PFX file (2)");
    case StoreType::kBcfksFile:
    case StoreType::kBcfksBlob:
      throw core::Error(271,
                        "CertStoreType 21 and 22 (Bouncy Castle FIPS key stores) can be read by "
                        "Bouncy Castle alone; export the certificate to a PFX file (2)");
    case StoreType::kPkcs11:
      throw core::Error(270,
                        "CertStoreType 23 (PKCS #11) needs the module of a security key, which "
                        "the library does not load; use a PFX or PEM file (2 or 6)");
    default:
      throw core::Error(271, "CertStoreType " + std::to_string(static_cast<std::int32_t>(type)) +
                                 " is unknown; use 2 to 19 or 99 (found out from the contents)");
  }
}

const Format& format_of(StoreType type) {
  for (const Format& format : kFormats) {
    if (format.type == type) return format;
  }
  refuse(type);
}

// A regular file only: a FIFO or device would keep the reader waiting.
core::Secret contents(const std::string& name) {
  std::error_code error;
  const fs::path path(name);
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > kMostOctets || error) {
    throw core::Error(271, "The certificate store '" + name +
                               "' is no readable file; check CertStore and CertStoreType");
  }
  std::ifstream in(path, std::ios::binary);
  std::string octets(static_cast<std::size_t>(fs::file_size(path, error)), '\0');
  in.read(octets.data(), static_cast<std::streamsize>(octets.size()));
  octets.resize(static_cast<std::size_t>(in.gcount()));
  core::Secret out(std::move(octets));
  if (!in.is_open() || in.bad()) {
    throw core::Error(271,
                      "The certificate store '" + name + "' cannot be read; check its permissions");
  }
  return out;
}

// As they are, else as the base64 of something.
std::vector<Entry> read_with(StoreReader reader, std::string_view octets, Unlock& unlock) {
  auto entries = reader(octets, unlock);
  if (!entries.empty()) return entries;
  auto decoded = jose::decode_base64_lenient(octets);
  if (!decoded || decoded->empty()) return {};
  const core::Secret kept(std::move(*decoded));
  return reader(kept.reveal(), unlock);
}

// kAuto: the name of a file, when there is one of it.
bool names_file(std::string_view store) {
  constexpr std::size_t kLongestName = 4096;
  std::error_code error;
  return !store.empty() && store.size() < kLongestName &&
         store.find('\0') == std::string_view::npos &&
         fs::is_regular_file(fs::path(std::string(store)), error);
}

}  // namespace

std::vector<Entry> read_store(std::string_view store, StoreType type,
                              const core::Secret& password) {
  return read_store(store, type, password, password);
}

namespace {

std::vector<Entry> read_as(std::string_view store, StoreType type, Unlock& unlock) {
  const Format format = type == StoreType::kAuto
                            ? Format{StoreType::kAuto, names_file(store), read_any}
                            : format_of(type);
  std::vector<Entry> entries;
  if (format.file) {
    const core::Secret octets = contents(std::string(store));
    entries = read_with(format.reader, octets.reveal(), unlock);
  } else {
    entries = read_with(format.reader, store, unlock);
  }
  if (entries.empty()) {
    throw core::Error(271,
                      "The certificate store holds nothing that can be read; check CertStore and "
                      "CertStoreType");
  }
  return entries;
}

}  // namespace

std::vector<Entry> read_store(std::string_view store, StoreType type, const core::Secret& password,
                              const core::Secret& key_password) {
  Unlock unlock(password, key_password);
  return read_as(store, type, unlock);
}

std::vector<Entry> read_store_around_keys(std::string_view store, StoreType type,
                                          const core::Secret& password) {
  Unlock unlock(password, password);
  unlock.leave_keys_closed();
  return read_as(store, type, unlock);
}

const Entry& find_subject(const std::vector<Entry>& entries, std::string_view subject) {
  if ((subject.empty() || subject == "*") && !entries.empty()) return entries.front();
  if (!subject.empty()) {
    for (const Entry& entry : entries) {
      if (entry.subject() == subject) return entry;
    }
    for (const Entry& entry : entries) {
      if (entry.subject().find(subject) != std::string::npos) return entry;
    }
  }
  throw core::Error(272, "The certificate store holds no certificate whose subject contains '" +
                             std::string(subject) + "'; check CertSubject");
}

Entry read_encoded(std::string_view encoded) {
  const core::Secret none;
  Unlock unlock(none, none);
  auto entries = read_with(read_public, encoded, unlock);
  if (entries.empty()) {
    throw core::Error(273,
                      "CertEncoded holds no certificate and no public key that can be read; set it "
                      "to one in PEM or DER");
  }
  return std::move(entries.front());
}

}  // namespace coffer::certs
