// Finding out what a store is (CertStoreType 99).
#include "certs/pem.h"
#include "certs/store_reader.h"
#include "core/text.h"

namespace coffer::certs {

std::vector<Entry> read_any(std::string_view octets, Unlock& unlock) {
  const std::string_view text = core::trim(octets);
  for (const PemBlock& block : pem_blocks(octets)) {
    if (block.label.find("PKCS7") != std::string_view::npos || block.label == "CMS") {
      return read_p7b(octets, unlock);
    }
    return read_pem_key(octets, unlock);
  }
  // Each returns nothing for what is not of its format.
  for (const StoreReader reader :
       {read_ppk, read_jks, read_p7b, read_pem_key, read_ssh_public, read_jwk, read_xml}) {
    const bool trimmed = reader == read_ppk;
    if (auto out = reader(trimmed ? text : octets, unlock); !out.empty()) return out;
  }
  return {};
}

}  // namespace coffer::certs
