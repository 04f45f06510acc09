// Messages larger than what waits in memory, and what is looked at before a message is fetched.
#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>

#include "store_fixture.h"

using namespace coffer;
using namespace coffer::store;
using namespace coffer::store::test;
using coffer::test::Op;

namespace {

TEST_CASE("store: a large message of which a part could not be written is not saved") {
  const std::string body(std::size_t{600} << 10, 'x');  // two blocks behind, and a rest
  for (const bool by_reader : {false, true}) {
    StoreOnFake at;
    const auto store = at.start();
    auto message = store->create("id1", kMonday, store->default_path("id1", "2023-07"));
    char octet = 0;
    if (by_reader) {
      message->write(body.data(), body.size());
      CHECK(message->read(0, &octet, 1) == 1);
      message->write(body.data(), 100);
    }
    at.disk.fail(Op::kWrite, ENOSPC, "/1.eml", 1);
    const CommitOutcome early = failure_of([&] {
      message->write(body.data(), by_reader ? 0 : body.size());
      message->read(0, &octet, 1);  // waits for what is behind
    });
    CHECK(early.code == 711);
    CHECK(failure_of([&] { message->write("more", 4); }).code == 711);
    CommitOutcome outcome = {-1, ""};
    store->commit(std::move(message), [&](const CommitOutcome& result) { outcome = result; });
    store->drain();
    CHECK(outcome.code == 711);
    CHECK(at.disk.kind(at.path_of("id1")) == fs::Kind::kNone);
    CHECK_FALSE(store->find("id1"));
    CHECK(save(*store, "id1", kMonday, body).code == 0);
    CHECK(at.disk.read_file(at.path_of("id1")) == file_text("id1", kMonday, body));
  }
}

TEST_CASE("store: what is in the way of a message is told before it is fetched") {
  StoreOnFake at;
  at.disk.write_file(at.path_of("id1"), "somebody's own");
  const auto store = at.start();
  const CommitOutcome refusal =
      failure_of([&] { store->create("id1", kMonday, store->default_path("id1", "2023-07")); });
  CHECK(refusal.code == 711);
  CHECK(contains(refusal.text, at.path_of("id1")));
}

}  // namespace
