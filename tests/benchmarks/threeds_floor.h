// The floor of the 3-D Secure rows: the same cryptography by calls of mbedTLS alone, with contexts
// kept from call to call, without JSON, base64, certificates or checks.
#pragma once

#include <memory>
#include <string>
#include <string_view>

class Floor {
 public:
  Floor();
  ~Floor();
  void seal_cbc(std::string_view text);
  void open_cbc(std::string_view text);
  void seal_gcm(std::string_view text);
  void open_gcm(std::string_view text);
  void generate_key();
  void agree();
  // SPKI in PEM.
  void load_rsa(const std::string& pem);
  void encrypt_oaep();
  // A signature that fails costs what a good one costs. The keys of a message are new each time;
  // mbedTLS computes a helper value at the first use of an RSA key.
  void verify_pss_of_new_key();
  void verify_rsa_of_new_key();
  void verify_rsa();
  void sha256(std::string_view text);
  void verify_ecdsa();

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};
