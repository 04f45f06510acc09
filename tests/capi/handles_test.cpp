// Handles, error texts and what belongs to no class. Links libcoffer alone.
#include <coffer/coffer.h>
#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <set>
#include <string>
#include <thread>

namespace {

std::string last(const void* handle) {
  return coffer_last_error(handle);
}

}  // namespace

TEST_CASE("a handle is never given twice and none of it is an address that can be read") {
  std::set<coffer_office365backup*> seen;
  for (int i = 0; i < 50; ++i) {
    coffer_office365backup* backup = nullptr;
    REQUIRE(coffer_office365backup_new(&backup) == COFFER_OK);
    CHECK(seen.insert(backup).second);
    CHECK(reinterpret_cast<uintptr_t>(backup) % alignof(void*) != 0);
    coffer_office365backup_free(backup);
  }
}

// The call may have found the object before the other thread took it out.
TEST_CASE("a call that meets the free of another thread is done or finds no object") {
  for (int i = 0; i < 2000; ++i) {
    coffer_office365backup* backup = nullptr;
    REQUIRE(coffer_office365backup_new(&backup) == COFFER_OK);
    std::atomic<bool> calling{false};
    int32_t last_code = COFFER_OK;
    std::thread caller([&] {
      int32_t count = 0;
      while (last_code == COFFER_OK) {
        last_code = coffer_office365backup_get_message_count(backup, &count);
        calling = true;
      }
    });
    while (!calling)
      std::this_thread::yield();
    coffer_office365backup_free(backup);
    caller.join();
    REQUIRE(last_code == COFFER_ERROR_INVALID_HANDLE);
  }
}

TEST_CASE("the error text belongs to the thread and to the handle") {
  coffer_office365backup* one = nullptr;
  coffer_office365backup* two = nullptr;
  REQUIRE(coffer_office365backup_new(&one) == COFFER_OK);
  REQUIRE(coffer_office365backup_new(&two) == COFFER_OK);
  REQUIRE(coffer_office365backup_set_max_connections(one, 0) == COFFER_ERROR_INVALID_VALUE);
  const std::string text = last(one);
  CHECK(text.find("MaxConnections") != std::string::npos);
  CHECK(last(nullptr) == text);
  CHECK(last(two).empty());
  std::thread([&] {
    CHECK(last(one).empty());
    CHECK(coffer_office365backup_set_proxy_port(one, -1) == COFFER_ERROR_INVALID_VALUE);
    CHECK(last(one).find("Proxy.Port") != std::string::npos);
  }).join();
  CHECK(last(one) == text);
  coffer_office365backup_free(one);
  coffer_office365backup_free(two);
}

TEST_CASE("an error text does not repeat what may be a secret") {
  coffer_office365backup* backup = nullptr;
  REQUIRE(coffer_office365backup_new(&backup) == COFFER_OK);
  CHECK(coffer_office365backup_set_authorization(backup, "Bearer s3cr3t\n") ==
        COFFER_ERROR_INVALID_VALUE);
  CHECK(last(backup).find("s3cr3t") == std::string::npos);
  char* out = nullptr;
  CHECK(coffer_office365backup_config(backup, "ProxyAuthorization=s3cr3t\n", &out) ==
        COFFER_ERROR_INVALID_VALUE);
  CHECK(last(backup).find("s3cr3t") == std::string::npos);
  CHECK(coffer_office365backup_config(backup, "s3cr3t", &out) == COFFER_ERROR_UNKNOWN_SETTING);
  CHECK(last(backup).find("s3cr3t") == std::string::npos);
  coffer_office365backup_free(backup);
}

TEST_CASE("what the library says of itself") {
  CHECK(std::strcmp(coffer_version(), COFFER_VERSION) == 0);
  CHECK(coffer_has("Office365Backup") == 1);
  CHECK(coffer_has("office365backup.graphurl") == 1);
  CHECK(coffer_has("Office365Backup.DataFolder") == 1);
  CHECK(coffer_has("Office365Backup.MessageBackup") == 1);
  CHECK(coffer_has("Office365Backup.KerberosSPN") == 0);  // no effect here
  CHECK(coffer_has("Office365Backup.Nothing") == 0);
  CHECK(coffer_has("Nothing.DataFolder") == 0);
  CHECK(coffer_has("") == 0);
  CHECK(coffer_has(nullptr) == 0);
  coffer_free(nullptr);
}

TEST_CASE("codes have a text, and say whether trying again may help") {
  CHECK(std::strlen(coffer_error_text(COFFER_ERROR_DATA_FOLDER)) > 0);
  CHECK(std::strlen(coffer_error_text(COFFER_ERROR_INTERNAL)) > 0);
  CHECK(std::strcmp(coffer_error_text(0), "") == 0);
  CHECK(std::strcmp(coffer_error_text(99), "") == 0);
  CHECK(coffer_error_is_retryable(COFFER_ERROR_CONNECTION_RESET) == 1);
  CHECK(coffer_error_is_retryable(COFFER_ERROR_INVALID_VALUE) == 0);
  CHECK(coffer_error_is_retryable(99) == 0);
}
