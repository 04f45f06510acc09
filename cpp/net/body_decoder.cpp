#include "net/body_decoder.h"

#define ZLIB_CONST
#include <zlib.h>

#include <array>
#include <string>

#include "core/text.h"

namespace coffer::net {

namespace {

constexpr int kGzip = 16 + MAX_WBITS;
constexpr int kZlib = MAX_WBITS;
constexpr int kRaw = -MAX_WBITS;
constexpr std::size_t kPiece = std::size_t{16} << 10;

// "deflate" means the zlib format (RFC 9110 8.4.1.2); some servers send it without the wrapper.
bool has_zlib_header(const std::string& head) {
  const auto first = static_cast<unsigned char>(head[0]);
  const auto second = static_cast<unsigned char>(head[1]);
  return (first & 0x0fU) == Z_DEFLATED && (first * 256U + second) % 31U == 0;
}

}  // namespace

struct BodyDecoder::Stream {
  explicit Stream(bool is_gzip) : gzip(is_gzip) {
    usable = inflateInit2(&z, is_gzip ? kGzip : kZlib) == Z_OK;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(&z); }

  Result inflate_all(const char* data, std::size_t size, const Out& out);

  z_stream z{};
  bool gzip;
  bool usable = false;
  bool touched = false;  // octets came
  bool ended = false;
  bool sniffed = false;  // deflate: with or without wrapper is known
  std::string head;      // what came before that was known
};

BodyDecoder::BodyDecoder(std::string_view content_encoding) {
  const std::string name = core::lower(core::trim(content_encoding));
  if (name.empty() || name == "identity") return;
  if (name == "gzip" || name == "x-gzip") {
    stream_ = std::make_unique<Stream>(true);
  } else if (name == "deflate") {
    stream_ = std::make_unique<Stream>(false);
  }
  known_ = stream_ != nullptr && stream_->usable;
}

BodyDecoder::~BodyDecoder() = default;

bool BodyDecoder::complete() const noexcept {
  return known_ && (!stream_ || !stream_->touched || stream_->ended);
}

BodyDecoder::Result BodyDecoder::feed(const char* data, std::size_t size, const Out& out) {
  if (!known_) return Result::kBad;
  if (size == 0) return Result::kOk;
  if (!stream_) return out(data, size) ? Result::kOk : Result::kStopped;
  Stream& stream = *stream_;
  stream.touched = true;
  if (stream.gzip || stream.sniffed) return stream.inflate_all(data, size, out);
  stream.head.append(data, size);
  if (stream.head.size() < 2) return Result::kOk;
  stream.sniffed = true;
  if (!has_zlib_header(stream.head) && inflateReset2(&stream.z, kRaw) != Z_OK) return Result::kBad;
  const std::string head = std::move(stream.head);
  return stream.inflate_all(head.data(), head.size(), out);
}

BodyDecoder::Result BodyDecoder::Stream::inflate_all(const char* data, std::size_t size,
                                                     const Out& out) {
  std::array<unsigned char, kPiece> piece;  // NOLINT: filled by inflate
  z.next_in = reinterpret_cast<const unsigned char*>(data);
  z.avail_in = static_cast<unsigned int>(size);  // libcurl's pieces are far below 4 GB
  bool more = true;                              // input left, or output that did not fit
  while (more) {
    if (ended) {
      // RFC 1952 2.2: members follow one another. Padding after the last one is ignored.
      if (!gzip || z.avail_in == 0 || *z.next_in != 0x1f) return Result::kOk;
      if (inflateReset(&z) != Z_OK) return Result::kBad;
      ended = false;
    }
    z.next_out = piece.data();
    z.avail_out = static_cast<unsigned int>(piece.size());
    const int status = inflate(&z, Z_NO_FLUSH);
    if (status == Z_BUF_ERROR) return Result::kOk;  // wants more input
    if (status != Z_OK && status != Z_STREAM_END) return Result::kBad;
    const std::size_t made = piece.size() - z.avail_out;
    if (made > 0 && !out(reinterpret_cast<const char*>(piece.data()), made)) {
      return Result::kStopped;
    }
    ended = status == Z_STREAM_END;
    more = z.avail_in > 0 || (!ended && z.avail_out == 0);
  }
  return Result::kOk;
}

}  // namespace coffer::net
