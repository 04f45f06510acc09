// Proxies and firewalls: who gets which words, and who is judged by whom.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

namespace {

// Carries octets between the client and a port of this machine until one side ends.
void relay(Peer& peer, int port) {
  const int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // In one thread: two must not use a TLS connection at a time (SSL_read(3)).
  int back = connect(out, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? out : -1;
  for (bool open = back >= 0; open;) {
    if (peer.wait_with(back)) {
      const std::string more = peer.read_some();
      send(out, more.data(), more.size(), MSG_NOSIGNAL);
      open = !more.empty();
      continue;
    }
    std::array<char, 4096> piece{};
    const long got = recv(out, piece.data(), piece.size(), 0);
    if (got > 0) {
      peer.send(std::string(piece.data(), static_cast<std::size_t>(got)));
    } else {
      peer.end();
      back = -1;  // poll(2) passes over it: what the client still says is read
    }
  }
  close(out);
}

// A CONNECT proxy to `port`, whatever the client asks for; wants these credentials.
LoopbackServer::Script connect_proxy(int port, const std::string& credentials = {}) {
  return [port, credentials](Peer& peer) {
    while (true) {
      const std::string request = peer.request();
      if (request.empty()) return;
      if (!credentials.empty() &&
          request.find("Proxy-Authorization: " + credentials) == std::string::npos) {
        peer.reply("no", "407 Proxy Authentication Required",
                   "Proxy-Authenticate: Basic realm=\"x\"\r\n");
        continue;
      }
      peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
      relay(peer, port);
      return;
    }
  };
}

net::TransportOptions through(const LoopbackServer& proxy, const std::string& service) {
  net::TransportOptions options = options_for(service);
  options.proxy.server = "127.0.0.1";
  options.proxy.port = proxy.port();
  options.other_headers = {"X-Own: secret"};
  return options;
}

}  // namespace

TEST_CASE("https goes through the proxy's tunnel, and our header fields stay inside") {
  const TestCertificate ca = authority();
  LoopbackServer server(LoopbackServer::always("tunnelled"), issued_by(ca));
  LoopbackServer proxy(connect_proxy(server.port(), "Basic dTpwdw=="));
  net::TransportOptions options = through(proxy, server.url());
  options.server_ca_pem = ca.pem();
  options.proxy.user = "u";
  options.proxy.password = core::Secret("pw");
  core::Log log;
  log.set_level(2);
  std::string logged;
  log.set_sink([&](int, const std::string& message, const char* type) {
    logged += std::string(type) + " " + message + "\n";
  });
  options.log = &log;
  Client client(options);
  net::Request request = get(server.url());
  request.authorization = "Bearer hidden";
  const net::Outcome outcome = client.run(request);
  CHECK(outcome.text == "");
  CHECK(outcome.reply.body == "tunnelled");
  const std::string connect = proxy.received().substr(0, proxy.received().find("\r\n\r\n"));
  CHECK(connect.find("CONNECT 127.0.0.1:") == 0);
  CHECK(connect.find("Proxy-Authorization: Basic dTpwdw==") != std::string::npos);
  CHECK(connect.find("secret") == std::string::npos);
  CHECK(connect.find("hidden") == std::string::npos);
  CHECK(server.received().find("X-Own: secret") != std::string::npos);
  CHECK(server.received().find("Proxy-Authorization") == std::string::npos);
  CHECK(logged.find("ProxyRequest CONNECT ") != std::string::npos);
  CHECK(logged.find("ProxyResponse HTTP/1.1 200 Connection established") != std::string::npos);
  CHECK(logged.find("dTpwdw") == std::string::npos);
}

TEST_CASE("a proxy that refuses is 118") {
  LoopbackServer proxy(connect_proxy(1, "Basic something else"));
  const net::Outcome outcome =
      Client(through(proxy, "https://h.invalid/")).run(get("https://h.invalid/"));
  CHECK(outcome.code == 118);
  CHECK_FALSE(outcome.transient);
  CHECK(outcome.text.find("407") != std::string::npos);
  const net::Outcome plain =
      Client(through(proxy, "http://h.invalid/")).run(get("http://h.invalid/"));
  CHECK(plain.code == 118);
  LoopbackServer tired([](Peer& peer) {
    while (!peer.request().empty())
      peer.reply("later", "503 Service Unavailable");
  });
  const net::Outcome later =
      Client(through(tired, "https://h.invalid/")).run(get("https://h.invalid/"));
  CHECK(later.code == 118);
  CHECK(later.transient);
}

TEST_CASE("plain http is asked of the proxy itself, with OtherHeaders for the origin") {
  LoopbackServer proxy(LoopbackServer::always("from the proxy"));
  net::TransportOptions options = through(proxy, "http://h.invalid/");
  options.proxy.auth_scheme = 2;
  options.proxy.authorization = core::Secret("Own abc");
  Client client(options);
  CHECK(client.run(get("http://h.invalid/x")).reply.body == "from the proxy");
  const std::string seen = proxy.received();
  CHECK(seen.find("GET http://h.invalid/x HTTP/1.1\r\n") == 0);
  CHECK(seen.find("Proxy-Authorization: Own abc") != std::string::npos);
}

TEST_CASE("exceptions go straight") {
  LoopbackServer server(LoopbackServer::always("straight"));
  LoopbackServer proxy(LoopbackServer::always("from the proxy"));
  net::TransportOptions options = through(proxy, server.url());
  {
    Client client(options);
    CHECK(client.run(get(server.url())).reply.body == "from the proxy");
  }
  options.proxy.exceptions = "127.0.0.1";
  Client client(options);
  CHECK(client.run(get(server.url())).reply.body == "straight");
}

TEST_CASE("a TLS proxy is judged by the library alone, its credentials follow the handshake") {
  const TestCertificate ca = authority();
  const TestCertificate server_certificate = self_signed();
  LoopbackServer server(LoopbackServer::always("deep"), server_certificate);
  std::vector<net::ServerCertificate> asked;
  const auto options_with = [&](const LoopbackServer& proxy) {
    net::TransportOptions options = through(proxy, server.url());
    options.proxy.ssl = 1;
    options.proxy.user = "u";
    options.proxy.password = core::Secret("pw");
    options.server_ca_pem = ca.pem();
    options.ask = [&](const net::ServerCertificate& one, std::function<void(bool)> answer) {
      asked.push_back(one);
      answer(true);
    };
    return options;
  };
  SUBCASE("verified") {
    LoopbackServer proxy(connect_proxy(server.port()), issued_by(ca));
    Client client(options_with(proxy));
    const net::Outcome outcome = client.run(get(server.url()));
    CHECK(outcome.text == "");
    CHECK(outcome.reply.body == "deep");
    REQUIRE(asked.size() == 1);
    CHECK((std::string(asked[0].der.begin(), asked[0].der.end()) == server_certificate.der()));
    CHECK(proxy.received().find("Proxy-Authorization: Basic dTpwdw==") != std::string::npos);
  }
  SUBCASE("not verified: no question, no exception, no credentials") {
    const TestCertificate certificate = self_signed();
    LoopbackServer proxy(connect_proxy(server.port()), certificate);
    net::TransportOptions options = options_with(proxy);
    const std::string der = certificate.der();
    SUBCASE("at all") {}
    SUBCASE("for SSLAcceptServerCert") {
      options.accept_server_cert.assign(der.begin(), der.end());
    }
    SUBCASE("for SSLSecurityFlags") {
      options.security_flags = ~0U;
    }
    Client client(options);
    const net::Outcome outcome = client.run(get(server.url()));
    CHECK(outcome.code == 280);
    CHECK(outcome.text.find("proxy") != std::string::npos);
    CHECK(asked.empty());
    CHECK(proxy.received() == "");
    CHECK(server.connections() == 0);
  }
}

TEST_CASE("a question about a certificate works through a tunnel as well") {
  LoopbackServer server(LoopbackServer::always("tunnelled"), self_signed());
  LoopbackServer proxy(connect_proxy(server.port()));
  net::TransportOptions options = through(proxy, server.url());
  bool accept = false;
  int asked = 0;
  options.ask = [&](const net::ServerCertificate&, std::function<void(bool)> answer) {
    ++asked;
    answer(accept);
  };
  {
    Client client(options);
    CHECK(client.run(get(server.url())).code == 280);
    CHECK(server.received() == "");
  }
  accept = true;
  Client client(options);
  CHECK(client.run(get(server.url())).reply.body == "tunnelled");
  CHECK(asked == 2);
}

TEST_CASE("a tunnelling firewall carries plain http too, and gets FirewallData") {
  LoopbackServer server(LoopbackServer::always("behind"));
  LoopbackServer firewall(connect_proxy(server.port()));
  net::TransportOptions options = options_for(server.url());
  options.firewall.type = 1;
  options.firewall.host = "127.0.0.1";
  options.firewall.port = firewall.port();
  options.firewall.headers = {"X-Firewall: pass"};
  Client client(options);
  CHECK(client.run(get(server.url())).reply.body == "behind");
  CHECK(firewall.received().find("CONNECT 127.0.0.1:") == 0);
  CHECK(firewall.received().find("X-Firewall: pass") != std::string::npos);
  CHECK(server.received().find("X-Firewall") == std::string::npos);
}

TEST_CASE("SOCKS firewalls") {
  LoopbackServer server(LoopbackServer::always("behind"));
  const int port = server.port();
  LoopbackServer socks([port](Peer& peer) {
    const std::string hello = peer.read_some();
    if (hello.empty()) return;
    if (hello[0] == 4) {
      peer.send(std::string("\x00\x5a\x00\x00\x00\x00\x00\x00", 8));
    } else {
      peer.send(std::string("\x05\x02", 2));  // user and password, please
      const std::string login = peer.read_some();
      if (login != std::string("\x01\x01u\x02pw", 6)) return;
      peer.send(std::string("\x01\x00", 2));
      peer.read_some();  // CONNECT
      peer.send(std::string("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", 10));
    }
    relay(peer, port);
  });
  for (const int type : {2, 3, 10}) {
    CAPTURE(type);
    net::TransportOptions options = options_for(server.url());
    options.firewall.type = type;
    options.firewall.host = "127.0.0.1";
    options.firewall.port = socks.port();
    options.firewall.user = "u";
    options.firewall.password = core::Secret("pw");
    {
      Client client(options);
      const net::Outcome outcome = client.run(get(server.url()));
      CHECK(outcome.text == "");
      CHECK(outcome.reply.body == "behind");
    }
    if (type != 3) continue;
    options.firewall.password = core::Secret("wrong");
    Client client(options);
    CHECK(client.run(get(server.url())).code == 118);
  }
}
