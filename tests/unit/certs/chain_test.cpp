// Chains of acsSignedContent made when the test runs: root, intermediate, leaf, and what can be
// wrong with each.
#include "certs/chain.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

#include "core/text.h"
#include "test_certificates.h"

namespace certs = coffer::certs;
namespace core = coffer::core;
namespace test = coffer::test;

namespace {

using List = std::vector<certs::Certificate>;

certs::Certificate read(const test::TestCertificate& made) {
  return certs::Certificate::from_der(made.der()).value();
}

test::CertificateWish ca(const std::string& name) {
  test::CertificateWish wish;
  wish.common_name = name;
  wish.authority = true;
  wish.key_usage = "critical,keyCertSign";
  return wish;
}

test::CertificateWish signer() {
  test::CertificateWish wish;
  wish.common_name = "ACS";
  wish.key_usage = "critical,digitalSignature";
  return wish;
}

const std::int64_t kNow = std::time(nullptr);

struct Chain {
  test::TestCertificate root, intermediate, leaf;
  explicit Chain(const test::CertificateWish& root_wish = ca("root"),
                 const test::CertificateWish& intermediate_wish = ca("intermediate"),
                 const test::CertificateWish& leaf_wish = signer())
      : root(test::self_signed(root_wish)),
        intermediate(test::issued_by(root, intermediate_wish)),
        leaf(test::issued_by(intermediate, leaf_wish)) {}
  std::string problem(std::int64_t now = kNow) const {
    return certs::verify_chain(read(leaf), {read(intermediate)}, {read(root)}, now).problem;
  }
};

bool says(const std::string& problem, const std::string& words) {
  CAPTURE(problem);
  CHECK(problem.find(words) != std::string::npos);
  return problem.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a chain of three, P-256 and RSA") {
  for (const unsigned bits : {0U, 2048U}) {
    auto root = ca("root");
    auto intermediate = ca("intermediate");
    auto leaf = signer();
    root.rsa_bits = intermediate.rsa_bits = leaf.rsa_bits = bits;
    const Chain chain(root, intermediate, leaf);
    const auto verdict =
        certs::verify_chain(read(chain.leaf), {read(chain.intermediate)}, {read(chain.root)}, kNow);
    CHECK(verdict.problem == "");
    CHECK(verdict.path == List{read(chain.leaf), read(chain.intermediate), read(chain.root)});
  }
  auto strong = ca("root");
  strong.curve = "P-384";  // an issuer's key may be of another curve, the leaf's may not
  CHECK(Chain(strong).problem() == "");
}

TEST_CASE("the order of the hints does not matter, and roots among them are only hints") {
  const auto root = test::self_signed(ca("root"));
  const auto first = test::issued_by(root, ca("first"));
  const auto second = test::issued_by(first, ca("second"));
  const auto leaf = test::issued_by(second, signer());
  const auto stranger = test::self_signed(ca("stranger"));
  const List orders[] = {{read(first), read(second)},
                         {read(second), read(first)},
                         {read(root), read(stranger), read(first), read(leaf), read(second)}};
  for (const List& hints : orders) {
    CHECK(certs::verify_chain(read(leaf), hints, {read(root)}, kNow).problem == "");
    CHECK_FALSE(certs::verify_chain(read(leaf), hints, {read(stranger)}, kNow));
    CHECK_FALSE(certs::verify_chain(read(leaf), hints, {}, kNow));
  }
  says(certs::verify_chain(read(leaf), {read(second)}, {read(root)}, kNow).problem, "missing");
  says(certs::verify_chain(read(leaf), {}, {read(root)}, kNow).problem, "missing");
}

TEST_CASE("anchors") {
  const Chain chain;
  // An intermediate as an anchor repairs an ACS that leaves it out; a configured leaf is trusted.
  CHECK(certs::verify_chain(read(chain.leaf), {}, {read(chain.intermediate)}, kNow).problem == "");
  CHECK(certs::verify_chain(read(chain.leaf), {}, {read(chain.leaf)}, kNow).problem == "");
  CHECK(certs::verify_chain(read(chain.leaf), {read(chain.intermediate)},
                            {read(test::self_signed(ca("other"))), read(chain.root)}, kNow)
            .problem == "");
  // The same name with another key is another CA.
  const auto impostor = test::self_signed(ca("root"));
  says(certs::verify_chain(read(chain.leaf), {read(chain.intermediate)}, {read(impostor)}, kNow)
           .problem,
       "not signed by");
  CHECK(certs::verify_chain(read(chain.leaf), {read(chain.intermediate)},
                            {read(impostor), read(chain.root)}, kNow)
            .problem == "");
}

TEST_CASE("validity of each certificate") {
  for (int which = 0; which < 3; ++which) {
    for (const bool expired : {true, false}) {
      test::CertificateWish wishes[] = {ca("root"), ca("intermediate"), signer()};
      wishes[which].days_from = expired ? -20 : 5;
      wishes[which].days_to = expired ? -10 : 20;
      const Chain chain(wishes[0], wishes[1], wishes[2]);
      CAPTURE(which);
      says(chain.problem(), expired ? "expired" : "not valid yet");
    }
  }
  const Chain chain;
  const auto leaf = read(chain.leaf);
  CHECK(chain.problem(leaf.not_before()) == "");
  CHECK(chain.problem(leaf.not_after()) == "");
  says(chain.problem(leaf.not_before() - 1), "not valid yet");
  says(chain.problem(leaf.not_after() + 1), "expired");
}

TEST_CASE("who may issue") {
  auto not_ca = ca("intermediate");
  not_ca.basic_constraints = "critical,CA:FALSE";
  says(Chain(ca("root"), not_ca).problem(), "no CA");
  says(Chain(not_ca).problem(), "no CA");
  auto no_signing = ca("intermediate");
  no_signing.key_usage = "critical,digitalSignature,cRLSign";
  says(Chain(ca("root"), no_signing).problem(), "keyUsage");
  auto silent = ca("intermediate");
  silent.key_usage.clear();
  CHECK(Chain(ca("root"), silent).problem() == "");
  auto none_below = ca("root");
  none_below.basic_constraints = "critical,CA:TRUE,pathlen:0";
  says(Chain(none_below).problem(), "pathLenConstraint");
  CHECK(Chain(ca("root"), none_below).problem() == "");
  auto one_below = none_below;
  one_below.basic_constraints = "critical,CA:TRUE,pathlen:1";
  CHECK(Chain(one_below).problem() == "");
  // A leaf of a leaf.
  const Chain chain;
  const auto below = test::issued_by(chain.leaf, signer());
  says(certs::verify_chain(read(below), {read(chain.leaf), read(chain.intermediate)},
                           {read(chain.root)}, kNow)
           .problem,
       "no CA");
}

TEST_CASE("weak hashes and keys") {
  for (int which = 0; which < 3; ++which) {
    test::CertificateWish wishes[] = {ca("root"), ca("intermediate"), signer()};
    wishes[which].sha1 = true;
    const Chain chain(wishes[0], wishes[1], wishes[2]);
    CAPTURE(which);
    // Nobody relies on the signature that a root makes upon itself.
    if (which == 0) {
      CHECK(chain.problem() == "");
    } else {
      says(chain.problem(), "weak hash");
    }
    wishes[which].sha1 = false;
    wishes[which].rsa_bits = 1024;
    says(Chain(wishes[0], wishes[1], wishes[2]).problem(), "too short");
    wishes[which].rsa_bits = 0;
    wishes[which].curve = "secp224r1";
    says(Chain(wishes[0], wishes[1], wishes[2]).problem(), "too short");
  }
}

TEST_CASE("critical extensions of unknown meaning") {
  for (int which = 0; which < 3; ++which) {
    test::CertificateWish wishes[] = {ca("root"), ca("intermediate"), signer()};
    wishes[which].unknown_extension = "critical";
    CAPTURE(which);
    says(Chain(wishes[0], wishes[1], wishes[2]).problem(), "critical extension");
    wishes[which].unknown_extension = "plain";
    CHECK(Chain(wishes[0], wishes[1], wishes[2]).problem() == "");
  }
}

TEST_CASE("an altered certificate") {
  const Chain chain;
  const std::string good = chain.leaf.der();
  int parsed = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string der = good;
    der[i] = static_cast<char>(der[i] ^ 1);
    const auto leaf = certs::Certificate::from_der(der);
    if (!leaf) continue;
    ++parsed;
    CAPTURE(i);
    CHECK_FALSE(certs::verify_chain(*leaf, {read(chain.intermediate)}, {read(chain.root)}, kNow));
  }
  CHECK(parsed > 100);
}

