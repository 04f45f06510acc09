// Rows of the protocol's tables as data. A test that works through a table counts which rows have
// a case, prints the count and fails for a row without one.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace threeds_test {

struct TableRow {
  std::string_view id;
  std::string_view text;      // as the table says it
  std::string_view versions;  // "1" is 2.1.0, "2" is 2.2.0, "3" is 2.3.1
};

// emv-3ds section 8, situation matrix.
inline const std::vector<TableRow> kSituations = {
    {"first", "first CReq: nothing else", "123"},
    {"submit", "UI 01/02/03 submit with data: challengeDataEntry (+challengeDataEntryTwo)", "123"},
    {"empty", "UI 01/02/03 submit empty: 2.1.0 nothing; 2.2.0+ challengeNoEntry", "123"},
    {"resend", "resend: resendChallenge Y, no data entry", "123"},
    {"oob", "UI 04 continue: oobContinue; with additional choice challengeAddCode instead", "123"},
    {"foreground", "UI 04 app back in foreground: oobContinue true / 02", "23"},
    {"url_failed", "oobAppURL cannot be opened: oobContinue 02 + oobAppStatus 01", "3"},
    {"html", "UI 05: challengeHTMLDataEntry", "123"},
    {"html_oob", "UI 06: user 01 + challengeHTMLDataEntry; automatic 02 alone", "3"},
    {"information", "UI 07: infoContinueIndicator true", "3"},
    {"additional", "additional choice: challengeAddCode Y", "3"},
    {"cancel", "cancel: challengeCancel only", "123"},
    {"consent", "trust / binding text was shown: + Y/N with every non-cancel answer", "23"},
};

// emv-3ds section 11.3. What no message shows (timers, connections, signatures) is the class's.
inline const std::vector<TableRow> kMessageErrors = {
    {"not_cres", "reply is not CRes/Erro; unparsable after decryption: 101", "123"},
    {"version_differs", "CRes messageVersion differs: 203, manual code 1102", "123"},
    {"version_unknown", "version unknown at all: 102", "123"},
    {"missing", "missing required / mandatory UI: 201", "123"},
    {"critical", "unknown critical extension: 202", "123"},
    {"format", "format, enumeration, non-https oobAppURL, HTML page blank: 203", "123"},
    {"empty", "empty: 203 (2.3.1, strict)", "3"},
    {"reserved", "value in a reserved range: 207 (2.3.1), 203 before", "123"},
    {"duplicate", "duplicate JSON names / array elements: 204", "123"},
    {"id", "id mismatch: 301", "123"},
    {"counter", "counter: 302", "123"},
    {"undecipherable", "JWE/tag: 302", "123"},
    {"erro", "Erro received: no Erro", "123"},
    {"status", "final transStatus invalid: no Erro; end", "123"},
};

class TableReport {
 public:
  TableReport(std::string_view name, const std::vector<TableRow>& rows)
      : name_(name), rows_(rows) {}

  void seen(std::string_view row, char version) {
    ++cases_;
    ++seen_[{std::string(row), version}];
  }

  // A row has a case in each of its versions.
  void finish() const {
    std::size_t wanted = 0;
    for (const TableRow& row : rows_) {
      for (const char version : row.versions) {
        ++wanted;
        CAPTURE(row.text);
        CAPTURE(version);
        CHECK(seen_.count({std::string(row.id), version}) == 1);
      }
    }
    for (const auto& entry : seen_) {
      bool known = false;
      for (const TableRow& row : rows_)
        known = known || row.id == entry.first.first;
      CAPTURE(entry.first.first);
      CHECK(known);
    }
    std::printf("%s: %zu rows, %zu rows by version, %zu cases\n", name_.c_str(), rows_.size(),
                wanted, cases_);
  }

 private:
  std::string name_;
  const std::vector<TableRow>& rows_;
  std::size_t cases_ = 0;
  std::map<std::pair<std::string, char>, std::size_t> seen_;
};

}  // namespace threeds_test
