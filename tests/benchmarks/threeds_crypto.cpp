// The cryptography of a challenge, beside the bare calls of mbedTLS. threeds_crypto.py makes the
// payloads, runs this and the peers on them, and prints the ratios.
//
//   threeds_crypto FOLDER [ROUNDS]
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "certs/chain.h"
#include "certs/store.h"
#include "jose/concat_kdf.h"
#include "jose/jwe.h"
#include "jose/jws.h"
#include "threeds_floor.h"
#include "threeds_measure.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace crypto = coffer::crypto;
namespace jose = coffer::jose;
using jose::Encryption;

std::vector<Row> client_rows(Floor& floor);  // threeds_client_rows.cpp

namespace {

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  require(!text.empty(), path.c_str());
  return text;
}

struct Payloads {
  explicit Payloads(const std::string& folder)
      : creq(read(folder + "/creq.json")),
        cres(read(folder + "/cres.json")),
        device(read(folder + "/device.json")),
        cres_cbc(read(folder + "/cres_cbc.jwe")),
        cres_gcm(read(folder + "/cres_gcm.jwe")),
        es256(read(folder + "/es256.jws")),
        ps256(read(folder + "/ps256.jws")),
        ec_root(*certs::read_encoded(read(folder + "/ec_root.pem")).certificate),
        rsa_root(*certs::read_encoded(read(folder + "/rsa_root.pem")).certificate),
        ds_rsa_pem(read(folder + "/ds_rsa.pem")),
        ds_ec(std::get<crypto::P256Point>(
            *certs::read_encoded(read(folder + "/ds_ec.pem")).public_key)),
        ds_rsa(std::get<crypto::RsaPublicKey>(*certs::read_encoded(ds_rsa_pem).public_key)),
        key(core::Secret(read(folder + "/cek"))) {}
  std::string creq, cres, device, cres_cbc, cres_gcm, es256, ps256;
  certs::Certificate ec_root, rsa_root;
  std::string ds_rsa_pem;
  crypto::P256Point ds_ec;
  crypto::RsaPublicKey ds_rsa;
  core::Secret key;
};

// What CLIENT does with acsSignedContent, up to its payload.
void check_signed(const std::string& compact, const certs::Certificate& root) {
  const auto jws = jose::parse_jws(compact);
  auto x5c = certs::read_x5c(jws.x5c);
  require(jws && x5c.problem.empty(), "signed content");
  const auto leaf = x5c.certificates.front();
  x5c.certificates.erase(x5c.certificates.begin());
  require(
      static_cast<bool>(certs::verify_chain(leaf, x5c.certificates, {root}, std::time(nullptr))),
      "chain");
  require(jose::signature_problem(jws, *leaf.public_key()).empty(), "signature");
}

std::vector<Row> rows(const Payloads& p, Floor& floor) {
  static crypto::SystemRandom random;
  static const auto sending = jose::sdk_to_acs(p.key);
  static const auto receiving = jose::acs_to_sdk(p.key);
  static const auto theirs = crypto::P256Key::generate(random);
  const auto seal = [&p](Encryption encryption) {
    return [&p, encryption] {
      jose::seal(jose::dir_header(encryption, "d7c1ee99-9478-44a6-b1f2-391e29c6b340"), encryption,
                 sending.of(encryption), random.octets(jose::iv_octets(encryption)), p.creq);
    };
  };
  const auto open = [](const std::string& compact) {
    return [&compact] { require(static_cast<bool>(jose::open_dir(compact, receiving)), "open"); };
  };
  // Of a token and, near enough, of two certificates.
  const auto hash = [&floor](const std::string& token, const certs::Certificate& certificate) {
    floor.sha256(token);
    floor.sha256(certificate.der());
    floor.sha256(certificate.der());
  };
  return {
      {"creq_seal_cbc", seal(Encryption::kA128CbcHs256), [&] { floor.seal_cbc(p.creq); }},
      {"creq_seal_gcm", seal(Encryption::kA128Gcm), [&] { floor.seal_gcm(p.creq); }},
      {"cres_open_cbc", open(p.cres_cbc), [&] { floor.open_cbc(p.cres); }},
      {"cres_open_gcm", open(p.cres_gcm), [&] { floor.open_gcm(p.cres); }},
      {"signed_es256", [&] { check_signed(p.es256, p.ec_root); },
       [&, hash] {
         hash(p.es256, p.ec_root);
         for (int i = 0; i < 3; ++i)
           floor.verify_ecdsa();
       }},
      {"signed_ps256", [&] { check_signed(p.ps256, p.rsa_root); },
       [&, hash] {
         hash(p.ps256, p.rsa_root);
         floor.verify_pss_of_new_key();
         floor.verify_rsa_of_new_key();
         floor.verify_rsa();
       }},
      {"encdata_rsa",
       [&] {
         jose::encrypt_rsa_oaep_256(p.ds_rsa, Encryption::kA128CbcHs256, "kid", p.device, random);
       },
       [&] {
         floor.encrypt_oaep();
         floor.seal_cbc(p.device);
       }},
      {"encdata_ec",
       [&] {
         jose::encrypt_ecdh_es(p.ds_ec, "A000000003", Encryption::kA128CbcHs256, "kid", p.device,
                               random);
       },
       [&] {
         floor.generate_key();
         floor.agree();
         floor.seal_cbc(p.device);
       }},
      {"keygen", [&] { crypto::P256Key::generate(random); }, [&] { floor.generate_key(); }},
      {"session_key",
       [&] { jose::emv_kdf(crypto::agree(theirs, p.ds_ec), "3DS_LOA_SDK_TEST_020100_00001"); },
       [&] { floor.agree(); }},
  };
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: threeds_crypto FOLDER [ROUNDS]\n";
    return 2;
  }
  const Payloads payloads(argv[1]);
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  Floor floor;
  floor.load_rsa(payloads.ds_rsa_pem);
  run(rows(payloads, floor), rounds);
  run(client_rows(floor), rounds);
  return 0;
}
