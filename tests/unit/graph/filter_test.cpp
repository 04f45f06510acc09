#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "graph/list_query.h"

namespace graph = coffer::graph;
using Names = std::vector<std::string>;

namespace {

graph::RewrittenFilter rewritten(const std::string& filter) {
  return graph::rewrite_filter(filter, [](const std::string& name) { return "ID_of_" + name; });
}

std::string text(const std::string& filter) {
  return rewritten(filter).text;
}

}  // namespace

TEST_CASE("filter: the manual's three examples") {
  CHECK(text("parentFolderId eq 'Inbox'") == "parentFolderId eq 'ID_of_inbox'");
  CHECK(text("address eq 'specific@address.com'") ==
        "from/emailAddress/address eq 'specific@address.com'");
  CHECK(text("parentFolderId eq 'Inbox' and address eq 'specific@address.com'") ==
        "parentFolderId eq 'ID_of_inbox' and from/emailAddress/address eq 'specific@address.com'");
}

TEST_CASE("filter: every way of comparing with a folder's name") {
  CHECK(text("parentFolderId ne 'inbox'") == "parentFolderId ne 'ID_of_inbox'");
  CHECK(text("'INBOX' eq parentFolderId") == "'ID_of_inbox' eq parentFolderId");
  CHECK(text("'Drafts' ne parentFolderId or 'x' eq subject") ==
        "'ID_of_drafts' ne parentFolderId or 'x' eq subject");
  CHECK(text("ParentFolderID EQ 'Sent Items'") == "ParentFolderID EQ 'ID_of_sentitems'");
  CHECK(text("parentFolderId eq 'Junk E-mail'") == "parentFolderId eq 'ID_of_junkemail'");
  CHECK(text("not(parentFolderId eq'Deleted Items')") ==
        "not(parentFolderId eq'ID_of_deleteditems')");
  CHECK(text("parentFolderId eq ('Inbox')") == "parentFolderId eq ('ID_of_inbox')");
  CHECK(text("('Inbox') eq parentFolderId") == "('ID_of_inbox') eq parentFolderId");
  CHECK(text("parentFolderId in ('Inbox', 'AAMkAGlongEnoughToBeAnId=','drafts')") ==
        "parentFolderId in ('ID_of_inbox', 'AAMkAGlongEnoughToBeAnId=','ID_of_drafts')");
  CHECK(text("parentFolderId\teq\n'Inbox'") == "parentFolderId\teq\n'ID_of_inbox'");
}

TEST_CASE("filter: all well-known names") {
  for (const std::string name :
       {"archive", "clutter", "conflicts", "conversationhistory", "deleteditems", "drafts", "inbox",
        "junkemail", "localfailures", "msgfolderroot", "outbox", "recoverableitemsdeletions",
        "scheduled", "searchfolders", "sentitems", "serverfailures", "syncissues"}) {
    CHECK(text("parentFolderId eq '" + name + "'") == "parentFolderId eq 'ID_of_" + name + "'");
  }
}

TEST_CASE("filter: what must not be touched") {
  for (const char* same : {"subject eq 'address'",
                           "subject eq 'parentFolderId eq ''Inbox'''",
                           "from/emailAddress/address eq 'a@b'",
                           "from / emailAddress / address eq 'a@b'",
                           "toRecipients/any(r:r/emailAddress/address eq 'a@b')",
                           "address/street eq 'x'",
                           "toRecipients/any(address:address eq 'x')",
                           "subject eq 'Inbox'",
                           "addresses eq 'x'",
                           "myaddress eq 'x'",
                           "@address eq 'x'",
                           "x.address eq 'x'",
                           "address('x') eq 1",
                           "parentFolderId/x eq 'Inbox'",
                           "x/parentFolderId eq 'Inbox'",
                           "parentFolderId gt 'Inbox'",
                           "parentFolderId eq 'AAMkAGI2TAAA-_longEnoughToBeAnId='",
                           "subject eq 'Inbox' and isRead",
                           "parentFolderId eq 'Inbox''s'",
                           "startswith(parentFolderId,'Inbox')",
                           "parentFolderId eq",
                           "parentFolderId eq 'Inbox",
                           "'",
                           "",
                           "  ",
                           "parentFolderId in (",
                           "parentFolderId in 'Inbox'",
                           "eq parentFolderId",
                           "subject eq 'Inbox' or parentFolderId",
                           "contains(subject,'x''address eq ')"}) {
    CAPTURE(same);
    CHECK(text(same) == same);
    CHECK(graph::folder_names_in(same).empty());
  }
}

TEST_CASE("filter: address where it stands for the message's own") {
  CHECK(text("(address eq 'a') or startswith(address,'b')") ==
        "(from/emailAddress/address eq 'a') or startswith(from/emailAddress/address,'b')");
  CHECK(text("'a' eq address") == "'a' eq from/emailAddress/address");
  CHECK(text("subject eq 'it''s' and address eq 'a'") ==
        "subject eq 'it''s' and from/emailAddress/address eq 'a'");
}

TEST_CASE("filter: names are listed in order, each once") {
  CHECK(graph::folder_names_in("parentFolderId eq 'Sent Items' or 'inbox' eq parentFolderId or "
                               "parentFolderId in ('INBOX','drafts','sentitems')") ==
        Names{"sentitems", "inbox", "drafts"});
  CHECK(graph::folder_names_in("subject eq 'inbox'").empty());
}

TEST_CASE("filter: an id is quoted as a literal") {
  const auto odd = [](const std::string&) { return std::string("a'b"); };
  CHECK(graph::rewrite_filter("parentFolderId eq 'Inbox'", odd).text == "parentFolderId eq 'a''b'");
}

TEST_CASE("filter: each rewriting is told once, in a sentence") {
  CHECK(rewritten("isRead eq true").notes.empty());
  const auto notes = rewritten(
                         "parentFolderId eq 'Inbox' or parentFolderId ne 'Inbox' or "
                         "address eq 'a' or address eq 'b'")
                         .notes;
  REQUIRE(notes.size() == 2);
  CHECK(notes[0].find("'Inbox'") != std::string::npos);
  CHECK(notes[0].find("inbox.") != std::string::npos);
  CHECK(notes[1].find("from/emailAddress/address") != std::string::npos);
}

TEST_CASE("filter: a folder's name that is none of the well-known ones is warned of") {
  const auto odd = rewritten("parentFolderId eq 'Projects'");
  CHECK(odd.text == "parentFolderId eq 'Projects'");
  REQUIRE(odd.notes.size() == 1);
  CHECK(odd.notes[0].find("'Projects'") != std::string::npos);
  CHECK(rewritten("parentFolderId eq 'AAMkAGI2TAAA-_longEnoughToBeAnId='").notes.empty());
}
