#include "threeds_floor.h"

#include "crypto/mbedtls.h"
// After it: it opens mbedTLS's structures.
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>

#include <cstring>

#include "threeds_measure.h"

namespace crypto = coffer::crypto;

struct Floor::Data {
  mbedtls_entropy_context entropy{};
  mbedtls_ctr_drbg_context random{};
  crypto::Group group;
  crypto::Mpi scalar, r, s;
  crypto::Point point, shared;
  crypto::Pk rsa;
  std::string rsa_pem;
  unsigned char key[32] = "0123456789abcdef0123456789abcde";
  unsigned char r_octets[33] = "thirty-two octets for the first.";
  unsigned char s_octets[33] = "and thirty-two for the other one";
  unsigned char out[65536] = {};
};

namespace {

void good(int result, const char* what) {
  require(result == 0, what);
}

}  // namespace

Floor::Floor() : data_(std::make_unique<Data>()) {
  Data& d = *data_;
  mbedtls_entropy_init(&d.entropy);
  mbedtls_ctr_drbg_init(&d.random);
  good(mbedtls_ctr_drbg_seed(&d.random, mbedtls_entropy_func, &d.entropy, nullptr, 0), "seed");
  good(mbedtls_ecp_group_load(d.group.get(), MBEDTLS_ECP_DP_SECP256R1), "group");
  generate_key();
}

Floor::~Floor() {
  mbedtls_ctr_drbg_free(&data_->random);
  mbedtls_entropy_free(&data_->entropy);
}

void Floor::seal_cbc(std::string_view text) {
  Data& d = *data_;
  const std::size_t size = (text.size() / 16 + 1) * 16;
  std::memcpy(d.out, text.data(), text.size());
  std::memset(d.out + text.size(), static_cast<int>(size - text.size()), size - text.size());
  mbedtls_aes_context aes;
  mbedtls_aes_init(&aes);
  unsigned char iv[16] = {};
  unsigned char tag[32];
  good(mbedtls_aes_setkey_enc(&aes, d.key, 128), "key");
  good(mbedtls_aes_crypt_cbc(&aes, MBEDTLS_AES_ENCRYPT, size, iv, d.out, d.out), "cbc");
  good(mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), d.key, 16, d.out, size + 150,
                       tag),
       "hmac");
  mbedtls_aes_free(&aes);
}

void Floor::open_cbc(std::string_view text) {
  Data& d = *data_;
  const std::size_t size = (text.size() / 16 + 1) * 16;
  mbedtls_aes_context aes;
  mbedtls_aes_init(&aes);
  unsigned char iv[16] = {};
  unsigned char tag[32];
  good(mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), d.key, 16, d.out, size + 150,
                       tag),
       "hmac");
  good(mbedtls_aes_setkey_dec(&aes, d.key, 128), "key");
  good(mbedtls_aes_crypt_cbc(&aes, MBEDTLS_AES_DECRYPT, size, iv, d.out, d.out), "cbc");
  mbedtls_aes_free(&aes);
}

void Floor::seal_gcm(std::string_view text) {
  Data& d = *data_;
  mbedtls_gcm_context gcm;
  mbedtls_gcm_init(&gcm);
  unsigned char tag[16];
  good(mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, d.key, 128), "key");
  good(mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, text.size(), d.key, 12, d.out, 100,
                                 crypto::octets(text), d.out, 16, tag),
       "gcm");
  mbedtls_gcm_free(&gcm);
}

void Floor::open_gcm(std::string_view text) {
  seal_gcm(text);
}

void Floor::generate_key() {
  Data& d = *data_;
  good(mbedtls_ecp_gen_keypair(d.group.get(), d.scalar.get(), d.point.get(),
                               mbedtls_ctr_drbg_random, &d.random),
       "key pair");
}

void Floor::agree() {
  Data& d = *data_;
  good(mbedtls_ecp_mul(d.group.get(), d.shared.get(), d.scalar.get(), d.point.get(),
                       mbedtls_ctr_drbg_random, &d.random),
       "agreement");
}

void Floor::load_rsa(const std::string& pem) {
  Data& d = *data_;
  d.rsa_pem = pem;
  good(mbedtls_pk_parse_public_key(d.rsa.get(), crypto::octets(std::string_view(pem)),
                                   pem.size() + 1),
       "RSA key");
  mbedtls_rsa_set_padding(mbedtls_pk_rsa(*d.rsa.get()), MBEDTLS_RSA_PKCS_V21, MBEDTLS_MD_SHA256);
}

void Floor::encrypt_oaep() {
  Data& d = *data_;
  std::size_t size = 0;
  good(mbedtls_pk_encrypt(d.rsa.get(), d.key, 32, d.out, &size, sizeof d.out,
                          mbedtls_ctr_drbg_random, &d.random),
       "OAEP");
}

void Floor::verify_pss_of_new_key() {
  Data& d = *data_;
  crypto::Pk key;
  good(mbedtls_pk_parse_public_key(key.get(), crypto::octets(std::string_view(d.rsa_pem)),
                                   d.rsa_pem.size() + 1),
       "RSA key");
  mbedtls_pk_rsassa_pss_options options{};
  options.mgf1_hash_id = MBEDTLS_MD_SHA256;
  options.expected_salt_len = 32;
  (void)mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &options, key.get(), MBEDTLS_MD_SHA256, d.key,
                              32, d.out, mbedtls_pk_get_len(key.get()));
}

void Floor::verify_rsa_of_new_key() {
  Data& d = *data_;
  crypto::Pk key;
  good(mbedtls_pk_parse_public_key(key.get(), crypto::octets(std::string_view(d.rsa_pem)),
                                   d.rsa_pem.size() + 1),
       "RSA key");
  (void)mbedtls_pk_verify_ext(MBEDTLS_PK_RSA, nullptr, key.get(), MBEDTLS_MD_SHA256, d.key, 32,
                              d.out, mbedtls_pk_get_len(key.get()));
}

void Floor::verify_rsa() {
  Data& d = *data_;
  (void)mbedtls_pk_verify_ext(MBEDTLS_PK_RSA, nullptr, d.rsa.get(), MBEDTLS_MD_SHA256, d.key, 32,
                              d.out, mbedtls_pk_get_len(d.rsa.get()));
}

void Floor::verify_ecdsa() {
  Data& d = *data_;
  // Of full length and all different, as those of a real signature.
  good(mbedtls_mpi_read_binary(d.r.get(), d.r_octets, 32), "r");
  good(mbedtls_mpi_read_binary(d.s.get(), d.s_octets, 32), "s");
  (void)mbedtls_ecdsa_verify(d.group.get(), d.key, 32, d.point.get(), d.r.get(), d.s.get());
}

void Floor::sha256(std::string_view text) {
  unsigned char hash[32];
  good(mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), crypto::octets(text), text.size(),
                  hash),
       "SHA-256");
}
