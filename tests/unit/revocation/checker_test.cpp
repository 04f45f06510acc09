// Whom a chain's check asks, how often, and what it makes of the answers.
#include "revocation/checker.h"

#include <deque>

#include "revocation_test.h"
#include "test_revocation.h"

namespace revocation = coffer::revocation;
namespace test = coffer::test;
using coffer::crypto::SystemRandom;
using revocation::Fetched;
using revocation::Mode;

namespace {

class Fetcher final : public revocation::Fetcher {
 public:
  struct Open {
    revocation::Query query;
    std::function<void(const Fetched&)> done;
  };
  std::deque<Open> open;
  int asked = 0;

  void fetch(const revocation::Query& query, std::function<void(const Fetched&)> done) override {
    ++asked;
    open.push_back({query, std::move(done)});
  }
  void answer(const Fetched& fetched) {
    const Open first = std::move(open.front());
    open.pop_front();
    first.done(fetched);
  }
};

class Clock final : public coffer::core::Clock {
 public:
  std::int64_t seconds = test::now();
  Time now() const override { return {}; }
  std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
  }
};

// Root, intermediate, server; the two below name what is wished for.
struct Scene {
  Fetcher fetcher;
  Clock clock;
  SystemRandom random;
  test::TestCertificate root = test::authority("root"), intermediate, leaf;
  std::shared_ptr<revocation::Checker> checker;

  Scene(const revocation::Policy& policy, const test::CertificateWish& above,
        const test::CertificateWish& below) {
    test::CertificateWish wish = above;
    wish.common_name = "intermediate";
    wish.authority = true;
    intermediate = test::issued_by(root, wish);
    leaf = test::issued_by(intermediate, below);
    checker = std::make_shared<revocation::Checker>(policy, fetcher, clock, random);
  }
  std::optional<revocation::Verdict>& begin(std::optional<revocation::Verdict>& verdict) {
    checker->check({leaf.der(), intermediate.der(), root.der()},
                   [&verdict](const revocation::Verdict& told) { verdict = told; });
    return verdict;
  }
  Fetched list_of(const test::TestCertificate& issuer, const test::CrlWish& wish = {}) const {
    return {{}, test::make_crl(issuer, wish)};
  }
};

test::CertificateWish with_list(const std::string& urls) {
  test::CertificateWish wish;
  wish.crl_points = urls;
  return wish;
}

revocation::Policy policy(Mode crl, Mode ocsp = Mode::kOff) {
  revocation::Policy out;
  out.crl = crl;
  out.ocsp = ocsp;
  return out;
}

using Told = std::optional<revocation::Verdict>;

}  // namespace

TEST_CASE("the server and the intermediate are asked about at once, the root is not") {
  Scene scene(policy(Mode::kRequired), with_list("URI:http://l/root"),
              with_list("URI:http://l/ca"));
  Told told;
  scene.begin(told);
  REQUIRE(scene.fetcher.open.size() == 2);
  CHECK(scene.fetcher.open[0].query.url == "http://l/ca");
  CHECK(scene.fetcher.open[1].query.url == "http://l/root");
  CHECK(scene.fetcher.open[0].query.body.empty());
  scene.fetcher.answer(scene.list_of(scene.intermediate));
  CHECK_FALSE(told);
  scene.fetcher.answer(scene.list_of(scene.root));
  REQUIRE(told);
  CHECK(told->problem.empty());
  CHECK(told->until <= scene.clock.seconds + revocation::kLongestUse);
}

TEST_CASE("what names nothing passes in mode 1, and nothing is asked") {
  Scene scene(policy(Mode::kIfNamed, Mode::kIfNamed), {}, {});
  Told told;
  REQUIRE(scene.begin(told));
  CHECK(told->problem.empty());
  CHECK(scene.fetcher.asked == 0);
  Scene strict(policy(Mode::kRequired), {}, with_list("URI:http://l/ca"));
  Told refused;
  strict.begin(refused);
  strict.fetcher.answer(strict.list_of(strict.intermediate));
  REQUIRE(refused);
  CHECK(refused->problem ==
        "'O=Coffer tests, CN=intermediate' names no revocation list, which SSLCheckCRL=2 asks for");
}

TEST_CASE("one fetch at a time for a URL, and its answer serves until it expires") {
  Scene scene(policy(Mode::kIfNamed), {}, with_list("URI:http://l/ca"));
  Told first, second, third;
  scene.begin(first);
  scene.begin(second);
  CHECK(scene.fetcher.asked == 1);
  test::CrlWish wish;
  wish.to_seconds = 900;
  scene.fetcher.answer(scene.list_of(scene.intermediate, wish));
  CHECK(first);
  CHECK(second);
  scene.clock.seconds += 800;
  REQUIRE(scene.begin(third));
  CHECK(third->problem.empty());
  CHECK(scene.fetcher.asked == 1);
  scene.clock.seconds += 200;
  Told fourth;
  CHECK_FALSE(scene.begin(fourth));
  CHECK(scene.fetcher.asked == 2);
}

