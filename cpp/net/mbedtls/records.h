// What one direction of a TLS connection says in the clear: the kind and size of each record, and
// the messages of the handshake up to where encryption begins. mbedTLS tells none of it.
//
// Threads: belongs to the transport's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace coffer::net::internal {

class Records {
 public:
  using Report = std::function<void(const std::string& line)>;
  explicit Records(Report report) : report_(std::move(report)) {}

  void take(const unsigned char* data, std::size_t size);

  bool certificate_asked() const noexcept { return asked_; }  // TLS 1.2: CertificateRequest came
  int alert() const noexcept { return alert_; }  // in the clear and fatal (RFC 8446 6.2), else -1
  int encrypted() const noexcept { return encrypted_; }  // records of TLS 1.3's encrypted kind
  // Of the server's side: the size of the key exchange's group, 0 when it said none.
  int group_bits(bool dhe) const noexcept;  // `dhe`: TLS 1.2 agreed on TLS_DHE_...
  bool finite_field() const noexcept { return (group_ & 0xFF00U) == 0x0100U; }  // of TLS 1.3

 private:
  void record_begins();
  void handshake(const unsigned char* data, std::size_t size);
  void alert(const unsigned char* data, std::size_t size);
  void message_ends();
  void server_hello();
  unsigned octet(std::size_t at) const noexcept { return at < message_.size() ? message_[at] : 0U; }
  unsigned pair(std::size_t at) const noexcept { return octet(at) << 8U | octet(at + 1); }

  Report report_;
  std::array<unsigned char, 5> header_{};
  std::size_t header_size_ = 0;
  std::size_t left_ = 0;  // of the record
  std::vector<unsigned char> message_;
  std::size_t message_left_ = 0;
  bool sealed_ = false;  // what follows is encrypted
  bool asked_ = false;
  int alert_ = -1;
  bool fatal_ = false;
  int encrypted_ = 0;
  unsigned group_ = 0;                       // of TLS 1.3, by IANA's number
  std::array<unsigned char, 3> exchange_{};  // how TLS 1.2's ServerKeyExchange begins
};

}  // namespace coffer::net::internal
