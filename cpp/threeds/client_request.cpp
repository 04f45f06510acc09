// get_auth_request: a new transaction, its key pair, and what the SDK has to say in the AReq.
#include <array>
#include <optional>
#include <utility>
#include <variant>

#include "certs/store.h"
#include "client_surface.h"
#include "core/error.h"
#include "core/text.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "threeds/auth_request.h"
#include "threeds/client.h"
#include "threeds/device_info.h"
#include "threeds/extensions.h"

namespace coffer::threeds {
namespace {

using core::Error;

constexpr std::int32_t kBadCertificate = 602;
constexpr std::int32_t kInvalidOperation = 603;
constexpr std::int32_t kNoCertificate = 273;

// RFC 4122 section 4.4, lower case (emv-3ds.md 4.1).
std::string random_uuid(crypto::Random& random) {
  std::array<std::uint8_t, 16> octets{};
  random.fill(octets.data(), octets.size());
  octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0FU) | 0x40U);
  octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3FU) | 0x80U);
  std::string text = core::hex(octets.data(), octets.size());
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) {
    text.insert(dash, 1, '-');
  }
  return text;
}

}  // namespace

std::vector<DeviceParam> Client::device_params() const {
  std::vector<DeviceParam> params;
  const auto count = static_cast<int>(number(kDeviceParamCount));
  params.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    params.push_back({text(kDeviceParamsFieldName, i), text(kDeviceParamsValue, i),
                      static_cast<std::int32_t>(number(kDeviceParamsValueType, i)),
                      static_cast<std::int32_t>(number(kDeviceParamsCategory, i))});
  }
  return params;
}

std::string Client::outgoing_extensions() const {
  std::vector<Extension> list;
  const auto count = static_cast<int>(number(kExtensionCount));
  list.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    list.push_back({text(kExtensionsId, i), text(kExtensionsName, i), flag(kExtensionsCritical, i),
                    text(kExtensionsData, i)});
  }
  return outgoing_extensions_json(list, setting_text(kSetOutgoingRawExtensions));
}

certs::Entry Client::certificate_entry(int encoded, int store, int store_type, int password,
                                       int subject, int index) const {
  if (const std::string octets = text(encoded, index); !octets.empty()) {
    try {
      return certs::read_encoded(octets);
    } catch (const Error& error) {
      throw error.code() == kNoCertificate ? Error(kBadCertificate, error.what()) : error;
    }
  }
  const auto entries = certs::read_store(text(store, index),
                                         static_cast<certs::StoreType>(number(store_type, index)),
                                         core::Secret(text(password, index)));
  return certs::find_subject(entries, text(subject, index));
}

crypto::PublicKey Client::directory_server_key() const {
  if (text(kDirectoryServerCertEncoded).empty() && number(kDirectoryServerCertStoreType) == 0) {
    throw Error(kBadCertificate,
                "DirectoryServerCert is not set: assign the directory server's certificate to its "
                "Encoded, or to its Store with a StoreType of 2 to 19 or 99.");
  }
  const certs::Entry entry = certificate_entry(
      kDirectoryServerCertEncoded, kDirectoryServerCertStore, kDirectoryServerCertStoreType,
      kDirectoryServerCertStorePassword, kDirectoryServerCertSubject, 0);
  if (!entry.public_key) {
    throw Error(kBadCertificate,
                "DirectoryServerCert cannot be used: its key must be RSA of at least 2048 bits or "
                "EC on P-256.");
  }
  return *entry.public_key;
}

std::vector<certs::Certificate> Client::acs_roots() const {
  std::vector<certs::Certificate> roots;
  const auto count = static_cast<int>(number(kACSRootCertCount));
  roots.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const certs::Entry entry =
        certificate_entry(kACSRootCertsEncoded, kACSRootCertsStore, kACSRootCertsStoreType,
                          kACSRootCertsStorePassword, kACSRootCertsSubject, i);
    if (!entry.certificate) {
      throw Error(kBadCertificate, "ACSRootCerts[" + std::to_string(i) + "] is no certificate.");
    }
    roots.push_back(*entry.certificate);
  }
  return roots;
}

std::string Client::encrypted_device_info(const crypto::PublicKey& key) {
  const std::string clear = device_info_json(device_params());
  log_message("DeviceParams", clear);
  const jose::Encryption encryption =
      setting_flag(kSetUseAESGCM) ? jose::Encryption::kA128Gcm : jose::Encryption::kA128CbcHs256;
  const std::string kid = text(kDirectoryServerKeyId);
  if (const auto* rsa = std::get_if<crypto::RsaPublicKey>(&key)) {
    return jose::encrypt_rsa_oaep_256(*rsa, encryption, kid, clear, *ports_.random);
  }
  return jose::encrypt_ecdh_es(std::get<crypto::P256Point>(key), text(kDirectoryServerId),
                               encryption, kid, clear, *ports_.random);
}

std::string Client::make_auth_request() {
  const auto clear = [this] {
    transaction_.clear();
    clear_transaction_values();
  };
  // Whatever comes of this call, the former transaction is over (contract section 5).
  clear();
  try {
    std::string json = begin_transaction();
    throw_if_interrupted();
    const std::lock_guard<std::mutex> lock(mutex_);
    extra_fields_.clear();
    return json;
  } catch (...) {
    clear();  // all of a new one or nothing
    throw;
  }
}

std::string Client::begin_transaction() {
  AuthRequest request;
  request.version = require_version(text(kMessageVersion));
  request.sdk_app_id = text(kSDKAppId);
  request.sdk_reference_number = setting_text(kSetSDKReferenceNumber);
  request.sdk_max_timeout = static_cast<std::int32_t>(setting_number(kSetSDKMaxTimeout));
  request.device_rendering_interface = setting_text(kSetDeviceRenderingInterface);
  request.device_rendering_ui_type =
      static_cast<std::int32_t>(setting_number(kSetDeviceRenderingUIType));
  request.sdk_authentication_type = setting_text(kSetSdkAuthenticationType);
  request.message_extension = outgoing_extensions();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    request.extra = extra_fields_;
  }
  check_auth_request(request);
  const crypto::PublicKey key = directory_server_key();
  if (std::holds_alternative<crypto::P256Point>(key) && text(kDirectoryServerId).empty()) {
    throw Error(kInvalidOperation,
                "DirectoryServerId must be set: the key for an EC directory server's certificate "
                "is derived from it.");
  }
  request.sdk_enc_data = encrypted_device_info(key);

  transaction_.keys.generate(*ports_.random);
  request.sdk_ephem_pub_key = jose::public_jwk(*transaction_.keys.own());
  request.sdk_trans_id = random_uuid(*ports_.random);
  std::string json = auth_request_json(request);

  transaction_.stage = Stage::kRequested;
  transaction_.ours = true;
  transaction_.version = request.version;
  transaction_.sdk_trans_id = request.sdk_trans_id;
  transaction_.reference = request.sdk_reference_number;
  transaction_.max_timeout = std::chrono::minutes(request.sdk_max_timeout);
  store(kSDKTransactionId, request.sdk_trans_id);
  store_setting(kSetSDKEphemeralPublicKey, request.sdk_ephem_pub_key);
  store_setting(kSetMessageType, "AReq");
  log_message("EphemeralKey", request.sdk_ephem_pub_key);
  log_message("AReq", json);
  return json;
}

}  // namespace coffer::threeds