TEST_CASE("an hour is the longest that an answer is used") {
  Scene scene(policy(Mode::kIfNamed), {}, with_list("URI:http://l/ca"));
  Told told;
  scene.begin(told);
  test::CrlWish wish;
  wish.to_seconds = 90000;
  scene.fetcher.answer(scene.list_of(scene.intermediate, wish));
  scene.clock.seconds += 3500;
  CHECK(scene.begin(told));
  CHECK(scene.fetcher.asked == 1);
  scene.clock.seconds += 110;
  told.reset();
  CHECK_FALSE(scene.begin(told));
}

TEST_CASE("OCSP: several who wait share one question, and its answer is kept") {
  test::CertificateWish wish;
  wish.authority_info = "OCSP;URI:http://o/";
  Scene scene(policy(Mode::kOff, Mode::kIfNamed), {}, wish);
  Told first, second, third;
  scene.begin(first);
  scene.begin(second);
  REQUIRE(scene.fetcher.asked == 1);
  const std::string request = scene.fetcher.open[0].query.body;
  scene.fetcher.answer({{}, test::make_ocsp(scene.intermediate, request)});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->problem.empty());
  CHECK(second->problem.empty());
  CHECK(scene.begin(third));
  CHECK(scene.fetcher.asked == 1);
}

TEST_CASE("the next of several sources is asked only when one does not answer") {
  const std::string urls = "URI:http://l/1,URI:http://l/2";
  Scene scene(policy(Mode::kIfNamed), {}, with_list(urls));
  Told told;
  scene.begin(told);
  scene.fetcher.answer({"nobody there", {}});
  REQUIRE(scene.fetcher.open.size() == 1);
  CHECK(scene.fetcher.open[0].query.url == "http://l/2");
  scene.fetcher.answer({"nobody there either", {}});
  REQUIRE(told);
  CHECK(told->problem.find("nobody there either") != std::string::npos);

  Scene wrong(policy(Mode::kIfNamed), {}, with_list(urls));
  Told refused;
  wrong.begin(refused);
  wrong.fetcher.answer(wrong.list_of(wrong.root));
  REQUIRE(refused);
  CHECK(refused->problem.find("of another issuer") != std::string::npos);
  CHECK(wrong.fetcher.asked == 1);
}

TEST_CASE("the flags let pass what cannot be learnt, each for its certificates") {
  revocation::Policy lenient = policy(Mode::kRequired);
  lenient.ignore_unknown_leaf = true;
  const auto named = with_list("URI:http://l/x");
  for (const bool authority_too : {false, true}) {
    lenient.ignore_unknown_authority = authority_too;
    Scene scene(lenient, named, named);
    Told told;
    scene.begin(told);
    scene.fetcher.answer({"nobody there", {}});  // one URL for both
    REQUIRE(told);
    CHECK(told->problem.empty() == authority_too);
    if (authority_too) CHECK(told->until == scene.clock.seconds + revocation::kPause);
  }
  lenient.ignore_unknown_authority = true;
  Scene none(lenient, {}, {});
  Told told;
  REQUIRE(none.begin(told));
  CHECK(told->problem.empty());
  // What is revoked, or no answer at all, is refused whatever the flags say.
  Scene revoked(lenient, {}, named);
  test::CrlWish wish;
  wish.revoked = {{&revoked.leaf}};
  told.reset();
  revoked.begin(told);
  revoked.fetcher.answer(revoked.list_of(revoked.intermediate, wish));
  REQUIRE(told);
  CHECK(told->problem.find("is revoked") != std::string::npos);
  Scene garbled(lenient, {}, named);
  told.reset();
  garbled.begin(told);
  garbled.fetcher.answer({{}, "<html>"});
  REQUIRE(told);
  CHECK(told->problem.find("malformed") != std::string::npos);
}

TEST_CASE("chains that cannot be judged are refused") {
  Scene scene(policy(Mode::kIfNamed), {}, with_list("URI:http://l/ca"));
  const auto problem = [&](const std::vector<std::string>& chain) {
    std::string out = "never told";
    scene.checker->check(chain, [&](const revocation::Verdict& told) { out = told.problem; });
    return out;
  };
  CHECK(problem({}).find("cannot be read") != std::string::npos);
  CHECK(problem({"nonsense"}).find("cannot be read") != std::string::npos);
  CHECK(problem({scene.leaf.der()}).find("issuer is not known") != std::string::npos);
  // A server that is its own anchor and names nothing.
  CHECK(problem({scene.root.der()}).empty());
}

TEST_CASE("an answer that comes after the checker is gone is harmless") {
  Scene scene(policy(Mode::kIfNamed), {}, with_list("URI:http://l/ca"));
  Told told;
  scene.begin(told);
  scene.checker.reset();
  scene.fetcher.answer(scene.list_of(scene.intermediate));
  CHECK_FALSE(told);
}
