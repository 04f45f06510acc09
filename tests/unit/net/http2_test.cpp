// HTTP/2: one connection for many requests, what ends a body there, fallback to 1.1.
#include <doctest/doctest.h>

#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

namespace {

constexpr int kData = 0;
constexpr int kHeaders = 1;
constexpr int kReset = 3;
constexpr int kSettings = 4;
constexpr int kGoAway = 7;
constexpr int kEndStream = 1;
constexpr int kEndHeaders = 4;
constexpr int kAck = 1;

std::string number(std::uint32_t value, int octets) {
  std::string text;
  for (int i = octets - 1; i >= 0; --i) {
    text += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
  return text;
}

std::string frame(int type, int flags, std::uint32_t stream, const std::string& payload = {}) {
  return number(static_cast<std::uint32_t>(payload.size()), 3) +
         number(static_cast<std::uint32_t>(type), 1) +
         number(static_cast<std::uint32_t>(flags), 1) + number(stream, 4) + payload;
}

const std::string kStatus200 = "\x88";  // HPACK's static table: ":status: 200"

// Speaks RFC 9113 just well enough: `answer` is called for each request's stream.
LoopbackServer::Script h2(std::function<void(Peer&, std::uint32_t)> answer) {
  return [answer](Peer& peer) {
    std::string in;
    const auto take = [&](std::size_t size, std::string& out) {
      while (in.size() < size) {
        const std::string more = peer.read_some();
        if (more.empty()) return false;
        in += more;
      }
      out = in.substr(0, size);
      in.erase(0, size);
      return true;
    };
    std::string text;
    if (!take(24, text)) return;  // the client's preface
    peer.send(frame(kSettings, 0, 0));
    while (take(9, text)) {
      const auto octet = [&](std::size_t at) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at]));
      };
      const std::size_t size = octet(0) << 16U | octet(1) << 8U | octet(2);
      const auto type = static_cast<int>(octet(3));
      const auto flags = static_cast<int>(octet(4));
      const std::uint32_t stream = octet(5) << 24U | octet(6) << 16U | octet(7) << 8U | octet(8);
      if (!take(size, text)) return;
      if (type == kSettings && (flags & kAck) == 0) peer.send(frame(kSettings, kAck, 0));
      if (type == kHeaders) answer(peer, stream);
    }
  };
}

struct Secure {
  TestCertificate ca = authority();
  net::TransportOptions options(const LoopbackServer& server) const {
    net::TransportOptions result = options_for(server.url());
    result.server_ca_pem = ca.pem();
    result.http_version = net::HttpVersion::k20;
    return result;
  }
};

}  // namespace

TEST_CASE("many requests share one HTTP/2 connection and one question") {
  Secure secure;
  std::vector<std::uint32_t> waiting;
  LoopbackServer server(h2([&](Peer& peer, std::uint32_t stream) {
                          // Answered only when three are under way at once.
                          waiting.push_back(stream);
                          if (waiting.size() < 3) return;
                          for (const std::uint32_t one : waiting) {
                            peer.send(frame(kHeaders, kEndHeaders, one, kStatus200));
                            peer.send(frame(kData, kEndStream, one, "hello"));
                          }
                          waiting.clear();
                        }),
                        issued_by(secure.ca), true);
  net::TransportOptions options = secure.options(server);
  int questions = 0;
  options.ask = [&](const net::ServerCertificate&, std::function<void(bool)> answer) {
    ++questions;
    answer(true);
  };
  Client client(options);
  int done = 0;
  for (int i = 0; i < 3; ++i) {
    client.transport().start(get(server.url()), nullptr, [&](net::Outcome&& outcome) {
      CHECK(outcome.text == "");
      CHECK(outcome.reply.body == "hello");
      CHECK(outcome.reply.status_line.find("HTTP/2 200") == 0);
      ++done;
    });
  }
  CHECK(client.until([&] { return done == 3; }));
  CHECK(questions == 1);
  CHECK(server.handshakes() == 1);
}

