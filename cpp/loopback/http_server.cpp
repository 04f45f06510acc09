#include "loopback/http_server.h"

#include <microhttpd.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include "core/error.h"
#include "core/text.h"

namespace coffer::loopback {

namespace {

// graph-mail 8.2: codes are long, and a token in a form is longer.
constexpr std::size_t kMaxHeader = std::size_t{96} << 10;
constexpr std::size_t kMaxBody = std::size_t{64} << 10;
constexpr unsigned kMaxConnections = 64;
constexpr unsigned kIdleSeconds = 10;
constexpr std::chrono::seconds kLastAnswers{2};

struct StopDaemon {
  void operator()(MHD_Daemon* daemon) const noexcept { MHD_stop_daemon(daemon); }
};
using Daemon = std::unique_ptr<MHD_Daemon, StopDaemon>;

struct FreeResponse {
  void operator()(MHD_Response* response) const noexcept { MHD_destroy_response(response); }
};

// What belongs to one request from its first octet to the last of its answer.
struct Exchange {
  std::string body;
  bool too_large = false;
};

MHD_Result add_field(void* fields, MHD_ValueKind /*kind*/, const char* name, std::size_t name_size,
                     const char* value, std::size_t value_size) noexcept {
  try {
    static_cast<Fields*>(fields)->emplace_back(
        std::string(name, name_size), value == nullptr ? "" : std::string(value, value_size));
  } catch (...) {
    return MHD_NO;
  }
  return MHD_YES;
}

std::string without_plus(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '+', ' ');
  return plain;
}

}  // namespace

Fields parse_form(std::string_view text) {
  Fields fields;
  for (const std::string_view part : core::split(text, '&')) {
    const std::size_t equals = part.find('=');
    const auto name = core::percent_decode(without_plus(part.substr(0, equals)));
    const auto value = equals == std::string_view::npos
                           ? std::optional<std::string>("")
                           : core::percent_decode(without_plus(part.substr(equals + 1)));
    if (name && value && !name->empty()) fields.emplace_back(*name, *value);
  }
  return fields;
}

struct HttpServer::Impl {
  Handler handler;
  int port = 0;
  std::mutex mutex;
  std::condition_variable idle;
  int answering = 0;              // answers that were begun and are not out yet
  std::vector<Socket> listeners;  // of daemons that take no more connections
  // Last: stopped before anything that their threads use goes.
  std::vector<Daemon> daemons;

  MHD_Result send(MHD_Connection* connection, const Response& answer) {
    const std::unique_ptr<MHD_Response, FreeResponse> response(MHD_create_response_from_buffer(
        answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY));
    if (!response) return MHD_NO;
    const auto add = [&](const char* name, const std::string& value) {
      MHD_add_response_header(response.get(), name, value.c_str());
    };
    add("Content-Type", answer.type);
    // The address of this page holds a code; it must stay neither in a cache nor in a Referer.
    add("Cache-Control", "no-store");
    add("Referrer-Policy", "no-referrer");
    add("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : answer.headers)
      add(name.c_str(), value);
    return MHD_queue_response(connection, static_cast<unsigned>(answer.status), response.get());
  }

  Response answer_to(MHD_Connection* connection, const char* path, const std::string& method,
                     const Exchange& exchange) {
    Response answer;
    if (method != "GET" && method != "HEAD" && method != "POST") {
      answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
      answer.headers = {{"Allow", "GET, HEAD, POST"}};
      return answer;
    }
    if (exchange.too_large) {
      answer.status = MHD_HTTP_CONTENT_TOO_LARGE;
      return answer;
    }
    Request request;
    request.method = method;
    request.path = path;
    MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, &add_field, &request.fields);
    if (method == "POST") {
      for (auto& field : parse_form(exchange.body))
        request.fields.push_back(std::move(field));
    }
    answer = handler(request);
    for (auto& field : request.fields)
      core::wipe(field.second);
    return answer;
  }

