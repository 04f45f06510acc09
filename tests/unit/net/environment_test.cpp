// The environment chooses nothing unless a setting says so (contract section 6).
#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "net_test.h"

using namespace coffer;
using namespace coffer::test;

namespace {

// For all tests of this program, before main and before libcurl starts: nobody listens at port 9,
// so a transfer that obeys one of these fails. libcurl would create the key log file at once.
const bool kForeign = [] {
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    setenv(name, "http://127.0.0.1:9", 1);
  }
  setenv("RES_OPTIONS", "timeout:1 attempts:1", 1);  // resolv.conf(5): a name server that is silent
  unsetenv("no_proxy");
  unsetenv("NO_PROXY");
  const auto file = std::filesystem::temp_directory_path() /
                    ("coffer-foreign-key-log-" + std::to_string(getpid()));
  setenv("SSLKEYLOGFILE", file.c_str(), 1);
  std::atexit([] { std::filesystem::remove(std::getenv("SSLKEYLOGFILE")); });
  return true;
}();

}  // namespace

TEST_CASE("proxies of the environment count only with AutoDetect, and never for loopback http") {
  REQUIRE(kForeign);
  LoopbackServer server(LoopbackServer::always("direct"));
  {
    Client client(options_for(server.url()));
    CHECK(client.run(get(server.url())).reply.body == "direct");
    const net::Outcome outcome = client.run(get("http://no-such-host.invalid/"));
    CHECK(outcome.code == 11001);
  }
  net::TransportOptions options = options_for(server.url());
  options.proxy.auto_detect = true;
  Client client(options);
  CHECK(client.run(get(server.url())).reply.body == "direct");
  const net::Outcome outcome = client.run(get("http://no-such-host.invalid/"));
  CHECK(outcome.code == 10061);
  CHECK(outcome.text.find("proxy") != std::string::npos);
}
