#include "threeds/erro.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "message_fixture.h"

using namespace threeds_test;
using threeds::Faults;
using threeds::make_fault;
using threeds::ReceivedErro;

namespace {

ReceivedErro received(const std::string& text) {
  const auto document = core::Document::parse(text, 1, "Erro");
  return threeds::read_erro(document.root());
}

}  // namespace

TEST_CASE("Erro: ours, as the sample has it") {
  const auto fault = make_fault("201", "submitAuthenticationLabel");
  CHECK(threeds::erro_json(threeds::erro_for(fault, Version::k220, ids())) ==
        R"({"messageType":"Erro","messageVersion":"2.2.0",)"
        R"("threeDSServerTransID":"8a880dc0-d2d2-4067-bcb1-b08d1690b26e",)"
        R"("acsTransID":"d7c1ee99-9478-44a6-b1f2-391e29c6b340",)"
        R"("dsTransID":"f25084f0-5b16-4c0a-ae5d-b24808a95e4b",)"
        R"("sdkTransID":"b2385523-a66c-4907-ac3c-91848e8c0067","errorCode":"201",)"
        R"("errorComponent":"C","errorDescription":"Required element missing",)"
        R"("errorDetail":"submitAuthenticationLabel","errorMessageType":"CRes"})");
}

TEST_CASE("Erro: ids that are not known and a type that could not be read are left out") {
  threeds::TransactionIds some;
  some.sdk_trans_id = "s";
  CHECK(threeds::erro_json(
            threeds::erro_for(make_fault("101", "no JSON", ""), Version::k231, some)) ==
        R"({"messageType":"Erro","messageVersion":"2.3.1","sdkTransID":"s","errorCode":"101",)"
        R"("errorComponent":"C","errorDescription":"Message received invalid",)"
        R"("errorDetail":"no JSON"})");
  const auto timeout = threeds::timeout_erro(Version::k210, some);
  CHECK(timeout.error_code == "402");
  CHECK_FALSE(timeout.error_detail.empty());
  CHECK_FALSE(timeout.error_description.empty());
}

TEST_CASE("Erro: six codes have a code of their own, all others are 1101") {
  const std::vector<std::pair<const char*, std::int32_t>> codes = {
      {"101", 1101}, {"102", 1102}, {"201", 1201}, {"202", 1202}, {"301", 1301},
      {"302", 1302}, {"103", 1101}, {"203", 1101}, {"204", 1101}, {"207", 1101},
      {"305", 1101}, {"402", 1101}, {"405", 1101}, {"999", 1101}};
  for (const auto& row : codes) {
    const char* const code = row.first;
    const std::int32_t manual = row.second;
    CAPTURE(code);
    CHECK(threeds::manual_code_of(code) == manual);
    const std::string text =
        std::string(R"({"messageType":"Erro","errorCode":")") + code + R"(","errorDetail":"d"})";
    CHECK(received(text).manual_code == manual);
    CHECK(received(text).text.find(code) != std::string::npos);
  }
}

TEST_CASE("Erro: received, every member") {
  const auto fault = make_fault("302", "acsCounterAtoS", "CReq");
  const auto sent = threeds::erro_for(fault, Version::k231, ids());
  const auto back = received(threeds::erro_json(sent)).erro;
  CHECK(back.message_version == sent.message_version);
  CHECK(back.error_code == sent.error_code);
  CHECK(back.error_component == sent.error_component);
  CHECK(back.error_description == sent.error_description);
  CHECK(back.error_detail == sent.error_detail);
  CHECK(back.error_message_type == sent.error_message_type);
  CHECK(back.three_ds_server_trans_id == sent.three_ds_server_trans_id);
  CHECK(back.acs_trans_id == sent.acs_trans_id);
  CHECK(back.ds_trans_id == sent.ds_trans_id);
  CHECK(back.sdk_trans_id == sent.sdk_trans_id);
}

TEST_CASE("Erro: a code that is missing or has not three digits is 605") {
  for (const char* text :
       {R"({"messageType":"Erro"})", R"({"errorCode":""})", R"({"errorCode":"20"})",
        R"({"errorCode":"2011"})", R"({"errorCode":"abc"})", R"({"errorCode":201})",
        R"({"errorCode":null})", R"({"errorCode":"+20"})"}) {
    CAPTURE(text);
    CHECK(received(text).manual_code == 605);
  }
}

TEST_CASE("Erro: what the other side wrote makes no second line in an error text") {
  const auto erro = received(R"({"errorCode":"305","errorDescription":"a\nb\u001b[0m",)"
                             R"("errorDetail":"\r\nSet-Cookie: x\u007f"})");
  for (const char c : erro.text)
    CHECK(static_cast<unsigned char>(c) >= 0x20);
  CHECK(erro.erro.error_detail == "\r\nSet-Cookie: x\x7F");
  CHECK(received(R"({"errorCode":"305","errorDetail":")" + std::string(100000, 'x') + "\"}")
            .text.size() < 700);
}

TEST_CASE("Erro: recognised in a reply of any status") {
  CHECK(threeds::is_erro(R"({"messageType":"Erro"})"));
  CHECK(threeds::is_erro(" {\"x\":1,\"messageType\":\"Erro\"} "));
  for (const char* text :
       {"", "x", "[]", "{}", R"({"messageType":"CRes"})", R"({"messageType":"Erro")", R"(["Erro"])",
        R"({"messageType":"Erro","a":1,"a":2})"}) {
    CAPTURE(text);
    CHECK_FALSE(threeds::is_erro(text));
  }
}

TEST_CASE("faults: the first code stays, its elements are joined once each") {
  Faults faults;
  CHECK(faults.none());
  faults.add("201", "a");
  faults.add("203", "b");
  faults.add("201", "c.d");
  faults.add("201", "a");
  CHECK(faults.first().emv_code == "201");
  CHECK(faults.first().error_detail == "a,c.d");
  // errorDetail is never empty and never too long.
  CHECK(make_fault("302", "").error_detail == "Data decryption failure");
  CHECK(make_fault("302", std::string(5000, 'x')).error_detail.size() == 2048);
  CHECK(make_fault("202", "a\nb").error_detail == "a?b");
}
