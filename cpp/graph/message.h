// One message of a listing, as far as the backup and its events need it.
#pragma once

#include <string>

namespace coffer::graph {

struct Message {
  std::string id;
  std::string subject;
  std::string from;  // RFC 5322 mailboxes joined by ", "
  std::string sent_to;
  std::string cc;
  std::string bcc;
  std::string received;  // dates as sent, "" when missing
  std::string sent;
  std::string created;
  std::string modified;
  std::string internet_message_id;
  bool has_attachments = false;
  std::string problem;  // not empty: this item cannot be backed up (706), and why
};

}  // namespace coffer::graph
