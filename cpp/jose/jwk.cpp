#include "jose/jwk.h"

#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "crypto/key_reader.h"
#include "jose/base64url.h"

namespace coffer::jose {
namespace {

constexpr std::size_t kMostOctets = std::size_t{16} << 10;  // other members of a JWK included
constexpr std::size_t kCoordinateDigits = 43;               // 32 octets

std::string without_brace(const crypto::P256Point& point) {
  return R"({"kty":"EC","crv":"P-256","x":")" + base64url(point.x()) + R"(","y":")" +
         base64url(point.y()) + '"';
}

std::optional<core::Document> parse(std::string_view text) {
  core::JsonLimits limits;
  limits.max_size = kMostOctets;
  limits.replace_lone_surrogates = false;
  limits.allow_nul = false;
  try {
    return core::Document::parse(text, 604, "JWK", limits);
  } catch (const core::Error&) {
    return std::nullopt;
  }
}

// Both members are compared in full: "P-256K" and "ec" are other keys.
bool is_p256(const core::JsonView& jwk) {
  return jwk.is_object() && jwk["kty"].string() == "EC" && jwk["crv"].string() == "P-256";
}

std::optional<std::string> coordinate(const core::JsonView& member) {
  const auto text = member.string();
  if (!text || text->size() != kCoordinateDigits) return std::nullopt;
  return decode_base64url(*text);
}

}  // namespace

std::string public_jwk(const crypto::P256Point& point) {
  return without_brace(point) + '}';
}

core::Secret private_jwk(const crypto::P256Key& key) {
  std::string text = without_brace(key.point());
  core::Secret d(base64url(key.d().reveal()));
  text.reserve(text.size() + d.reveal().size() + sizeof(R"(,"d":""})"));
  text.append(R"(,"d":")").append(d.reveal()).append("\"}");
  return core::Secret(std::move(text));
}

std::optional<crypto::P256Point> read_public_jwk(const core::JsonView& jwk) {
  if (!is_p256(jwk)) return std::nullopt;
  const auto x = coordinate(jwk["x"]);
  const auto y = coordinate(jwk["y"]);
  if (!x || !y) return std::nullopt;
  return crypto::P256Point::from_coordinates(*x, *y);
}

std::optional<crypto::P256Point> read_public_jwk(std::string_view text) {
  const auto document = parse(text);
  return document ? read_public_jwk(document->root()) : std::nullopt;
}

std::optional<crypto::P256Key> read_private_key(const core::Secret& text) {
  const std::string_view trimmed = core::trim(text.reveal());
  if (!core::starts_with(trimmed, "{")) return crypto::read_p256_key(text);
  const auto document = parse(trimmed);
  if (!document || !is_p256(document->root())) return std::nullopt;
  const auto x = coordinate(document->root()["x"]);
  const auto y = coordinate(document->root()["y"]);
  auto digits = document->root()["d"].string();
  if (!x || !y || !digits) return std::nullopt;
  const core::Secret kept(std::move(*digits));
  if (kept.reveal().size() != kCoordinateDigits) return std::nullopt;
  auto d = decode_base64url(kept.reveal());
  if (!d) return std::nullopt;
  const core::Secret scalar(std::move(*d));
  return crypto::P256Key::from_parts(scalar.reveal(), *x, *y);
}

}  // namespace coffer::jose
