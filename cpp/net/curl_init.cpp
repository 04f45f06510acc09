#include "net/curl_init.h"

#include <curl/curl.h>

#include "core/error.h"

namespace coffer::net {

namespace {

// curl_global_init locks by itself from 7.84 on (feature "threadsafe") and counts its callers, so
// it does not matter whether the application has called it before. It is never undone: a
// curl_global_cleanup while another thread uses libcurl is undefined, and at exit the system frees
// what is left.
//
// libcurl opens the file that the variable SSLKEYLOGFILE names when it starts. The environment
// belongs to the application and is left alone; instead TlsContext takes the callback that writes
// secrets out of every connection of ours.
int start() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw core::Error(30005, "libcurl cannot be initialised.");
  }
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (info->version_num < 0x075500) {
    throw core::Error(30005, "libcurl is older than 7.85; install a newer one.");
  }
  return 1;
}

}  // namespace

void use_curl() {
  static const int started = start();
  static_cast<void>(started);
}

}  // namespace coffer::net
