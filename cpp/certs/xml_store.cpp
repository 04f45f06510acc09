// Keys in XML: RSAKeyValue and DSAKeyValue with .NET's private members, ECKeyValue (XML Signature
// 1.1), ECDSAKeyValue (RFC 4050), and X509Certificate. Elements are found by their local names,
// nothing is expanded: a document type is refused.
#include "certs/keys.h"
#include "certs/store_reader.h"
#include "core/text.h"
#include "crypto/mbedtls.h"
#include "jose/base64url.h"

namespace coffer::certs {
namespace {

using core::Secret;

constexpr std::size_t kMostCertificates = 1000;
constexpr char kUncompressed = 4;

struct Tag {
  std::string_view name;  // without prefix
  std::string_view rest;  // attributes
  bool closes = false;
  std::size_t begin = 0;  // of the whole tag
  std::size_t end = 0;    // after it
};

// The next tag from `at` on; comments and instructions are passed over.
std::optional<Tag> next_tag(std::string_view text, std::size_t at) {
  while ((at = text.find('<', at)) != std::string_view::npos) {
    const std::string_view here = text.substr(at);
    const bool comment = core::starts_with(here, "<!--");
    if (comment || core::starts_with(here, "<?")) {
      const std::size_t end = text.find(comment ? "-->" : "?>", at);
      if (end == std::string_view::npos) return std::nullopt;
      at = end;
      continue;
    }
    if (core::starts_with(here, "<!")) unsupported("its XML has a document type, which is refused");
    const std::size_t end = text.find('>', at);
    if (end == std::string_view::npos) return std::nullopt;
    Tag tag;
    tag.begin = at;
    tag.end = end + 1;
    std::string_view inside = text.substr(at + 1, end - at - 1);
    tag.closes = core::starts_with(inside, "/");
    if (tag.closes) inside.remove_prefix(1);
    const std::size_t size = std::min(inside.find_first_of(" \t\r\n/"), inside.size());
    tag.name = inside.substr(0, size);
    tag.rest = inside.substr(size);
    tag.name.remove_prefix(tag.name.find(':') + 1);  // npos + 1 is 0
    return tag;
  }
  return std::nullopt;
}

struct Element {
  std::string_view attributes;
  std::string_view content;
  std::size_t end = 0;
};

// The first element `name` from `from` on; its end is the next closing tag of that name.
std::optional<Element> element(std::string_view text, std::string_view name, std::size_t from = 0) {
  std::optional<Element> out;
  std::size_t begin = 0;
  for (auto tag = next_tag(text, from); tag; tag = next_tag(text, tag->end)) {
    if (tag->name != name) continue;
    if (tag->closes) {
      if (!out) return std::nullopt;
      out->content = text.substr(begin, tag->begin - begin);
      out->end = tag->end;
      return out;
    }
    if (out) return std::nullopt;  // nested: no such format has it
    out = Element{tag->rest, {}, tag->end};
    if (!tag->rest.empty() && tag->rest.back() == '/') return out;
    begin = tag->end;
  }
  return std::nullopt;
}

std::string_view attribute(std::string_view attributes, std::string_view name) {
  std::size_t at = attributes.find(std::string(name) + "=");
  if (at == std::string_view::npos) return {};
  at += name.size() + 1;
  if (at >= attributes.size() || (attributes[at] != '"' && attributes[at] != '\'')) return {};
  const std::size_t end = attributes.find(attributes[at], at + 1);
  return end == std::string_view::npos ? std::string_view()
                                       : attributes.substr(at + 1, end - at - 1);
}

// The base64 in an element; empty when there is none.
Secret number(std::string_view text, std::string_view name) {
  const auto found = element(text, name);
  if (!found) return Secret();
  auto decoded = jose::decode_base64_lenient(found->content);
  if (!decoded) unsupported("the element " + std::string(name) + " of its XML is no base64");
  return Secret(std::move(*decoded));
}

int curve_of(std::string_view name) {
  if (name == "urn:oid:1.2.840.10045.3.1.7") return 256;
  if (name == "urn:oid:1.3.132.0.34") return 384;
  if (name == "urn:oid:1.3.132.0.35") return 521;
  unsupported("the curve \"" + std::string(name) + "\" of its XML is not supported");
}

std::string coordinate(std::string_view text, std::string_view name, std::size_t size) {
  constexpr int kDecimal = 10;
  constexpr std::size_t kMostDigits = 160;
  const auto found = element(text, name);
  const std::string digits(found ? attribute(found->attributes, "Value") : std::string_view());
  std::string out(size, '\0');
  crypto::Mpi value;
  if (digits.empty() || digits.size() > kMostDigits ||
      digits.find_first_not_of("0123456789") != std::string::npos ||
      mbedtls_mpi_read_string(value.get(), kDecimal, digits.c_str()) != 0 ||
      mbedtls_mpi_write_binary(value.get(), crypto::octets(out), out.size()) != 0) {
    unsupported("the point in its XML is malformed");
  }
  return out;
}

std::optional<Entry> key(std::string_view text, bool& found) {
  found = true;
  if (const auto rsa = element(text, "RSAKeyValue")) {
    const std::string_view in = rsa->content;
    const Secret n = number(in, "Modulus");
    const Secret e = number(in, "Exponent");
    const Secret d = number(in, "D");
    const Secret p = number(in, "P");
    const Secret q = number(in, "Q");
    if (n.empty() || e.empty()) return std::nullopt;
    return rsa_entry({n.reveal(), e.reveal(), d.reveal(), p.reveal(), q.reveal()});
  }
  if (const auto dsa = element(text, "DSAKeyValue")) {
    const std::string_view in = dsa->content;
    return dsa_entry(number(in, "P").reveal(), number(in, "Q").reveal(), number(in, "G").reveal(),
                     number(in, "Y").reveal(), number(in, "X").reveal());
  }
  if (const auto ec = element(text, "ECKeyValue")) {
    const auto curve = element(ec->content, "NamedCurve");
    return ec_entry(curve_of(curve ? attribute(curve->attributes, "URI") : ""),
                    number(ec->content, "PublicKey").reveal(), {});
  }
  if (const auto ecdsa = element(text, "ECDSAKeyValue")) {
    const auto curve = element(ecdsa->content, "NamedCurve");
    const int bits = curve_of(curve ? attribute(curve->attributes, "URN") : "");
    const auto size = static_cast<std::size_t>(bits + 7) / 8;
    return ec_entry(bits,
                    std::string(1, kUncompressed) + coordinate(ecdsa->content, "X", size) +
                        coordinate(ecdsa->content, "Y", size),
                    {});
  }
  found = false;
  return std::nullopt;
}

}  // namespace

std::vector<Entry> read_xml(std::string_view octets, Unlock& /*unlock*/) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  std::string_view text = octets;
  if (core::starts_with(text, kMark)) text.remove_prefix(kMark.size());
  text = core::trim(text);
  if (text.empty() || text.front() != '<') return {};
  std::vector<Entry> out;
  auto one = element(text, "X509Certificate");
  while (one && out.size() < kMostCertificates) {
    const auto der = jose::decode_base64_lenient(one->content);
    auto certificate = der ? certificate_of_der(*der) : std::nullopt;
    if (!certificate) unsupported("an X509Certificate of its XML is no certificate");
    out.push_back(std::move(*certificate));
    one = element(text, "X509Certificate", one->end);
  }
  bool found = false;
  auto alone = key(text, found);
  if (found && !alone) unsupported("the numbers in its XML are no key");
  if (alone && (out.empty() || !alone->private_key.empty())) attach(out, std::move(*alone));
  keys_first(out);
  return out;
}

}  // namespace coffer::certs
