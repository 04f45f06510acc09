// Stores of the public collections: each loads, by its own type and by Auto, or is refused with a
// documented code.
#include <doctest/doctest.h>
#include <mbedtls/version.h>

#include <filesystem>
#include <map>
#include <string>

#include "certs/store.h"
#include "core/error.h"
#include "core/text.h"
#include "testdata.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace fs = std::filesystem;
using certs::StoreType;

namespace {

std::map<std::string, std::string> passwords() {
  std::map<std::string, std::string> out;
  const std::string table = testdata_file("PASSWORDS.tsv");
  for (const std::string_view line : core::split(table, '\n')) {
    const auto cells = core::split(line, '\t');
    if (cells.size() > 1) out.emplace(cells[0], cells[1]);
  }
  return out;
}

struct Outcome {
  std::int32_t code = 0;
  std::string text;
  bool key = false;
};

Outcome read(const std::string& store, StoreType type, const std::string& password) {
  Outcome out;
  try {
    for (const auto& entry : certs::read_store(store, type, core::Secret(password))) {
      out.key = out.key || !entry.private_key.empty();
      CHECK((entry.certificate || !entry.public_octets.empty() || !entry.private_key.empty()));
    }
  } catch (const core::Error& error) {
    out = {error.code(), error.what(), false};
  }
  return out;
}

StoreType type_of(const fs::path& file) {
  const std::string path = file.string();
  if (path.find("/pkcs12/") != std::string::npos && file.extension() != ".pem" &&
      file.extension() != ".der" && file.extension() != ".key") {
    return StoreType::kPfxFile;
  }
  if (file.extension() == ".p7b" || path.find("/p7b/") != std::string::npos) {
    // What is signed lies beside the messages.
    const bool plain = core::starts_with(file.filename().string(), "pkcs7-rsa-");
    return plain ? StoreType::kAuto : StoreType::kP7bFile;
  }
  if (file.extension() == ".ppk") return StoreType::kPpkFile;
  if (file.extension() == ".pub" || file.extension() == ".ssh2") {
    return StoreType::kSshPublicKeyFile;
  }
  if (file.extension() == ".xml") return StoreType::kXmlFile;
  return StoreType::kAuto;
}

}  // namespace

TEST_CASE("each store of the collections") {
  const auto known = passwords();
  std::map<std::string, int> loaded;
  std::map<std::string, int> refused;
  for (const auto& entry : fs::recursive_directory_iterator(testdata() / "certstores")) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || core::starts_with(name, "LICENSE")) continue;
    const std::string id = fs::relative(entry.path(), testdata()).string();
    CAPTURE(id);
    const auto found = known.find(id);
    const std::string password = found != known.end() ? found->second : std::string();
    const StoreType type = type_of(entry.path());
    const Outcome own = read(entry.path().string(), type, password);
    const Outcome any = read(entry.path().string(), StoreType::kAuto, password);
    const Outcome blob = read(testdata_file(id), StoreType::kAuto, password);
    const std::string kind = id.substr(11, id.find('/', 11) - 11);
    CHECK(any.code == blob.code);
    CHECK(own.code == any.code);
    // The password is the right one: what is refused is so for another reason.
    CHECK((own.code == 0 || own.code == 271));
    ++(own.code == 0 ? loaded : refused)[kind];
    if (own.code != 0) MESSAGE(id << ": " << own.text);
    // A wrong one never opens what has one.
    if (own.key && !password.empty()) {
      CHECK(read(entry.path().string(), type, password + "x").code == 273);
    }
  }
#if defined(COFFER_ARGON2) && defined(COFFER_SCRYPT)
  // mbedTLS 3 reads compressed points.
  constexpr int kPem = MBEDTLS_VERSION_MAJOR >= 3 ? 196 : 194;
  const std::map<std::string, int> expected = {{"p7b", 18}, {"pem-der", kPem}, {"pkcs12", 30},
                                               {"ppk", 20}, {"ssh", 61},       {"xmlkey", 3}};
  CHECK(loaded == expected);
#endif
  for (const auto& [kind, count] : loaded)
    MESSAGE(kind << ": " << count << " loaded, " << refused[kind] << " refused");
}
