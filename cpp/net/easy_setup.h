// The settings of a run as options of a libcurl handle.
//
// Threads: the transport's thread.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "net/options.h"
#include "net/proxy_choice.h"

namespace coffer::net {

struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;
void append(HeaderList& list, const std::string& line);  // throws 30002

[[noreturn]] void refuse_option(CURLoption option, CURLcode why);

// Sets one option; throws when libcurl refuses it (30005: our options are always known to it).
template <class T>
void set(CURL* easy, CURLoption option, T value) {
  if (const CURLcode why = curl_easy_setopt(easy, option, value); why != CURLE_OK) {
    refuse_option(option, why);
  }
}

// Everything but the request itself. `overridden`: a certificate of this host was or may be
// accepted against libcurl's verdict; then TlsContext's judge decides alone.
void apply_settings(CURL* easy, const TransportOptions& options, const Url& url,
                    const ProxyChoice& proxy, bool overridden);

}  // namespace coffer::net
