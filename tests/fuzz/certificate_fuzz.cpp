// Certificates, stores and chains of anything: each ends in a documented error, and a certificate
// that is read is read again from what it prints.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/chain.h"
#include "certs/name_constraints.h"
#include "certs/store.h"
#include "core/der.h"
#include "core/error.h"
#include "require.h"

namespace certs = coffer::certs;
namespace core = coffer::core;

namespace {

template <typename Call>
void ends_with(std::int32_t code, Call call) {
  try {
    call();
  } catch (const core::Error& error) {
    require(error.code() == code);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ends_with(273, [&] { certs::read_encoded(text); });
  ends_with(271, [&] {
    certs::read_store(text, certs::StoreType::kPublicKeyBlob, core::Secret("password"));
  });
  require(core::distinguished_name(text).find('\n') == std::string::npos);
  (void)core::name_key(text);
  if (const auto one = certs::Certificate::from_der(text)) {
    require(certs::read_encoded(one->pem()).certificate == one);
    (void)certs::constraint_problem(*one, *one);
    const std::vector<certs::Certificate> itself = {*one};
    const auto verdict = certs::verify_chain(*one, itself, itself, one->not_before());
    require(verdict.problem.empty() == !verdict.path.empty());
    require(!certs::verify_chain(*one, itself, {}, one->not_before()));
    (void)one->signed_by(*one);
  }
  return 0;
}
