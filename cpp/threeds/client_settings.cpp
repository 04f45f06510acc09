// Client's properties and settings: what is checked when they are set, what is computed when they
// are read, and what a connection takes from them.
#include <string_view>
#include <utility>

#include "client_surface.h"
#include "core/error.h"
#include "core/json.h"
#include "core/settings.h"
#include "core/text.h"
#include "jose/jwk.h"
#include "net/certificates.h"
#include "net/connection_settings.h"
#include "net/tls_settings.h"
#include "threeds/auth_request.h"
#include "threeds/client.h"
#include "threeds/extensions.h"

namespace coffer::threeds {
namespace {

using core::Error;

constexpr std::int32_t kInvalidOperation = 603;
constexpr std::int32_t kInvalidValue = 713;

void check_private_key(const std::string& value) {
  if (!value.empty() && !jose::read_private_key(core::Secret(value))) {
    throw Error(kInvalidValue,
                "SDKEphemeralPrivateKey must be a private EC key on P-256: a JWK, or PEM (PKCS #8 "
                "or SEC 1).");
  }
}

void check_public_key(const std::string& value) {
  if (!value.empty() && !jose::read_public_jwk(value)) {
    throw Error(kInvalidValue, "SDKEphemeralPublicKey must be a public EC key on P-256, as a JWK.");
  }
}

}  // namespace

void Client::check(int property, const core::Value& value) const {
  if (property == kSDKAppId || property == kSDKTransactionId) {
    const auto& text = std::get<std::string>(value);
    if (!text.empty() && !is_uuid(text)) {
      throw Error(kInvalidValue,
                  std::string(info().properties[property].name) +
                      " must be a UUID such as 7d1d5e9a-5b7c-4d0e-9f5a-3a2b1c0d9e8f.");
    }
  }
}

void Client::check_setting(int setting, const std::string& value) const {
  switch (setting) {
    case kSetSDKEphemeralPrivateKey:
      check_private_key(value);
      break;
    case kSetSDKEphemeralPublicKey:
      check_public_key(value);
      break;
    case kSetOutgoingRawExtensions:
      check_raw_extensions(value);
      break;
    case kSetSSLCACerts:
      static_cast<void>(net::ca_certificates("SSLCACerts", value));
      break;
    case kSetSdkAuthenticationType:
      check_authentication_types(value);
      break;
    case kSetSDKReferenceNumber:
      check_reference_number(value);
      break;
    case kSetXPath: {
      // Judged by going there: the former place stays when the path leads nowhere.
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!value.empty()) {
        last_message_.go(value);
      } else if (!last_message_.message().empty()) {
        last_message_.go("/json");  // the default: the root
      }
      break;
    }
    default:
      net::check_tls_setting(info().settings[setting].name, value);
      break;
  }
}

// The manual, directory_server_cert_subject: it becomes the whole subject of what it fits. What
// cannot be read yet, because the store comes later, or at all, is told when it is needed.
void Client::complete_subject(int property, int index) {
  const bool root = property == kACSRootCertsSubject;
  const int store_type = root ? kACSRootCertsStoreType : kDirectoryServerCertStoreType;
  if (number(store_type, index) == 0 || text(property, index).empty()) return;
  try {
    const certs::Entry entry =
        root ? certificate_entry(kACSRootCertsEncoded, kACSRootCertsStore, store_type,
                                 kACSRootCertsStorePassword, property, index)
             : certificate_entry(kDirectoryServerCertEncoded, kDirectoryServerCertStore, store_type,
                                 kDirectoryServerCertStorePassword, property, index);
    if (entry.certificate) store(property, entry.subject(), index);
  } catch (const core::Error&) {
    return;
  }
}

core::Value Client::compute(int property, int index) const {
  if (const auto place = certificates_.find(info().properties[property].name)) {
    return place.property->get(place.field);
  }
  return Component::compute(property, index);
}

void Client::after_set(int property, int index) {
  if (const auto place = certificates_.find(info().properties[property].name)) {
    place.property->set(place.field, Component::compute(property, index));
  } else if (property == kDirectoryServerCertSubject || property == kACSRootCertsSubject) {
    complete_subject(property, index);
  } else if (property == kProxyAuthScheme) {  // manual: setting it clears them
    store(kProxyUser, std::string());
    store(kProxyPassword, std::string());
  }
}

void Client::after_set_setting(int setting, int /*index*/) {
  if (setting == kSetLogLevel) {
    log_.set_level(static_cast<int>(setting_number(kSetLogLevel)));
  } else if (setting == kSetSDKEphemeralPrivateKey) {
    adopt_private_key();
  }
}