// Two CAs that vouch for each other, and for the leaf, but that nobody trusts.
TEST_CASE("loops end") {
  const auto root = test::self_signed(ca("root"));
  const auto a = test::self_signed(ca("a"));
  const auto b = test::issued_by(a, ca("b"));
  const auto a_by_b = test::crossed(b, a, ca("a"));
  const auto leaf = test::issued_by(a, signer());
  const List hints = {read(a_by_b), read(b), read(a)};
  CHECK_FALSE(certs::verify_chain(read(leaf), hints, {read(root)}, kNow));
  // The same with a way out.
  const auto b_by_root = test::crossed(root, b, ca("b"));
  CHECK(
      certs::verify_chain(read(leaf), {read(a_by_b), read(b), read(b_by_root)}, {read(root)}, kNow)
          .problem == "");
}

// Every CA vouches for every other: the number of paths grows with the factorial.
TEST_CASE("a web of cross certificates ends soon") {
  constexpr int kCas = 7;
  const auto root = test::self_signed(ca("root"));
  std::vector<test::TestCertificate> cas;
  for (int i = 0; i < kCas; ++i)
    cas.push_back(test::self_signed(ca("ca" + std::to_string(i))));
  List hints;
  for (const auto& issuer : cas) {
    for (const auto& subject : cas) {
      if (&issuer != &subject) hints.push_back(read(test::crossed(issuer, subject, ca(""))));
    }
  }
  const auto leaf = test::issued_by(cas.front(), signer());
  const auto before = std::clock();
  CHECK_FALSE(certs::verify_chain(read(leaf), hints, {read(root)}, kNow));
  CHECK((std::clock() - before) / CLOCKS_PER_SEC < 5);
}