// A handle that ends while other streams go on is used again at once, with what it held before.
TEST_CASE("handles are used again while other streams of their connection are under way") {
  constexpr std::size_t kRequests = 60;
  constexpr std::size_t kAtOnce = 4;
  const std::string part(16000, 'x');
  Secure secure;
  std::vector<std::uint32_t> open;
  std::size_t seen = 0;
  const auto finish_first = [&](Peer& peer) {
    peer.send(frame(kData, kEndStream, open.front(), "end"));
    open.erase(open.begin());
  };
  LoopbackServer server(h2([&](Peer& peer, std::uint32_t stream) {
                          peer.send(frame(kHeaders, kEndHeaders, stream, kStatus200));
                          peer.send(frame(kData, 0, stream, part));
                          open.push_back(stream);
                          if (open.size() == kAtOnce) finish_first(peer);
                          if (++seen < kRequests) return;
                          while (!open.empty())
                            finish_first(peer);
                        }),
                        issued_by(secure.ca), true);
  net::TransportOptions options = secure.options(server);
  options.max_connections = static_cast<int>(kAtOnce);
  Client client(options);
  std::size_t started = 0;
  std::size_t done = 0;
  std::function<void()> start = [&] {
    ++started;
    auto body = std::make_shared<Collector>();
    client.transport().start(get(server.url()), body, [&, body](net::Outcome&& outcome) {
      CHECK(outcome.code == 0);
      CHECK(outcome.text == "");
      CHECK(body->text == part + "end");
      ++done;
      if (started < kRequests) start();
    });
  };
  while (started < kAtOnce)
    start();
  CHECK(client.until([&] { return done == kRequests; }));
  CHECK(server.handshakes() == 1);
}

TEST_CASE("an HTTP/2 body ends with END_STREAM and with nothing else") {
  Secure secure;
  const struct {
    const char* what;
    std::function<void(Peer&, std::uint32_t)> answer;
  } cases[] = {
      {"reset",
       [](Peer& peer, std::uint32_t stream) {
         peer.send(frame(kHeaders, kEndHeaders, stream, kStatus200));
         peer.send(frame(kData, 0, stream, "hello"));
         peer.send(frame(kReset, 0, stream, number(2, 4)));
       }},
      {"connection closed, politely",
       [](Peer& peer, std::uint32_t stream) {
         peer.send(frame(kHeaders, kEndHeaders, stream, kStatus200));
         peer.send(frame(kData, 0, stream, "hello"));
         peer.end();
       }},
      {"connection cut",
       [](Peer& peer, std::uint32_t stream) {
         peer.send(frame(kHeaders, kEndHeaders, stream, kStatus200));
         peer.send(frame(kData, 0, stream, "hello"));
         peer.cut();
       }},
      {"going away",
       [](Peer& peer, std::uint32_t) {
         peer.send(frame(kGoAway, 0, 0, number(0, 4) + number(0, 4)));
         peer.end();
       }},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    LoopbackServer server(h2(one.answer), issued_by(secure.ca), true);
    Client client(secure.options(server));
    const net::Outcome outcome = client.run(get(server.url()));
    CAPTURE(outcome.text);
    CHECK((outcome.code == 10054 || outcome.code == 1120));
    CHECK(outcome.transient);
  }
}

TEST_CASE("HTTP/1.1 instead of 2.0 only where AllowHTTPFallback says so") {
  Secure secure;
  LoopbackServer server(LoopbackServer::always("old"), issued_by(secure.ca));
  net::TransportOptions options = secure.options(server);
  {
    Client client(options);
    CHECK(client.run(get(server.url())).reply.body == "old");
  }
  const std::size_t before = server.received().size();
  options.allow_http_fallback = false;
  Client client(options);
  const net::Outcome outcome = client.run(get(server.url()));
  CHECK(outcome.code == 276);
  CHECK(outcome.text.find("AllowHTTPFallback") != std::string::npos);
  CHECK(server.received().size() == before);
}

TEST_CASE("a certificate refused stays refused on a multiplexed connection") {
  Secure secure;
  LoopbackServer server(h2([](Peer& peer, std::uint32_t stream) {
                          peer.send(frame(kHeaders, kEndHeaders, stream, kStatus200));
                          peer.send(frame(kData, kEndStream, stream, "hello"));
                        }),
                        test::self_signed(), true);
  net::TransportOptions options = secure.options(server);
  options.ask = [&](const net::ServerCertificate&, std::function<void(bool)> answer) {
    answer(false);
  };
  Client client(options);
  int refused = 0;
  for (int i = 0; i < 5; ++i) {
    client.transport().start(get(server.url()), nullptr, [&](net::Outcome&& outcome) {
      refused += outcome.code == 280 ? 1 : 0;
    });
  }
  CHECK(client.until([&] { return refused == 5; }));
  CHECK(server.received() == "");
}
