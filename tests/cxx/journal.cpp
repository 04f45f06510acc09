// The scenario of tests/python/scenario.py in C++, told event by event:  journal GRAPH_URL TOKEN
// FOLDER. Each line is the event's name and its fields as they came, in their order; names in
// small letters without what languages put between words.
#include <openssl/evp.h>

#include <array>
#include <coffer/coffer.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace {

using coffer::cloudbackup::Office365Backup;

// What a handler of the scenario throws.
struct Raised : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Journal {
 public:
  explicit Journal(std::string folder) : folder_(std::move(folder)) {
    backup_.on_before_message_backup([this](auto& e) { before(e); });
    backup_.on_message_backup([this](auto& e) {
      message("messagebackup", e);
      field("eml", e.eml());
      field("skip", e.skip());
      end();
      e.set_skip(++fetched_ == 3);
    });
    backup_.on_after_message_backup([this](auto& e) {
      begin("aftermessagebackup");
      field("id", e.id());
      end();
      if (++saved_ == 2) throw Raised("after the second");
    });
    backup_.on_message_error([this](auto& e) {
      begin("messageerror");
      field("id", e.id());
      field("errorcode", e.error_code());
      field("errormessage", e.error_message());
      field("retry", e.retry());
      end();
      ++errors_;
      e.set_retry(e.retry() || errors_ == 2);
    });
    backup_.on_message_delete([this](auto& e) {
      begin("messagedelete");
      field("id", e.id());
      field("backupfile", e.backup_file());
      field("skip", e.skip());
      end();
      e.set_skip(++deleted_ == 1);
    });
    backup_.on_end_backup([this](auto&) {
      begin("endbackup");
      end();
      ended_ = true;
    });
    rest();
  }

  void run(const std::string& url, const std::string& token) {
    backup_.set_authorization("Bearer " + token);
    backup_.set_data_folder(folder_);
    backup_.set_max_connections(1);
    backup_.set_sync_deletes(true);
    for (const std::string& setting :
         {"GraphURL=" + url, std::string("MailboxConcurrency=1"), std::string("MaxRetryCount=1"),
          std::string("RetryInterval=0"), std::string("LogLevel=1"),
          std::string("MessagePageSize=7")}) {
      backup_.config(setting);
    }
    once();  // everything is new
    std::cout << "--" << std::endl;
    std::cin.get();  // the test deletes messages meanwhile
    once();
    for (const char* counter :
         {"Listed", "Saved", "Unchanged", "Skipped", "Gone", "Failed", "Pending", "Deleted"}) {
      std::cout << counter << "=" << backup_.config(std::string("Messages") + counter) << "\n";
    }
  }

 private:
  void once() {
    ended_ = false;
    backup_.start_backup();
    while (!ended_) {
      try {
        backup_.do_events();
      } catch (const Raised& raised) {
        std::cout << "raised " << raised.what() << "\n";
      }
    }
  }

  // What the scenario does not expect, but would tell.
  void rest() {
    backup_.on_error([this](auto& e) {
      begin("error");
      field("errorcode", e.error_code());
      field("description", e.description());
      end();
    });
    backup_.on_log([this](auto& e) {
      begin("log");
      field("loglevel", e.log_level());
      field("message", e.message());
      field("logtype", e.log_type());
      end();
    });
    backup_.on_ssl_server_authentication([this](auto&) {
      begin("sslserverauthentication");
      end();
    });
    backup_.on_ssl_status([this](auto& e) {
      begin("sslstatus");
      field("message", e.message());
      end();
    });
  }

  void before(coffer::cloudbackup::Office365BackupBeforeMessageBackupEvent& e) {
    message("beforemessagebackup", e);
    field("backupfile", e.backup_file());
    field("skip", e.skip());
    end();
    switch (++before_) {
      case 3:
        e.set_skip(true);
        break;
      case 5:
        e.set_backup_file(folder_ + "/elsewhere/grün 😀.eml");
        break;
      case 6:
        e.set_skip(true);  // an answer that a failure takes back
        throw Raised("at the sixth");
      default:
        break;
    }
  }

  template <class Event>
  void message(const char* name, const Event& e) {
    begin(name);
    field("id", e.id());
    field("subject", e.subject());
    field("from", e.from());
    field("sentto", e.sent_to());
    field("cc", e.cc());
    field("bcc", e.bcc());
    field("receiveddatetime", e.received_date_time());
    field("sentdatetime", e.sent_date_time());
    field("createddatetime", e.created_date_time());
    field("bodycontenttype", e.body_content_type());
    field("hasattachments", e.has_attachments());
  }

  void begin(const char* name) { line_ = name; }
  void end() { std::cout << line_ << "\n"; }

  template <class Value>
  void field(const char* name, const Value& value) {
    line_ += std::string("\t") + name + "=" + shown(value);
  }

  std::string shown(const std::string& value) const {
    std::string text = value;
    const std::size_t at = text.find(folder_);
    if (at != std::string::npos) text.replace(at, folder_.size(), "FOLDER");
    std::string out;
    for (const char octet : text) {
      switch (octet) {
        case '\\':
          out += "\\\\";
          break;
        case '\t':
          out += "\\t";
          break;
        case '\r':
          out += "\\r";
          break;
        case '\n':
          out += "\\n";
          break;
        default:
          out += octet;
      }
    }
    return out;
  }
  static std::string shown(bool value) { return value ? "true" : "false"; }
  static std::string shown(std::int32_t value) { return std::to_string(value); }
  static std::string shown(coffer::BytesView value) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(value.data(), value.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string text = std::to_string(value.size()) + ":";
    for (std::size_t at = 0; at < 8; ++at) {
      std::array<char, 3> octet{};
      std::snprintf(octet.data(), octet.size(), "%02x", static_cast<unsigned>(digest.at(at)));
      text += octet.data();
    }
    return text;
  }

  Office365Backup backup_;
  const std::string folder_;
  std::string line_;
  int before_ = 0;
  int fetched_ = 0;
  int saved_ = 0;
  int deleted_ = 0;
  int errors_ = 0;
  bool ended_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    Journal(argv[3]).run(argv[1], argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
