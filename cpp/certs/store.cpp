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

constexpr std::array<Format, 4> kFormats = {{
    {StoreType::kPemKeyFile, true, read_pem_key},
    {StoreType::kPemKeyBlob, false, read_pem_key},
    {StoreType::kPublicKeyFile, true, read_public},
    {StoreType::kPublicKeyBlob, false, read_public},
}};

const Format& format_of(StoreType type) {
  for (const Format& format : kFormats) {
    if (format.type == type) return format;
  }
  throw core::Error(271, "CertStoreType " + std::to_string(static_cast<std::int32_t>(type)) +
                             " is not supported; use 6 to 9 (PEM keys, or certificates and public "
                             "keys in PEM or DER)");
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

bool is_plain(std::string_view octets) {
  constexpr char kDerSequence = 0x30;
  if (octets.find("-----BEGIN ") != std::string_view::npos) return true;
  // '0' may begin base64 too; DER is told by what is no text.
  return !octets.empty() && octets.front() == kDerSequence && !jose::decode_base64_lenient(octets);
}

std::vector<Entry> read_with(StoreReader reader, std::string_view octets,
                             const core::Secret& password) {
  if (is_plain(octets)) return reader(octets, password);
  auto decoded = jose::decode_base64_lenient(octets);
  if (!decoded) return {};
  const core::Secret kept(std::move(*decoded));
  return reader(kept.reveal(), password);
}

}  // namespace

std::vector<Entry> read_store(std::string_view store, StoreType type,
                              const core::Secret& password) {
  const Format& format = format_of(type);
  std::vector<Entry> entries;
  if (format.file) {
    const core::Secret octets = contents(std::string(store));
    entries = read_with(format.reader, octets.reveal(), password);
  } else {
    entries = read_with(format.reader, store, password);
  }
  if (entries.empty()) {
    throw core::Error(271,
                      "The certificate store holds nothing that can be read; check CertStore, "
                      "CertStoreType and CertStorePassword");
  }
  return entries;
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
  auto entries = read_with(read_public, encoded, core::Secret());
  if (entries.empty()) {
    throw core::Error(273,
                      "CertEncoded holds no certificate and no public key that can be read; set it "
                      "to one in PEM or DER");
  }
  return std::move(entries.front());
}

}  // namespace coffer::certs