  MHD_Result receive(MHD_Connection* connection, const char* path, const char* method,
                     const char* data, std::size_t* size, void** state) {
    if (*state == nullptr) {
      *state = std::make_unique<Exchange>().release();  // taken back in `completed`
      const std::lock_guard<std::mutex> lock(mutex);
      ++answering;
      return MHD_YES;
    }
    Exchange& exchange = *static_cast<Exchange*>(*state);
    if (*size != 0) {
      exchange.too_large = exchange.too_large || exchange.body.size() + *size > kMaxBody;
      if (!exchange.too_large) exchange.body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    return send(connection, answer_to(connection, path, method, exchange));
  }

  void completed(void** state) {
    const std::unique_ptr<Exchange> exchange(static_cast<Exchange*>(*state));
    *state = nullptr;
    if (!exchange) return;
    core::wipe(exchange->body);
    const std::lock_guard<std::mutex> lock(mutex);
    if (--answering == 0) idle.notify_all();
  }

  void start(const HttpServerOptions& options, Listening&& listening) {
    const bool tls = !options.key_pem.empty() || !options.certificate_pem.empty();
    // Without MHD_USE_ITC a daemon cannot be quiesced.
    const unsigned flags =
        MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC | (tls ? MHD_USE_TLS : MHD_NO_FLAG);
    listeners.reserve(listening.sockets.size());  // the destructor must not run out of memory
    for (Socket& socket : listening.sockets) {
      std::vector<MHD_OptionItem> more;
      if (tls) {
        const auto text = [](const std::string& value) { return const_cast<char*>(value.c_str()); };
        more.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, text(options.key_pem.reveal())});
        more.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, text(options.certificate_pem)});
        more.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0,
                        const_cast<char*>("NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2")});
      }
      more.push_back({MHD_OPTION_END, 0, nullptr});
      Daemon daemon(MHD_start_daemon(flags, 0, nullptr, nullptr, &Impl::on_request, this,  //
                                     MHD_OPTION_LISTEN_SOCKET, socket.fd(),                //
                                     MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,         //
                                     MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds,          //
                                     MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMaxHeader,       //
                                     MHD_OPTION_NOTIFY_COMPLETED, &Impl::on_completed, this,
                                     MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END));
      if (!daemon) {
        throw core::Error(270, tls ? "The web server cannot use the certificate and the key of "
                                     "OAuthWebServerCertStore."
                                   : "The web server cannot be started.");
      }
      socket.release();  // the daemon closes it
      daemons.push_back(std::move(daemon));
    }
  }

  // No exception may cross the library's frames.
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char* /*version*/, const char* data,
                               std::size_t* size, void** state) noexcept {
    try {
      return static_cast<Impl*>(self)->receive(connection, path, method, data, size, state);
    } catch (...) {
      return MHD_NO;
    }
  }
  static void on_completed(void* self, MHD_Connection* /*connection*/, void** state,
                           MHD_RequestTerminationCode /*why*/) noexcept {
    static_cast<Impl*>(self)->completed(state);
  }
};

HttpServer::HttpServer(const HttpServerOptions& options, Handler handler)
    : impl_(std::make_unique<Impl>()) {
  impl_->handler = std::move(handler);
  Listening listening = listen_on_loopback(options.family, options.port);
  impl_->port = listening.port;
  impl_->start(options, std::move(listening));
}

HttpServer::~HttpServer() {
  for (const Daemon& daemon : impl_->daemons) {
    // No new connections. What it hands back is ours to close, but its thread may still use the
    // descriptor until the daemon has stopped (microhttpd.h, MHD_quiesce_daemon).
    Socket& listener = impl_->listeners.emplace_back(MHD_quiesce_daemon(daemon.get()));
    ::shutdown(listener.fd(), SHUT_RDWR);  // refuses at once
  }
  std::unique_lock<std::mutex> lock(impl_->mutex);
  impl_->idle.wait_for(lock, kLastAnswers, [this] { return impl_->answering == 0; });
}

int HttpServer::port() const noexcept {
  return impl_->port;
}

}  // namespace coffer::loopback
