// What requests carry, and what the log says of them.
#include <doctest/doctest.h>

#include "core/error.h"
#include "plain_test.h"

using namespace coffer;
using namespace coffer::test;

TEST_CASE("header fields that could smuggle others are refused before anything is sent") {
  LoopbackServer server(LoopbackServer::always("x"));
  Client client(options_for(server.url()));
  const auto refused = [&](const net::Request& request) {
    try {
      client.transport().start(request, nullptr, [](net::Outcome&&) {});
    } catch (const core::Error& error) {
      return error.code();
    }
    return 0;
  };
  net::Request request = get(server.url());
  request.headers = {"X-A: 1\r\nX-B: 2"};
  CHECK(refused(request) == 713);
  request.headers = {std::string("X-A: 1\0", 7)};
  CHECK(refused(request) == 713);
  request.headers.clear();
  request.authorization = "Bearer a\nb";
  CHECK(refused(request) == 713);
  request.authorization.clear();
  request.method = "GET / HTTP/1.1\r\nX: y";
  CHECK(refused(request) == 713);
  CHECK(refused(get("http://user:pw@127.0.0.1/")) == 713);
  CHECK(refused(get("ftp://127.0.0.1/")) == 713);
  CHECK(refused(get("/relative")) == 713);
  CHECK(server.connections() == 0);
}

TEST_CASE("a request carries what the settings say") {
  LoopbackServer server(LoopbackServer::always("x"));
  net::TransportOptions options = options_for(server.url());
  options.other_headers = {"X-Own: yes", "X-Empty:"};
  net::Request request = get(server.url("/p"));
  request.authorization = "Bearer abc";
  request.headers = {"Accept: application/json"};
  {
    Client client(options);
    CHECK(client.run(request).code == 0);
    request.method = "POST";
    request.body = "{\"a\":1}";
    request.headers.emplace_back("Content-Type: application/json");
    CHECK(client.run(request).code == 0);
  }
  const std::string first = server.requests().at(0);
  CHECK(header_value(first, "Authorization") == "Bearer abc");
  CHECK(header_value(first, "X-Own") == "yes");
  CHECK(first.find("\r\nX-Empty:") != std::string::npos);
  CHECK(header_value(first, "User-Agent") == "coffer/test");
  CHECK(header_value(first, "Accept") == "application/json");
  CHECK(header_value(first, "Connection") == "(absent)");
  const std::string second = server.requests().at(1);
  CHECK(second.find("POST /p HTTP/1.1") == 0);
  CHECK(second.substr(second.size() - 7) == "{\"a\":1}");
  CHECK(header_value(second, "Expect") == "(absent)");
  CHECK(server.connections() == 1);

  options.keep_alive = false;
  options.compression = false;
  options.http_version = net::HttpVersion::k10;
  Client closing(options);
  CHECK(closing.run(get(server.url())).code == 0);
  CHECK(closing.run(get(server.url())).code == 0);
  CHECK(server.connections() == 3);
  const std::string third = server.requests().at(2);
  CHECK(third.find("GET / HTTP/1.0\r\n") == 0);
  CHECK(header_value(third, "Connection") == "close");
  CHECK(header_value(third, "Accept-Encoding") == "(absent)");
}

TEST_CASE("HTTPVersion 2.0 does not exist over plain http") {
  LoopbackServer server(LoopbackServer::always("x"));
  net::TransportOptions options = options_for(server.url());
  options.http_version = net::HttpVersion::k20;
  Client client(options);
  CHECK(client.run(get(server.url())).code == 713);
  CHECK(server.connections() == 0);
}

TEST_CASE("the log tells requests, and no secret") {
  LoopbackServer server([](Peer& peer) {
    while (!peer.request().empty()) {
      peer.reply("{\"access_token\":\"hush1\",\"a\":1}", "200 OK", "Set-Cookie: s=hush2\r\n");
    }
  });
  core::Log log;
  std::vector<std::string> entries;
  log.set_sink([&](int level, const std::string& message, const char* type) {
    entries.push_back(std::to_string(level) + " " + type + " " + message);
  });
  net::TransportOptions options = options_for(server.url());
  options.log = &log;
  net::Request request = get(server.url("/x?code=hush3"));
  request.method = "POST";
  request.authorization = "Bearer hush4";
  request.body = "client_secret=hush5&grant_type=x";
  for (const auto& row : std::vector<std::pair<int, std::size_t>>{{0, 0}, {1, 1}, {2, 3}, {3, 5}}) {
    const int level = row.first;
    CAPTURE(level);
    log.set_level(level);
    entries.clear();
    Client client(options);
    CHECK(client.run(request).code == 0);
    CHECK(entries.size() == row.second);
    for (const std::string& entry : entries)
      CHECK(entry.find("hush") == std::string::npos);
  }
  CHECK(entries.at(0).find("2 RequestHeaders POST /x?code=****** HTTP/1.1\r\n") == 0);
  CHECK(entries.at(0).find("Authorization: Bearer ******") != std::string::npos);
  CHECK(entries.at(1).find("3 RequestBody client_secret=******&grant_type=x") == 0);
  CHECK(entries.at(2).find("2 ResponseHeaders HTTP/1.1 200 OK\r\n") == 0);
  CHECK(entries.at(3).find("3 ResponseBody {\"access_token\":\"******\",\"a\":1}") == 0);
  CHECK(entries.at(4).find("1 Info POST http://127.0.0.1:") == 0);
  CHECK(entries.at(4).find(" -> 200 OK, 30 octets, ") != std::string::npos);
}
