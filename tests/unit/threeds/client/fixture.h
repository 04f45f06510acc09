// A Client on a scripted ACS, without network or waiting, and a journal of its events.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "channel_fixture.h"
#include "client_surface.h"
#include "scripted_acs.h"
#include "threeds/client.h"

namespace threeds_test {

namespace jose = coffer::jose;
using coffer::test::FakeAnswer;
using coffer::test::ManualClock;
using coffer::test::Network;
using threeds::Client;

inline constexpr std::string_view kReference = "3DS_LOA_SDK_TEST_020100_00001";
inline constexpr std::string_view kAppId = "1f6d1c52-3e2f-4c3b-9a55-7b0a0a7c9e11";

struct LogLine {
  int level;
  std::string type;
  std::string text;
};

struct ClientRig {
  explicit ClientRig(Version with = Version::k220, bool with_gcm = false, bool rsa_acs = false)
      : acs(network.transport, rsa_acs),
        client({std::shared_ptr<const core::Clock>(std::shared_ptr<void>(), &network.clock),
                std::make_shared<coffer::crypto::SystemRandom>(), network.maker()}),
        version(with),
        gcm(with_gcm) {
    prepare(client);
    listen();
  }
  // What every transaction needs; the directory server's key is EC.
  void prepare(Client& one) {
    one.set(threeds::kMessageVersion, 0, std::string(threeds::version_text(version)));
    one.set(threeds::kSDKAppId, 0, std::string(kAppId));
    one.set(threeds::kDirectoryServerId, 0, std::string("F155545342"));
    one.set(threeds::kDirectoryServerCertEncoded, 0, bytes(directory_server().pem()));
    one.set(threeds::kACSRootCertCount, 0, 1);
    one.set(threeds::kACSRootCertsEncoded, 0, bytes(acs.root_pem()));
    one.config("SDKReferenceNumber=" + std::string(kReference));
    one.config(gcm ? "UseAESGCM=True" : "UseAESGCM=False");
    one.config("LogLevel=3");
    one.add_device_param("C001", "Android", 2, 1);
  }
  static const coffer::test::TestCertificate& directory_server() {
    static const coffer::test::TestCertificate certificate = coffer::test::self_signed();
    return certificate;
  }
  static core::Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

  template <class Event>
  void handle(int event, std::function<void(Event&)> handler) {
    client.on(event, std::make_shared<const core::Handler>([handler](core::Event& payload) {
                handler(static_cast<Event&>(payload));
                return 0;
              }));
  }
  void fail_in(int event) {
    client.on(event, std::make_shared<const core::Handler>([](core::Event&) { return 1; }));
  }
  void listen() {
    handle<threeds::LogEvent>(threeds::kOnLog, [this](threeds::LogEvent& event) {
      log.push_back({event.log_level, event.log_type, event.message});
    });
    handle<threeds::ErrorEvent>(threeds::kOnError, [this](threeds::ErrorEvent& event) {
      errors.push_back(event.error_code);
    });
    handle<threeds::DataPacketInEvent>(threeds::kOnDataPacketIn, [this](auto& event) {
      packets_in.emplace_back(event.data_packet.begin(), event.data_packet.end());
    });
    handle<threeds::DataPacketOutEvent>(threeds::kOnDataPacketOut, [this](auto& event) {
      packets_out.emplace_back(event.data_packet.begin(), event.data_packet.end());
    });
  }

  // Up to the point where the challenge may begin.
  void make_ready() {
    request = client.get_auth_request();
    response = acs.ares(request);
    client.check_auth_response(response);
  }
  // The first CReq, answered with a screen.
  void open(int ui_type = 1, const ScriptedAcs::Edit& edit = nullptr) {
    make_ready();
    acs.screen(ui_type, edit);
    client.send_challenge_request();
  }
  std::int32_t send() {
    return code_of([this] { client.send_challenge_request(); });
  }
  std::string text(int property, int index = 0) const {
    return std::get<std::string>(client.get(property, index));
  }
  std::int32_t number(int property) const { return std::get<std::int32_t>(client.get(property)); }
  bool flag(int property) const { return std::get<bool>(client.get(property)); }
  void set(int property, const char* value) { client.set(property, 0, std::string(value)); }
  // A member of a message that arrived, as JSON text; "" when it is not there.
  static std::string member(const std::string& json, std::string_view name) {
    const auto document = core::Document::parse(json, 1, "message");
    const auto value = document.root()[name];
    return value ? value.string().value_or(value.text()) : std::string();
  }
  std::string sent(std::string_view name) const { return member(acs.creqs.back(), name); }
  std::vector<std::string> logged(const std::string& type) const {
    std::vector<std::string> lines;
    for (const LogLine& line : log) {
      if (line.type == type) {
        lines.push_back(line.text);
      }
    }
    return lines;
  }
  bool log_has(const std::string& part) const {
    for (const LogLine& line : log) {
      if (line.text.find(part) != std::string::npos) {
        return true;
      }
    }
    return false;
  }
  // Nothing of the challenge can be continued, and no key is left.
  void check_over() {
    CHECK(client.config("SDKEphemeralPrivateKey").empty());
    CHECK(client.config("ChallengeTimeRemaining") == "0");
    const std::size_t before = network.transport.count();
    CHECK(send() == 603);
    CHECK(network.transport.count() == before);
  }

  Network network;
  ScriptedAcs acs;
  Client client;
  Version version;
  bool gcm;
  std::string request;
  std::string response;
  std::vector<LogLine> log;
  std::vector<std::int32_t> errors;
  std::vector<std::string> packets_in;
  std::vector<std::string> packets_out;
};

}  // namespace threeds_test
