#include "threeds/json_path.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "message_fixture.h"

using namespace threeds_test;
using threeds::MessagePath;
using threeds::PathWalker;
using threeds::XDocument;
using threeds::XNode;

namespace {

// The manual's example.
constexpr std::string_view kJson = R"({
  "firstlevel": {
    "one": "value",
    "two": ["first", "second"],
    "three": "value three"
  }
})";

PathWalker json_walker() {
  return PathWalker(threeds::json_tree(kJson));
}

XNode leaf(std::string name, std::string text) {
  XNode out;
  out.name = std::move(name);
  out.text = std::move(text);
  return out;
}

// The manual's XML example, with attributes, as an XML parser would hand it over.
PathWalker xml_walker() {
  XNode two = leaf("two", "");
  two.children = {leaf("item", "first"), leaf("item", "second"), leaf("other", "x"),
                  leaf("item", "third")};
  two.children[1].attributes = {{"id", "a/b"}, {"lang", "en"}};
  two.children[3].attributes = {{"id", "c]"}};
  XNode first = leaf("firstlevel", "");
  first.children = {leaf("one", "value"), two, leaf("three", "value three")};
  XDocument document;
  document.node.children = {first};
  return PathWalker(document);
}

std::string text_at(PathWalker walker, std::string_view path) {
  walker.go(path);
  return walker.text();
}

}  // namespace

TEST_CASE("XPath: the manual's examples over JSON") {
  PathWalker walker = json_walker();
  walker.go("/json");
  CHECK(walker.element() == "json");
  CHECK(walker.parent() == "");
  CHECK(walker.child_count() == 1);
  CHECK(walker.child_name(0) == "firstlevel");
  CHECK(walker.child_text(0) == "");
  CHECK(walker.sub_tree() == kJson);
  walker.go("/json/firstlevel/one");
  CHECK(walker.element() == "one");
  CHECK(walker.text() == "value");
  CHECK(walker.parent() == "firstlevel");
  CHECK(walker.child_count() == 0);
  CHECK(walker.sub_tree() == "\"value\"");
  walker.go("/json/firstlevel/two/[2]");
  CHECK(walker.text() == "second");
  CHECK(walker.element() == "");
  CHECK(walker.parent() == "two");
  CHECK(walker.path() == "/json/firstlevel/two/[2]");
}

TEST_CASE("XPath: the manual's examples over XML") {
  PathWalker walker = xml_walker();
  walker.go("/");
  CHECK(walker.child_count() == 1);
  CHECK(walker.path() == "/");
  CHECK(text_at(walker, "/firstlevel/one") == "value");
  CHECK(text_at(walker, "/firstlevel/two/item[2]") == "second");
  CHECK(text_at(walker, "/firstlevel/two/item") == "first");
  CHECK(text_at(walker, "/firstlevel/two/[4]") == "third");
  CHECK(text_at(walker, "/firstlevel/two/*[3]") == "x");
  CHECK(text_at(walker, "/*/*[2]/*[last()]") == "third");
  CHECK(text_at(walker, "/firstlevel/two/item[last()]") == "third");
  CHECK(text_at(walker, "/firstlevel/two/item[last()-1]") == "second");
  CHECK(text_at(walker, "/firstlevel/two/item[ last() - 2 ]") == "first");
  CHECK(text_at(walker, "/firstlevel/two/[last()-1]") == "x");
  CHECK(text_at(walker, "/firstlevel/two/item[@id=\"a/b\"]") == "second");
  CHECK(text_at(walker, "/firstlevel/two/item[@id='c]']") == "third");
  CHECK(text_at(walker, "/firstlevel/two/*[@lang='en']") == "second");
  CHECK(text_at(walker, "/firstlevel/two/[@lang=\"en\"]/../../three") == "value three");
  walker.go("/firstlevel/two/item[2]");
  CHECK(walker.path() == "/firstlevel/two/item[2]");
  walker.go("../other");
  CHECK(walker.path() == "/firstlevel/two/other");
}

TEST_CASE("XPath: relative paths, the current element, the parent") {
  PathWalker walker = json_walker();
  walker.go("/json/firstlevel");
  walker.go("two/[1]");
  CHECK(walker.text() == "first");
  walker.go(".");
  CHECK(walker.text() == "first");
  walker.go("../[last()]");
  CHECK(walker.text() == "second");
  walker.go("./../../one");
  CHECK(walker.text() == "value");
  walker.go("..");
  CHECK(walker.element() == "firstlevel");
  CHECK(walker.child_count() == 3);
  CHECK(walker.child_name(0) == "one");
  CHECK(walker.child_name(1) == "two");
  CHECK(walker.child_text(2) == "value three");
  CHECK(code_of([&] { static_cast<void>(walker.child_name(3)); }) == 606);
  CHECK(code_of([&] { static_cast<void>(walker.child_text(3)); }) == 606);
  walker.go("../../json/*/[2]/[1]");
  CHECK(walker.text() == "first");
}

