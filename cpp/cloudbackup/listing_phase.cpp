#include "cloudbackup/listing_phase.h"

#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "graph/list_query.h"
#include "net/url.h"

namespace coffer::cloudbackup {
namespace {

using core::Error;

// Graph may send empty pages with a link (graph-mail 1.6), but a mailbox has an end.
constexpr int kMostEmptyPages = 1000;

// Which kind of id a page holds: by the header that confirms the preference, else by the ids'
// shape (graph-mail 3). "" when neither tells.
std::string id_kind_of(const graph::ListPage& page, const net::Reply& reply) {
  const std::string applied = core::lower(reply.header("Preference-Applied"));
  if (applied.find("immutableid") != std::string::npos) {
    return "immutable";
  }
  for (const graph::Message& message : page.messages) {
    if (core::starts_with(message.id, "AAkA")) {
      return "immutable";
    }
    if (core::starts_with(message.id, "AAMk") || core::starts_with(message.id, "AQMk")) {
      return "mutable";
    }
  }
  return "";
}

}  // namespace

void ListingPhase::step() {
  if (started_) {
    // The next page travels while this one is looked at: the loop sends between two steps.
    if (page_ && std::exchange(next_is_sent_, true)) {
      take_page();
    }
    return;
  }
  started_ = true;
  run_.log.info("Initialization Phase: the messages of the mailbox are listed.");
  folders_ = graph::folder_names_in(run_.settings.filter);
  resolve_next_folder();
}

void ListingPhase::resolve_next_folder() {
  if (next_folder_ == folders_.size()) {
    start_listing();
    return;
  }
  const std::string name = folders_[next_folder_++];
  const std::string mailbox = graph::mailbox_url(run_.settings.graph_url, run_.settings.user_id);
  get_with_retries(run_, graph::folder_url(mailbox, name), true,
                   [this, name](CallResult&& result) { folder_resolved(name, std::move(result)); });
}

void ListingPhase::folder_resolved(const std::string& name, CallResult&& result) {
  const std::string failed = "The folder '" + name +
                             "' that Filter names could not be resolved; correct its name, or "
                             "compare parentFolderId with the folder's id. ";
  if (result.code != 0) {
    run_.fail(result.refused ? 704 : result.code, failed + result.text);
    return;
  }
  try {
    const auto document = core::Document::parse(result.reply.body, 706, "a folder");
    const std::string id = document.root()["id"].string_or("");
    if (id.empty()) {
      run_.fail(704, failed + "The service gave no id.");
      return;
    }
    folder_ids_[name] = id;
  } catch (const Error& error) {
    run_.fail(error.code(), failed + error.what());
    return;
  }
  resolve_next_folder();
}

void ListingPhase::start_listing() {
  graph::ListQuery query;
  query.base = run_.settings.graph_url;
  query.user_id = run_.settings.user_id;
  query.page_size = run_.settings.page_size;
  query.dates = run_.settings.dates;
  const graph::RewrittenFilter filter = graph::rewrite_filter(
      run_.settings.filter, [this](const std::string& name) { return folder_ids_[name]; });
  query.filter = filter.text;
  for (const std::string& note : filter.notes) {
    run_.log.info(note);
  }
  fetch_page(graph::list_url(query));
}

void ListingPhase::fetch_page(const std::string& url) {
  get_with_retries(run_, url, true,
                   [this, url](CallResult&& result) { page_arrived(url, std::move(result)); });
}

void ListingPhase::page_arrived(const std::string& url, CallResult&& result) {
  take_page();
  if (result.code != 0) {
    page_failed(result);
    return;
  }
  graph::ListPage page;
  try {
    page = graph::parse_list_page(result.reply.body);
  } catch (const Error& error) {
    // A reply cut by a gateway on the way looks like this too: it gets the same tries.
    if (++unreadable_pages_ <= run_.settings.max_retry_count) {
      run_.log.info(std::string("A page of the listing could not be understood and is asked for "
                                "again: ") +
                    error.what());
      run_.timers.at(run_.clock.now() + run_.settings.retry_interval,
                     [this, url] { fetch_page(url); });
      return;
    }
    run_.fail(error.code(), error.what());
    return;
  }
  unreadable_pages_ = 0;
  if (!check_identity(page, result.reply)) {
    return;
  }
  const bool last = page.next_link.empty();
  empty_pages_ = page.messages.empty() ? empty_pages_ + 1 : 0;
  if (!last && empty_pages_ > kMostEmptyPages) {
    run_.fail(706, "The listing does not end: page after page without a message.");
    return;
  }
  if (!last && !follow(page.next_link)) {
    return;
  }
  page_ = std::move(page);
  next_is_sent_ = last;
}

void ListingPhase::take_page() {
  if (!page_) {
    return;
  }
  for (const graph::Message& message : page_->messages) {
    take(message);
  }
  run_.log.info("Listed " + std::to_string(page_->messages.size()) + " messages, " +
                std::to_string(run_.counters.values().listed) + " in all.");
  done_ = page_->next_link.empty();
  page_.reset();
}

void ListingPhase::page_failed(const CallResult& result) {
  if (!result.refused) {
    if (result.transient) {
      run_.fail(705, "The listing was given up after " +
                         std::to_string(run_.settings.max_retry_count) +
                         " retries; nothing was deleted. Call ResumeBackup later. " + result.text);
    } else {
      run_.fail(result.code, result.text);
    }
    return;
  }
  switch (result.service.verdict) {
    case graph::Verdict::kBadRequest:
      if (!run_.settings.filter.empty()) {
        run_.fail(704, "The service refuses the Filter; correct it (see Graph's $filter syntax). " +
                           result.text);
        return;
      }
      break;
    case graph::Verdict::kForbidden:
      run_.fail(151,
                "The token does not allow to read this mailbox: it needs Mail.Read, or "
                "Mail.Read.Shared and a permission in Exchange for another user's mailbox. " +
                    result.text);
      return;
    case graph::Verdict::kMailboxGone:
    case graph::Verdict::kGone:
      run_.fail(151,
                "There is no such mailbox, or it is not hosted in Microsoft 365; check UserId. " +
                    result.text);
      return;
    case graph::Verdict::kTransient:
    case graph::Verdict::kThrottled:
      run_.fail(705, "The listing was given up after " +
                         std::to_string(run_.settings.max_retry_count) +
                         " retries; nothing was deleted. Call ResumeBackup later. " + result.text);
      return;
    default:
      break;
  }
  run_.fail(151, result.text);
}

bool ListingPhase::follow(const std::string& next_link) {
  const net::Url url = net::Url::parse(next_link);
  if (!url.valid || url.has_userinfo || !url.same_origin(run_.settings.service)) {
    run_.fail(706, "The listing's @odata.nextLink is not an absolute URL of " +
                       run_.settings.service.origin() + "; it was not followed.");
    return false;
  }
  if (!links_.insert(crypto::sha1_hex(next_link)).second) {
    run_.fail(706, "The listing's @odata.nextLink leads in a circle; the listing is not complete.");
    return false;
  }
  fetch_page(next_link);
  return true;
}

bool ListingPhase::check_identity(const graph::ListPage& page, const net::Reply& reply) {
  const std::string wanted = run_.settings.immutable_ids ? "immutable" : "mutable";
  const std::string kind = id_kind_of(page, reply);
  if (!kind.empty() && kind != wanted) {
    run_.fail(716, "The service sent " + kind + " ids although " + wanted +
                       " ones were asked for; the two kinds cannot share a DataFolder. Set "
                       "ImmutableIds accordingly and use a DataFolder of its own.");
    return false;
  }
  if (bound_) {
    return true;
  }
  store::Identity identity;
  identity.service = run_.settings.service.origin();
  identity.id_kind = wanted;
  identity.mailbox = graph::mailbox_of_context(page.context);
  if (identity.mailbox.empty()) {
    identity.mailbox =
        run_.settings.user_id.empty() ? run_.settings.mailbox_hint : run_.settings.user_id;
  }
  try {
    run_.store.bind(identity);
  } catch (const Error& error) {
    run_.fail(error.code(), error.what());
    return false;
  }
  bound_ = true;
  return true;
}

void ListingPhase::take(const graph::Message& message) {
  if (!message.problem.empty()) {
    run_.item_given_up = true;
    if (run_.spool->add(message)) {
      run_.counters.add_listed();
    }
    return;
  }
  // With nobody to be asked about it, a message that is here unchanged is settled at once; it
  // needs no place in the spool.
  const auto stored = run_.store.find(message.id);
  if (stored) {
    if (!run_.seen.set(stored->row)) {
      return;  // named twice by a listing whose pages shifted
    }
    if (stored->modified == message.modified && !run_.events.wants(kOnBeforeMessageBackup)) {
      run_.counters.add_listed();
      run_.counters.settle(Fate::kUnchanged);
      return;
    }
  }
  if (run_.spool->add(message)) {
    run_.counters.add_listed();
  }
}

}  // namespace coffer::cloudbackup
