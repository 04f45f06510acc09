// Link's second part: what goes through an open one, and what its end means.
#include <sys/socket.h>

#include <cerrno>

#include "net/mbedtls/link.h"

namespace coffer::net::internal {

namespace {

constexpr int kRounds = 32;  // of one link before the others have their turn: about 2 MiB

bool would_wait() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

void Link::move() {
  if (!ours_) ours_ = local_.accept();
  bool moved = true;
  for (int round = 0; moved && round < kRounds; ++round) {
    moved = move_down();
    moved = move_up() || moved;
    if (state_ != State::kOpen) return;
  }
  busy_ = moved;
}

// Server to libcurl. True when something moved.
bool Link::move_down() {
  bool moved = false;
  while (!down_over_ && down_end_ + kRecord <= down_.size()) {
    std::size_t got = 0;
    const TlsStream::Step step = stream_->read(down_.data() + down_end_, kRecord, got);
    if (stream_->take_new_ticket()) keep_session();
    if (step == TlsStream::Step::kDone) {
      answered_ = true;
      down_end_ += got;
      moved = true;
      continue;
    }
    if (step == TlsStream::Step::kWantsRead) break;
    if (step == TlsStream::Step::kWantsWrite) {
      writes_blocked_ = true;
      break;
    }
    down_over_ = true;
    moved = true;
    if (step == TlsStream::Step::kEnded) {
      handshake_->close_notify = true;
    } else {
      broken();
    }
  }
  if (!ours_) return moved;
  reads_blocked_ = false;
  while (down_at_ < down_end_) {
    const ssize_t put =
        send(ours_.get(), down_.data() + down_at_, down_end_ - down_at_, MSG_NOSIGNAL);
    if (put > 0) {
      down_at_ += static_cast<std::size_t>(put);
      moved = true;
      continue;
    }
    if (would_wait()) {
      reads_blocked_ = true;
      return moved;
    }
    end();  // libcurl has closed its end
    return true;
  }
  down_at_ = down_end_ = 0;
  if (down_over_ && !down_shut_) {
    shutdown(ours_.get(), SHUT_WR);
    down_shut_ = true;
  }
  return moved;
}

// libcurl to server. True when something moved.
bool Link::move_up() {
  if (state_ != State::kOpen || !ours_) return false;
  bool moved = false;
  if (up_at_ == up_end_) {
    const ssize_t got = recv(ours_.get(), up_.data(), up_.size(), 0);
    if (got == 0 || (got < 0 && !would_wait())) {
      end();
      return true;
    }
    if (got < 0) return false;
    up_at_ = 0;
    up_end_ = static_cast<std::size_t>(got);
    moved = true;
  }
  while (up_at_ < up_end_ && !up_over_) {
    std::size_t put = 0;
    const TlsStream::Step step = stream_->write(up_.data() + up_at_, up_end_ - up_at_, put);
    writes_blocked_ = step == TlsStream::Step::kWantsWrite;
    if (step == TlsStream::Step::kWantsWrite || step == TlsStream::Step::kWantsRead) return moved;
    if (step != TlsStream::Step::kDone) {
      // What the server had said before is still read: it may have answered early.
      up_over_ = true;
      if (down_over_ && failure_.code == 0 && !handshake_->close_notify) broken();
      break;
    }
    up_at_ += put;
    moved = true;
  }
  if (up_over_) up_at_ = up_end_;
  return moved;
}

void Link::broken() {
  if (auto refused = certificate_failure(stream_->cut() && !answered_)) {
    failure_ = std::move(*refused);
    return;
  }
  const std::string words = " (" + stream_->words() + ")";
  if (stream_->cut() && stream_->os_errno() == 0) {
    failure_ = {1120, "The connection to " + target_.label + " ended without a TLS close_notify.",
                true};
  } else {
    failure_ = {10054, "The connection to " + target_.label + " was reset." + words, true};
  }
}

}  // namespace coffer::net::internal
