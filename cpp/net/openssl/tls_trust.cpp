#include "net/openssl/tls_trust.h"

#include <curl/curl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <string_view>

#include "core/error.h"
#include "core/text.h"

namespace coffer::net {

namespace {

struct FreeMemory {
  void operator()(BIO* memory) const noexcept { BIO_free_all(memory); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

bool exists(const char* path) {
  struct stat status {};
  return path != nullptr && stat(path, &status) == 0;
}

// Where libcurl itself looks; a missing one is no error, then everything is refused. Neither it nor
// X509_STORE_load_file asks SSL_CERT_FILE or SSL_CERT_DIR of the environment (contract section 6).
void add_system(X509_STORE* store) {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->age < CURLVERSION_SEVENTH) return;
  if (exists(info->cainfo)) {
    X509_STORE_load_file(store, info->cainfo);
  } else if (exists(info->capath)) {
    X509_STORE_load_path(store, info->capath);
  }
  ERR_clear_error();
}

void add_first_of(X509_STORE* store, std::string_view paths) {
  for (const std::string_view entry : core::split(paths, ';')) {
    const std::string path(core::trim(entry));
    if (path.empty() || !exists(path.c_str())) continue;
    const bool loaded = X509_STORE_load_file(store, path.c_str()) == 1;
    ERR_clear_error();
    if (loaded) return;
    throw core::Error(713,
                      "The file of CA certificates in SSLCACertFilePaths cannot be used: " + path);
  }
}

void add_pem(X509_STORE* store, const std::string& pem) {
  const std::unique_ptr<BIO, FreeMemory> memory(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  int found = 0;
  while (true) {
    const std::unique_ptr<X509, FreeCertificate> certificate(
        PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    if (X509_STORE_add_cert(store, certificate.get()) != 1) {
      throw core::Error(713, "SSLServerCACerts holds a certificate that cannot be used.");
    }
    ++found;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (found == 0 || !at_end) {
    throw core::Error(713, "SSLServerCACerts must hold certificates in PEM form.");
  }
}

}  // namespace

void TrustStore::FreeStore::operator()(X509_STORE* store) const noexcept {
  X509_STORE_free(store);
}

TrustStore::TrustStore(const TransportOptions& options)
    : store_(X509_STORE_new()),
      paths_(options.ca_file_paths),
      system_pending_(options.ca_file.empty() && options.ca_path.empty()) {
  if (!store_) throw core::Error(30002, "Out of memory.");
  if (!options.ca_file.empty() &&
      X509_STORE_load_file(store_.get(), options.ca_file.c_str()) != 1) {
    ERR_clear_error();
    throw core::Error(713, "The file of CA certificates cannot be read: " + options.ca_file);
  }
  if (!options.ca_path.empty() &&
      (!exists(options.ca_path.c_str()) ||
       X509_STORE_load_path(store_.get(), options.ca_path.c_str()) != 1)) {
    ERR_clear_error();
    throw core::Error(713, "The folder of CA certificates cannot be read: " + options.ca_path);
  }
  if (!core::trim(options.server_ca_pem).empty()) add_pem(store_.get(), options.server_ca_pem);
  // As libcurl does: an intermediate that is trusted explicitly is enough.
  X509_STORE_set_flags(store_.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  ERR_clear_error();
}

X509_STORE* TrustStore::get() {
  if (system_pending_) {
    if (core::trim(paths_).empty()) {
      add_system(store_.get());
    } else {
      add_first_of(store_.get(), paths_);
    }
    system_pending_ = false;
  }
  return store_.get();
}

}  // namespace coffer::net
