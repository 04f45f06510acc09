// Config("Name=Value").
#include <doctest/doctest.h>

#include <string>

#include "thing.h"

using namespace thing;  // NOLINT(google-build-using-namespace)

TEST_CASE("config finds names whatever their case, and the value is all after the first =") {
  Thing thing;
  CHECK(thing.config("plain=a=b") == "a=b");
  CHECK(thing.config(" PLAIN ") == "a=b");
  CHECK(thing.config("Plain = x ") == " x ");
  CHECK(thing.config("Plain=").empty());
}

TEST_CASE("config reads truth values in every documented spelling and writes one") {
  Thing thing;
  for (const char* word : {"True", "TRUE", "true", "1", "Yes", "yes"}) {
    CHECK(thing.config("UseIt=False") == "False");
    CHECK(thing.config(std::string("UseIt=") + word) == "True");
  }
  for (const char* word : {"False", "false", "0", "No", "NO"}) {
    CHECK(thing.config("UseIt=1") == "True");
    CHECK(thing.config(std::string("UseIt=") + word) == "False");
  }
  CHECK(code_of([&] { thing.config("UseIt=maybe"); }) == 713);
  CHECK(code_of([&] { thing.config("UseIt="); }) == 713);
  CHECK(code_of([&] { thing.config("UseIt=2"); }) == 713);
}

TEST_CASE("config keeps numbers to their range and words to their list") {
  Thing thing;
  CHECK(thing.config("Retries=007") == "7");
  CHECK(code_of([&] { thing.config("Retries=-1"); }) == 713);
  CHECK(code_of([&] { thing.config("Retries=2147483648"); }) == 713);
  CHECK(code_of([&] { thing.config("Retries=99999999999999999999"); }) == 713);
  CHECK(code_of([&] { thing.config("Retries=5x"); }) == 713);
  CHECK(code_of([&] { thing.config("Retries="); }) == 713);
  CHECK(thing.config("Retries") == "7");
  CHECK(code_of([&] { thing.config("Version=3.0"); }) == 713);
  CHECK(contains(text_of([&] { thing.config("Version=3.0"); }), "1.0, 1.1"));
  CHECK(thing.config("Switch=on") == "ON");
  CHECK(thing.setting_flag(kSwitch));
  CHECK(thing.config("Switch=Off") == "OFF");
  CHECK_FALSE(thing.setting_flag(kSwitch));
  CHECK(thing.config("Bits=3840") == "3840");
  CHECK(code_of([&] { thing.config("Bits=48"); }) == 713);
  CHECK(code_of([&] { thing.config("Bits=0"); }) == 713);
  CHECK(thing.setting_number(kBits) == 3840);
}

TEST_CASE("config refuses unknown names and helps with a misspelled one") {
  Thing thing;
  CHECK(code_of([&] { thing.config("Unheard"); }) == 714);
  CHECK(code_of([&] { thing.config(""); }) == 714);
  CHECK(code_of([&] { thing.config("=x"); }) == 714);
  CHECK(code_of([&] { thing.config("Plain[0]"); }) == 714);
  const std::string hint = text_of([&] { thing.config("Retrys=3"); });
  CHECK(contains(hint, "Retries"));
  // Whoever swaps name and value must not find a secret in an error text.
  CHECK_FALSE(contains(text_of([&] { thing.config("s3cr3t=Token"); }), "s3cr3t"));
}

TEST_CASE("config indexes: what a count allows, and nothing else") {
  Thing thing;
  CHECK(code_of([&] { thing.config("Param[0]=x"); }) == 606);
  CHECK(thing.config("ParamCount=2") == "2");
  CHECK(thing.config("Param[1]=x") == "x");
  CHECK(thing.config("param[ 1 ]") == "x");
  CHECK(thing.config("Param[0]").empty());
  for (const char* name : {"Param[2]", "Param[-1]", "Param[x]", "Param[]", "Param"}) {
    CHECK_MESSAGE(code_of([&] { thing.config(name); }) == 606, name);
  }
  CHECK(thing.config("ParamCount=1") == "1");
  CHECK(code_of([&] { thing.config("Param[1]"); }) == 606);
  CHECK(code_of([&] { thing.config("ParamCount=6"); }) == 713);
  // Without a count: any index up to a bound.
  CHECK(thing.config("Loose[3]") == "-");
  CHECK(thing.config("Loose[3]=y") == "y");
  CHECK(thing.config("Loose[2]") == "-");
  CHECK(code_of([&] { thing.config("Loose[1000]=y"); }) == 606);
}

TEST_CASE("an alias shares the property's value and its rules") {
  Thing thing;
  CHECK(thing.config("PortAgain=8080") == "8080");
  CHECK(thing.number(kPort) == 8080);
  thing.set(kPort, 0, std::int32_t{81});
  CHECK(thing.config("PortAgain") == "81");
  CHECK(code_of([&] { thing.config("PortAgain=70000"); }) == 713);
  CHECK(thing.number(kPort) == 81);
}

TEST_CASE("settings without effect are kept, unavailable ones refused with a reason") {
  Thing thing;
  CHECK(thing.config("Nothing=3") == "3");
  CHECK(code_of([&] { thing.config("Nothing=6"); }) == 713);
  CHECK(thing.config("NotYet=std") == "std");
  CHECK(contains(text_of([&] { thing.config("NotYet=x"); }), "not available in this version"));
  CHECK(code_of([&] { thing.config("NotYet=x"); }) == 713);
  // An empty answer would pass for "there is none".
  CHECK(code_of([&] { thing.config("Unread"); }) == 713);
  CHECK(contains(text_of([&] { thing.config("Unread"); }), "cannot be read: nobody looks at it"));
  CHECK(thing.config("Phase") == "3");
  CHECK(code_of([&] { thing.config("Phase=1"); }) == 713);
  CHECK(code_of([&] { thing.config("Folder=a\nb"); }) == 713);
}
