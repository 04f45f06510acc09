// The facade of a class whose methods wait: handlers inside the call, what they throw, the hook of
// calls that wait. Links nothing of the engine.
#include <doctest/doctest.h>

#include <coffer/coffer.hpp>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "facade_checks.h"
#include "silent_server.h"

namespace {

using coffer::Bytes;
using coffer::CofferError;
using coffer::cloudbackup::Office365Backup;
using coffer::threeds::Client;
using facade_test::code_of;
using facade_test::SilentServer;

static_assert(!std::is_copy_constructible_v<Client>);
static_assert(std::is_nothrow_move_constructible_v<Client>);

struct Mine : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Self-signed, made for this test; its key is nowhere.
constexpr char kDirectoryServer[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBJDCBy6ADAgECAgEHMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEERpcmVjdG9y\n"
    "eSBzZXJ2ZXIwIBcNMjAwMTAxMDAwMDAwWhgPMjA5MDAxMDEwMDAwMDBaMBsxGTAX\n"
    "BgNVBAMMEERpcmVjdG9yeSBzZXJ2ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
    "AAQAnshaD+NeNIOjb6RtLxdSmIkmkN6IaWnqWlhV3JxiOWw3moSTNcy5NK/vKqen\n"
    "nxSmbUjakljjJuxajStYAQR3MAoGCCqGSM49BAMCA0gAMEUCIDVNKxtXghL6AgDD\n"
    "+lxCS/R2DjVHw2Zms6Tv5Wa8z4WiAiEAraZ3hh5TF7UGYQlTF2d+L3KiL/92N0mY\n"
    "aE0XPFeUcIM=\n"
    "-----END CERTIFICATE-----\n";

void prepare(Client& client) {
  client.set_sdk_app_id("b2385523-a66c-4907-ac3c-91848e8c0067");
  client.config("SDKReferenceNumber=3DS_LOA_SDK_COFFER_0001");
  client.config("LogLevel=2");
  client.set_directory_server_id("A000000003");
  client.set_directory_server_cert_encoded(
      Bytes(kDirectoryServer, kDirectoryServer + sizeof kDirectoryServer - 1));
}

// Its authorize waits until somebody ends it.
void prepare(Office365Backup& backup, const SilentServer& server) {
  backup.set_oauth_client_id("client");
  backup.set_oauth_client_secret("secret");
  backup.set_oauth_grant_type(coffer::cloudbackup::OAuthGrantTypes::cogtClientCredentials);
  backup.set_oauth_server_token_url(server.url());
  backup.config("Timeout=100");  // what ends it, with another code, should nobody else
}

}  // namespace

TEST_CASE("indexed properties take the index first and know their count") {
  Client client;
  CHECK(code_of([&] { client.acs_root_cert_subject(0); }) == 606);
  client.set_acs_root_cert_count(2);
  client.set_acs_root_cert_subject(1, "CN=root");
  client.set_acs_root_cert_encoded(1, Bytes{0, 255});
  CHECK(client.acs_root_cert_subject(0).empty());
  CHECK(client.acs_root_cert_subject(1) == "CN=root");
  CHECK(client.acs_root_cert_encoded(1) == Bytes{0, 255});
  CHECK(client.acs_root_cert_store(0) == Bytes{'M', 'Y'});
  CHECK(code_of([&] { client.set_acs_root_cert_subject(2, "x"); }) == 606);
  CHECK(code_of([&] { client.set_acs_root_cert_subject(-1, "x"); }) == 606);
  CHECK(code_of([&] { client.set_acs_root_cert_count(-1); }) == 713);
  client.add_extension("id", "name", true, "{\"a\":1}");
  CHECK(client.extension_count() == 1);
  CHECK(client.extension_critical(0));
  for (int i = 1; i < 10; ++i) {
    client.add_extension("id" + std::to_string(i), "name", false, "{}");
  }
  CHECK(code_of([&] { client.add_extension("eleven", "name", false, "{}"); }) == 606);
  CHECK(client.extension_count() == 10);
}

TEST_CASE("a method returns its result, with its events fired inside it, in its thread") {
  Client client;
  prepare(client);
  std::vector<std::string> types;
  client.on_log([&, caller = std::this_thread::get_id()](Client::LogEvent& event) {
    const bool same = std::this_thread::get_id() == caller;
    CHECK(same);
    types.push_back(event.log_type());
  });
  const std::string request = client.get_auth_request();
  CHECK(request.find("\"sdkEncData\"") != std::string::npos);
  CHECK(types == std::vector<std::string>{"DeviceParams", "EphemeralKey", "AReq"});
}

TEST_CASE("what a handler throws comes out of the method that fired it, as itself") {
  Client client;
  prepare(client);
  client.on_log([](Client::LogEvent&) { throw Mine("log"); });
  CHECK_THROWS_WITH_AS(client.get_auth_request(), "log", Mine);
  client.on_log(nullptr);
  client.on_error([](Client::ErrorEvent& event) {
    CHECK(event.error_code() == 604);
    throw Mine("error");
  });
  // Before the method's own failure.
  CHECK_THROWS_WITH_AS(client.check_auth_response("no JSON"), "error", Mine);
  client.on_error(nullptr);
  CHECK(code_of([&] { client.check_auth_response("no JSON"); }) == 604);
}

TEST_CASE("in C a handler that fails makes the method fail with 30003, after its work is done") {
  Client client;
  prepare(client);
  const auto fail = [](coffer_threeds_client_log*, void* data) -> std::int32_t {
    return ++*static_cast<int*>(data);
  };
  int calls = 0;
  CHECK(coffer_threeds_client_on_log(client.handle(), fail, &calls, nullptr) == 0);
  char* out = nullptr;
  CHECK(coffer_threeds_client_get_auth_request(client.handle(), &out) == 30003);
  CHECK(out == nullptr);
  CHECK(calls == 3);  // the others were fired all the same
  CHECK_FALSE(client.sdk_transaction_id().empty());
}

TEST_CASE("inside a handler the object's methods are refused, the rest of it works") {
  Client client;
  prepare(client);
  std::vector<std::int32_t> codes;
  client.on_log([&](Client::LogEvent&) {
    codes = {code_of([&] { client.get_auth_request(); }),
             code_of([&] { client.check_auth_response("{}"); }),
             code_of([&] { client.send_challenge_request(); }),
             code_of([&] { client.reset(); }),
             code_of([&] { client.reset_transaction_info(); }),
             code_of([&] { client.set_timeout(31); }),
             code_of([&] { client.config("MaskSensitive=False"); }),
             code_of([&] { client.on_log(nullptr); })};
  });
  client.get_auth_request();
  CHECK(codes == std::vector<std::int32_t>{30004, 30004, 30004, 30004, 30004, 0, 0, 0});
  CHECK(client.timeout() == 31);
}

TEST_CASE("another thread is refused while a method is under way") {
  Client client;
  prepare(client);
  std::int32_t other = 0;
  client.on_log([&](Client::LogEvent&) {
    std::thread([&] { other = code_of([&] { client.reset(); }); }).join();
    client.on_log(nullptr);
  });
  client.get_auth_request();
  CHECK(other == 143);
}

TEST_CASE("interrupt ends the method that is under way") {
  Client client;
  prepare(client);
  client.interrupt();  // at rest it does nothing
  client.on_log([&](Client::LogEvent&) { client.interrupt(); });
  CHECK(code_of([&] { client.get_auth_request(); }) == 301);
  client.on_log(nullptr);
  CHECK(code_of([&] { client.get_auth_request(); }) == 0);
}

TEST_CASE("a handler may destroy the object; it goes when the method returns") {
  auto client = std::make_unique<Client>();
  prepare(*client);
  auto alive = std::make_shared<int>(0);
  client->on_log([&client, alive](Client::LogEvent&) { client.reset(); });
  Client& same = *client;
  const std::int32_t code = code_of([&] { same.get_auth_request(); });
  CHECK(client == nullptr);
  CHECK((code == 0 || code == 301));
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a call that waits asks on_idle in its own thread; false ends it with 301") {
  const SilentServer server;
  Office365Backup backup;
  prepare(backup, server);
  int asked = 0;
  backup.on_idle([&, caller = std::this_thread::get_id()] {
    const bool same = std::this_thread::get_id() == caller;
    CHECK(same);
    return ++asked < 3;
  });
  CHECK(code_of([&] { backup.authorize(); }) == 301);
  CHECK(asked == 3);
}

TEST_CASE("what on_idle throws comes out of the call, as itself") {
  const SilentServer server;
  Office365Backup backup;
  prepare(backup, server);
  auto alive = std::make_shared<int>(0);
  backup.on_idle([alive]() -> bool { throw Mine("idle"); });
  CHECK(alive.use_count() == 2);
  CHECK_THROWS_WITH_AS(backup.authorize(), "idle", Mine);
  backup.on_idle(nullptr);
  CHECK(alive.use_count() == 1);
}

TEST_CASE("the hook is released with the object, and refused without one") {
  auto alive = std::make_shared<int>(0);
  {
    Client client;
    client.on_idle([alive] { return true; });
    CHECK(alive.use_count() == 2);
    client.close();
    CHECK(alive.use_count() == 1);
    CHECK(code_of([&] { client.on_idle([alive] { return true; }); }) == 30001);
  }
  CHECK(alive.use_count() == 1);
}