TEST_CASE("XPath: values of every kind, names that a path cannot hold") {
  PathWalker walker(threeds::json_tree(
      R"({"n":12345678901234567890,"t":true,"z":null,"s":"a\u00e4\n\"","e":{},"l":[],)"
      R"("a/b":"slash","[1]":"bracket","":"none","..":"dots","*":[[1,2],{"x":[3]}]})"));
  CHECK(text_at(walker, "/json/n") == "12345678901234567890");
  CHECK(text_at(walker, "/json/t") == "true");
  CHECK(text_at(walker, "/json/z") == "null");
  CHECK(text_at(walker, "/json/s") == "a\xC3\xA4\n\"");
  CHECK(text_at(walker, "/json/[7]") == "slash");
  CHECK(text_at(walker, "/json/[8]") == "bracket");
  CHECK(text_at(walker, "/json/[9]") == "none");
  walker.go("/json/[10]");
  CHECK(walker.element() == "..");
  CHECK(walker.path() == "/json/[10]");
  walker.go("/json/[11]/[2]/x/[1]");
  CHECK(walker.text() == "3");
  CHECK(walker.path() == "/json/[11]/[2]/x/[1]");
  walker.go(walker.path());
  CHECK(walker.text() == "3");
  walker.go("/json/e");
  CHECK(walker.sub_tree() == "{}");
  CHECK(walker.child_count() == 0);
}

TEST_CASE("XPath: every place has a path that leads there") {
  const std::string json = cres(Version::k231, 2).json();
  PathWalker walker(threeds::json_tree(json));
  walker.go("/json");
  for (std::size_t i = 0; i < walker.child_count(); ++i) {
    PathWalker child = walker;
    child.go("[" + std::to_string(i + 1) + "]");
    const std::string path = child.path();
    const std::string text = child.text();
    CHECK(path == "/json/" + walker.child_name(i));
    child.go("/json");
    child.go(path);
    CHECK(child.text() == text);
  }
}

TEST_CASE("XPath: what is malformed or points nowhere is 713 and changes nothing") {
  PathWalker walker = json_walker();
  walker.go("/json/firstlevel/one");
  for (const char* path : {"",
                           "//",
                           "/json//one",
                           "/json/",
                           "/xml",
                           "/json/nothing",
                           "/json/firstlevel/two/[3]",
                           "/json/firstlevel/two/[0]",
                           "/json/firstlevel/two/[last()-2]",
                           "/json/[",
                           "/json/]",
                           "/json/[]",
                           "/json/[1",
                           "/json/[1]x",
                           "/json/[-1]",
                           "/json/[+1]",
                           "/json/[first()]",
                           "/json/[last]",
                           "/json/[last()+1]",
                           "/json/[last()-]",
                           "/json/[last()-x]",
                           "/json/[99999999999999999999]",
                           "/json/[@a]",
                           "/json/[@=\"x\"]",
                           "/json/[@a=x]",
                           "/json/[@a=\"x']",
                           "/json/firstlevel[@a=\"x\"]",
                           "../../../..",
                           "[1]",
                           "/json/[1][1]",
                           "/json/ ",
                           "/JSON"}) {
    CAPTURE(path);
    CHECK(code_of([&] { walker.go(path); }) == 713);
    CHECK(walker.path() == "/json/firstlevel/one");
    CHECK(walker.text() == "value");
  }
  CHECK(code_of([&] { walker.go("[0]"); }) == 713);
  CHECK(last_text().find("begin with 1") != std::string::npos);
  CHECK(code_of([] { threeds::json_tree("{"); }) == 713);
  CHECK(code_of([] { threeds::json_tree(std::string(100000, '[')); }) == 713);
}

TEST_CASE("XPath: the last message, and none") {
  MessagePath path;
  CHECK(code_of([&] { path.go("/json"); }) == 713);
  CHECK(path.walker().element() == "");
  CHECK(path.walker().child_count() == 0);
  path.set_message(R"({"a":"1"})");
  CHECK(path.walker().path() == "/json");
  path.go("a");
  CHECK(path.walker().text() == "1");
  path.set_message(R"({"b":"2","c":"3"})");
  CHECK(path.walker().path() == "/json");
  CHECK(path.walker().child_count() == 2);
  path.go("/json/c");
  CHECK(path.walker().text() == "3");
  path.set_message("");
  CHECK(path.message() == "");
  CHECK(path.walker().text() == "");
}
