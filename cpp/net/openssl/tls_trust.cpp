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
#include "net/openssl/free.h"

namespace coffer::net {

namespace {

using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;

bool exists(const char* path) {
  struct stat status {};
  return path != nullptr && stat(path, &status) == 0;
}

// Reads the bundle when a certificate is looked for that is nowhere else: its hundred and more take
// longer to parse than the rest of a handshake takes. The method's data are its name, until then.
int find_in_bundle(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name,
                   X509_OBJECT* found) {
  const auto* bundle = static_cast<const char*>(X509_LOOKUP_get_method_data(lookup));
  if (type != X509_LU_X509 || bundle == nullptr) return 0;
  X509_LOOKUP_set_method_data(lookup, nullptr);
  X509_STORE* const store = X509_LOOKUP_get_store(lookup);
  X509_STORE_load_file(store, bundle);
  ERR_clear_error();
  X509_STORE_lock(store);
  const X509_OBJECT* object =
      X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), type, name);
  X509* const certificate = object == nullptr ? nullptr : X509_OBJECT_get0_X509(object);
  const int done = certificate == nullptr ? 0 : X509_OBJECT_set1_X509(found, certificate);
  X509_STORE_unlock(store);
  return done;
}

X509_LOOKUP_METHOD* bundle_method() {
  static const std::unique_ptr<X509_LOOKUP_METHOD, Free<X509_LOOKUP_meth_free>> method = [] {
    std::unique_ptr<X509_LOOKUP_METHOD, Free<X509_LOOKUP_meth_free>> made(
        X509_LOOKUP_meth_new("the system's bundle"));
    if (made) X509_LOOKUP_meth_set_get_by_subject(made.get(), find_in_bundle);
    return made;
  }();
  return method.get();
}

// What is missing is no error, then everything is refused. Nothing here asks SSL_CERT_FILE or
// SSL_CERT_DIR of the environment (contract section 6).
void add_system(X509_STORE* store, const SystemTrust& system) {
  // There a certificate is found by its hash, when it is looked for.
  if (exists(system.folder)) X509_STORE_load_path(store, system.folder);
  if (exists(system.bundle)) {
    X509_LOOKUP* const lookup = X509_STORE_add_lookup(store, bundle_method());
    if (lookup == nullptr) throw core::Error(30002, "Out of memory.");
    // Whoever made the name keeps it; OpenSSL only hands it back.
    X509_LOOKUP_set_method_data(lookup, const_cast<char*>(system.bundle));  // NOLINT
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
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  int found = 0;
  while (true) {
    const Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
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

SystemTrust system_trust() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->age < CURLVERSION_SEVENTH) return {};
  return {info->capath, info->cainfo};
}

TrustStore::TrustStore(const TransportOptions& options, SystemTrust system)
    : store_(X509_STORE_new()),
      paths_(options.ca_file_paths),
      system_(system),
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
      add_system(store_.get(), system_);
    } else {
      add_first_of(store_.get(), paths_);
    }
    system_pending_ = false;
  }
  return store_.get();
}

}  // namespace coffer::net
