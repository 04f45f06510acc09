#include "net/upload.h"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <limits>

#include "core/error.h"
#include "core/wipe.h"
#include "net/easy_setup.h"

namespace coffer::net {

namespace {

constexpr int kGzip = 16 + MAX_WBITS;
constexpr long kLeastBuffer = 64L << 10;
constexpr long kMostBuffer = 2L << 20;  // libcurl's own limit
constexpr long kChunkFrame = 12;        // libcurl keeps room for a chunk's size and its two CRLF

std::string gzip(std::string_view text) {
  if (text.size() > std::numeric_limits<uInt>::max()) {
    throw core::Error(713, "The request is too large to be compressed.");
  }
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw core::Error(30002, "Out of memory.");
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib reads only, whatever its old interface says.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw core::Error(30005, "The request cannot be compressed.");
  return out;
}

}  // namespace

Upload::~Upload() {
  clear();
}

void Upload::clear() noexcept {
  core::wipe(packed_);  // a token request holds secrets
  packed_.clear();
}

void Upload::begin(CURL* easy, const std::string& method, const std::string& body,
                   const TransportOptions& options) {
  clear();
  const bool fits = method == "POST" || method == "PUT";
  if (options.compress_requests && fits && !body.empty()) packed_ = gzip(body);
  octets_ = compressed() ? packed_ : body;
  at_ = 0;
  set(easy, CURLOPT_POST, 1L);
  if (!options.chunked || octets_.empty() || options.http_version == HttpVersion::k10) {
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(octets_.size()));
    set(easy, CURLOPT_POSTFIELDS, octets_.data());
    return;
  }
  // libcurl makes a chunk of each piece that it is given, and an ordinary stream where the
  // connection turns out to speak HTTP/2.
  const long wanted = std::min<long>(options.chunk_size, kMostBuffer - kChunkFrame);
  chunk_ = static_cast<std::size_t>(std::max(1L, wanted));
  set(easy, CURLOPT_UPLOAD_BUFFERSIZE, std::max(kLeastBuffer, wanted + kChunkFrame));
  set(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{-1});
  set(easy, CURLOPT_READFUNCTION, &Upload::on_read);
  set(easy, CURLOPT_READDATA, this);
  set(easy, CURLOPT_SEEKFUNCTION, &Upload::on_seek);
  set(easy, CURLOPT_SEEKDATA, this);
}

std::size_t Upload::on_read(char* buffer, std::size_t size, std::size_t count,
                            void* self) noexcept {
  auto* upload = static_cast<Upload*>(self);
  const std::size_t piece =
      std::min({size * count, upload->chunk_, upload->octets_.size() - upload->at_});
  std::copy_n(upload->octets_.data() + upload->at_, piece, buffer);
  upload->at_ += piece;
  return piece;
}

// A connection that was closed while it lay idle, and a round of a proxy's authentication, make
// libcurl send it all once more.
int Upload::on_seek(void* self, curl_off_t offset, int origin) noexcept {
  auto* upload = static_cast<Upload*>(self);
  if (origin != SEEK_SET || offset < 0 ||
      static_cast<std::size_t>(offset) > upload->octets_.size()) {
    return CURL_SEEKFUNC_FAIL;
  }
  upload->at_ = static_cast<std::size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

}  // namespace coffer::net