TEST_CASE("name constraints") {
  const auto with = [](const std::string& constraints, const std::string& names) {
    auto wish = ca("intermediate");
    wish.name_constraints = "critical," + constraints;
    auto leaf = signer();
    leaf.alternative_names = names;
    return Chain(ca("root"), wish, leaf).problem();
  };
  const std::string_view kRefused = "name constraints";
  const auto allowed = [&](const std::string& constraints, const std::string& names) {
    const std::string problem = with(constraints, names);
    if (!problem.empty()) CHECK(problem.find(kRefused) != std::string::npos);
    return problem.empty();
  };
  CHECK(allowed("permitted;DNS:acs.example", "DNS:a.acs.example,DNS:ACS.example"));
  CHECK_FALSE(allowed("permitted;DNS:acs.example", "DNS:a.acs.example,DNS:evil.example"));
  CHECK_FALSE(allowed("permitted;DNS:acs.example", "DNS:evilacs.example"));
  CHECK_FALSE(allowed("excluded;DNS:evil.example", "DNS:a.evil.example"));
  CHECK(allowed("excluded;DNS:evil.example", "DNS:notevil.example"));
  CHECK(allowed("permitted;email:acs.example", "email:a@acs.example"));
  CHECK_FALSE(allowed("permitted;email:acs.example", "email:a@b.acs.example"));
  CHECK_FALSE(allowed("excluded;email:a@acs.example", "email:a@acs.example"));
  CHECK_FALSE(allowed("permitted;email:acs.example", "email:a@b@acs.example"));
  CHECK(allowed("permitted;URI:.acs.example", "URI:https://u@a.acs.example:8/x"));
  CHECK_FALSE(allowed("permitted;URI:.acs.example", "URI:https://evil.example/.acs.example"));
  CHECK_FALSE(allowed("permitted;URI:acs.example", "URI:urn:acs.example"));
  CHECK(allowed("permitted;IP:10.0.0.0/255.0.0.0", "IP:10.1.2.3"));
  CHECK_FALSE(allowed("permitted;IP:10.0.0.0/255.0.0.0", "IP:11.1.2.3"));
  CHECK_FALSE(allowed("excluded;IP:10.0.0.0/255.0.0.0", "IP:10.1.2.3"));
  // A form that cannot be compared forbids each name of that form, and only those.
  CHECK_FALSE(allowed("permitted;RID:1.2.3", "RID:1.2.3"));
  CHECK(allowed("permitted;RID:1.2.3", "DNS:a.example"));
  CHECK(allowed("permitted;DNS:acs.example", "IP:10.1.2.3"));
}

TEST_CASE("x5c") {
  const Chain chain;
  const auto b64 = [](const test::TestCertificate& one) {
    const std::string der = one.der();
    return core::base64(reinterpret_cast<const std::uint8_t*>(der.data()), der.size());
  };
  const auto leaf = read(chain.leaf);
  const auto good = certs::read_x5c({b64(chain.leaf), b64(chain.intermediate)});
  CHECK(good.problem == "");
  CHECK(good.certificates == List{leaf, read(chain.intermediate)});

  std::string url = b64(chain.leaf);
  for (char& c : url)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  std::string lines = b64(chain.leaf);
  for (std::size_t i = 64; i < lines.size(); i += 66)
    lines.insert(i, "\r\n");
  for (const std::string& entry : {url, lines, chain.leaf.pem()}) {
    CHECK(certs::read_x5c({entry}).certificates == List{leaf});
  }

  CHECK(certs::read_x5c({}).problem != "");
  CHECK(certs::read_x5c({""}).problem != "");
  CHECK(certs::read_x5c({b64(chain.leaf), "AAAA"}).problem != "");
  CHECK(certs::read_x5c({b64(chain.leaf) + b64(chain.leaf)}).problem != "");
  CHECK(certs::read_x5c(std::vector<std::string>(10, b64(chain.leaf))).problem == "");
  CHECK(certs::read_x5c(std::vector<std::string>(11, b64(chain.leaf))).problem != "");
  CHECK(certs::read_x5c({b64(chain.leaf) + std::string(64 << 10, ' ')}).problem != "");
}