// The transaction comes from another instance (contract section 5).
void Client::adopt_private_key() {
  std::string stored = Component::compute_setting(kSetSDKEphemeralPrivateKey, 0);
  const core::Secret text(std::move(stored));
  store_setting(kSetSDKEphemeralPrivateKey, "");  // its only place is the transaction
  const ActionScope scope(*this);
  if (transaction_.stage == Stage::kChallengeReady || transaction_.stage == Stage::kChallengeOpen) {
    throw Error(kInvalidOperation,
                "The challenge goes on with the key that it began with; call ResetTransactionInfo "
                "first.");
  }
  if (text.empty()) {
    transaction_.clear();
    store_setting(kSetSDKEphemeralPublicKey, "");
    return;
  }
  std::optional<crypto::P256Key> key = jose::read_private_key(text);
  if (!key) {
    check_private_key(text.reveal());
    return;
  }
  if (spent_ && *spent_ == key->point()) {
    throw Error(kInvalidOperation,
                "This key has sent a challenge request already; call GetAuthRequest for a new "
                "transaction.");
  }
  transaction_.clear();
  store_setting(kSetSDKEphemeralPublicKey, jose::public_jwk(key->point()));
  transaction_.keys.adopt(std::move(*key));
  transaction_.stage = Stage::kRequested;
}

std::string Client::compute_setting(int setting, int index) const {
  switch (setting) {
    case kSetChallengeTimeRemaining:
      return std::to_string(transaction_.timer.remaining(ports_.clock->now()));
    case kSetSDKEphemeralPrivateKey:
      return transaction_.keys.private_jwk().reveal();
    default:
      break;
  }
  if (setting < kSetXChildCount || setting > kSetXText) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (auto told = net::negotiated_value(session_, info().settings[setting].name)) {
        return std::move(*told);
      }
    }
    return Component::compute_setting(setting, index);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  const PathWalker& walker = last_message_.walker();
  switch (setting) {
    case kSetXChildCount:
      return std::to_string(walker.child_count());
    case kSetXChildName:
      return walker.child_name(static_cast<std::size_t>(index));
    case kSetXChildXText:
      return walker.child_text(static_cast<std::size_t>(index));
    case kSetXElement:
      return walker.element();
    case kSetXParent:
      return walker.parent();
    case kSetXPath:
      return last_message_.message().empty() ? std::string() : walker.path();
    case kSetXSubTree:
      return walker.sub_tree();
    default:
      return walker.text();
  }
}

void Client::store_default(int property) {
  const core::PropertyInfo& row = info().properties[property];
  store(property, core::value_of(row.type, row.default_text));
}

// The same text while transport_options would be the same. Who asks about
// certificates is asked in each call (contract section 6), so nothing stays open then.
std::string Client::connection_key() const {
  if (wants(kOnSSLServerAuthentication)) {
    return {};
  }
  return (wants(kOnSSLStatus) ? "1" : "0") + setting_text(kSetSSLCACerts) +
         net::certificates_fingerprint(certificates_) +
         net::connection_fingerprint([this](std::string_view name) { return value_named(name); });
}

net::TransportOptions Client::transport_options() {
  net::TransportOptions options =
      net::read_connection_settings([this](std::string_view name) { return value_named(name); });
  options.user_agent = std::string("coffer/") + kLibraryVersion;
  options.compression = false;   // emv-3ds.md 7: none is needed
  options.follow_redirects = 0;  // acsURL is signed, a redirect's target is not
  options.timeout_seconds = 0;   // the channel measures the time
  options.connect_timeout_seconds = static_cast<int>(request_timeout(number(kTimeout)).count());
  options.use_ipv6 = 2;
  net::add_certificates(certificates_, setting_text(kSetSSLCACerts), options);

  options.log = &log_;
  options.connecting = [this] { certificates_.server.clear(); };
  options.connected = [this](const net::ServerCertificate& certificate,
                             const net::NegotiatedSession& session) {
    certificates_.server.show(std::string(certificate.der.begin(), certificate.der.end()));
    const std::lock_guard<std::mutex> lock(mutex_);
    session_ = session;
  };
  if (wants(kOnSSLStatus)) {
    options.ssl_status = [this](const std::string& text) {
      SSLStatusEvent event;
      event.message = text;
      fire_now(kOnSSLStatus, event);
    };
  }
  if (wants(kOnSSLServerAuthentication)) {
    options.ask = [this, chain = options.include_chain](const net::ServerCertificate& certificate,
                                                        const std::function<void(bool)>& answer) {
      SSLServerAuthenticationEvent event;
      if (chain) {
        event.cert_encoded.assign(certificate.pem_chain.begin(), certificate.pem_chain.end());
      } else {
        event.cert_encoded.assign(certificate.der.begin(), certificate.der.end());
      }
      event.cert_subject = certificate.subject;
      event.cert_issuer = certificate.issuer;
      event.status = certificate.status;
      event.accept = certificate.verified;
      fire_now(kOnSSLServerAuthentication, event);
      answer(event.accept);
    };
  }
  return options;
}

}  // namespace coffer::threeds
