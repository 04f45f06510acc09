// A small web server for the browser of this machine: libmicrohttpd on loopback sockets.
//
// Threads: the object belongs to one thread at a time; the handler runs in the server's threads,
// possibly in two at once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/wipe.h"
#include "loopback/listener.h"

namespace coffer::loopback {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // GET, HEAD or POST; the server refuses all others
  std::string path;    // decoded
  Fields fields;       // of the query, and of the form that a POST carries
};

struct Response {
  int status = 200;
  std::string body;
  std::string type = "text/html; charset=utf-8";
  Fields headers;  // besides Content-Type, Cache-Control, Referrer-Policy, X-Content-Type-Options
};

struct HttpServerOptions {
  Family family = Family::kBoth;
  int port = 0;
  // PEM; both empty: plain http. Several certificates: the server's own first.
  core::Secret key_pem;
  std::string certificate_pem;
};

class HttpServer {
 public:
  using Handler = std::function<Response(const Request&)>;
  // Listens when it returns. Throws 10048 and its like for the port, 270 when a TLS server cannot
  // be made of key and certificate.
  HttpServer(const HttpServerOptions& options, Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Gives answers that are on their way up to two seconds, then closes everything.
  ~HttpServer();

  int port() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// application/x-www-form-urlencoded, names and values decoded; what cannot be decoded is left out.
Fields parse_form(std::string_view text);

}  // namespace coffer::loopback
