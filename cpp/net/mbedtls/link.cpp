#include "net/mbedtls/link.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "net/record_names.h"

namespace coffer::net::internal {

namespace {

curl_waitfd wait_for(int socket, bool read, bool write) {
  curl_waitfd one{};
  one.fd = socket;
  one.events = static_cast<short>((read ? CURL_WAIT_POLLIN : 0) | (write ? CURL_WAIT_POLLOUT : 0));
  return one;
}

// The way to the proxy itself: through the firewall in front of it, if there is one.
ProxyChoice way_to_proxy(const ProxyChoice& route) {
  ProxyChoice way;
  way.url = route.pre_proxy;
  way.firewall = !route.pre_proxy.empty();
  way.label = way.firewall ? route.pre_label : route.label;
  return way;
}

}  // namespace

Provider::Provider(CURLM* handle, const TransportOptions& given,
                   std::shared_ptr<const TlsGate> asked)
    : multi(handle),
      options(given),
      gate(std::move(asked)),
      server(given, Config::For::kServer),
      proxy(given, Config::For::kProxy),
      trust(given) {}

// A client certificate that cannot be used ends what needs it, not every transport.
const Config& Provider::for_service() {
  if (!service_) service_ = std::make_unique<const Config>(options, Config::For::kService);
  return *service_;
}

std::string Target::key() const {
  return host + " " + std::to_string(port) + (for_proxy ? " proxy" : "") +
         (for_service ? " service" : "");
}

Link::Link(Provider& provider, Target target)
    : provider_(provider),
      target_(std::move(target)),
      started_(std::chrono::steady_clock::now()),
      handshake_(std::make_shared<Handshake>()) {
  handshake_->host = target_.host;
  handshake_->for_proxy = target_.for_proxy;
  handshake_->gate = provider.gate;
  handshake_->options = &provider.options;
  handshake_->for_service = target_.for_service;
}

Link::~Link() {
  if (state_ == State::kOpen && !down_over_) stream_->close_notify();
}

void Link::dial() {
  if (target_.for_service) provider_.for_service();
  state_ = State::kDialing;
  ProxyChoice route = target_.route;
  Dial::OpenSocket open_socket;
  if (route.tls) {
    // libcurl speaks CONNECT in the clear, into a link that speaks TLS to the proxy.
    route.url.replace(0, route.url.find("://"), "http");
    route.pre_proxy.clear();
    open_socket = [this](curl_sockaddr& address) { return open_inner(address); };
  }
  dial_ = std::make_unique<Dial>(provider_.multi, provider_.options, target_.host, target_.port,
                                 route, std::move(open_socket));
}

Target Link::proxy_of(const ProxyChoice& route) {
  Target proxy;
  proxy.host = route.host;
  proxy.port = route.port;
  proxy.route = way_to_proxy(route);
  proxy.for_proxy = true;
  proxy.label = route.name();
  return proxy;
}

// Called by libcurl: nothing may begin in here.
curl_socket_t Link::open_inner(curl_sockaddr& address) {
  inner_ = std::make_unique<Link>(provider_, proxy_of(target_.route));
  return inner_->take_end_at(address);
}

const std::string& Link::path() {
  if (path_.empty()) path_ = local_.open_path();
  return path_;
}

curl_socket_t Link::take_end() {
  return local_.taken() ? CURL_SOCKET_BAD : local_.client().release();
}

curl_socket_t Link::take_end_at(curl_sockaddr& address) {
  if (local_.taken()) return CURL_SOCKET_BAD;
  sockaddr_un where{};
  socklen_t size = 0;
  local_.open_name(where, size);
  Socket end = local_.client();
  // A name of the kernel's choice is short (six octets).
  if (size > sizeof address.addr) throw core::Error(30005, "A local socket has too long a name.");
  std::memcpy(&address.addr, &where, size);
  address.addrlen = size;
  address.family = AF_UNIX;
  address.socktype = SOCK_STREAM;
  address.protocol = 0;
  return end.release();
}

bool Link::landed(CURL* easy, CURLcode result) {
  if (inner_ && inner_->landed(easy, result)) return true;
  if (!dial_ || dial_->easy() != easy) return false;
  Failure failure;
  Socket wire = dial_->finish(result, failure);
  dial_.reset();
  if (!wire) {
    fail(inner_ && inner_->failure().code != 0 ? inner_->failure() : failure);
    return true;
  }
  wire_ = std::move(wire);
  begin_tls();
  return true;
}

void Link::begin_tls() {
  state_ = State::kHandshake;
  if (provider_.options.ssl_status) {
    provider_.options.ssl_status("Handshake with " + target_.host + " begins.");
  }
  if (provider_.options.connecting && !target_.for_proxy) provider_.options.connecting();
  const Config& config = target_.for_proxy     ? provider_.proxy
                         : target_.for_service ? provider_.for_service()
                                               : provider_.server;
  TlsStream::Report report;
  if (provider_.options.log_packets && provider_.options.ssl_status) {
    report = [this](bool sent, const std::string& line) {
      provider_.options.ssl_status(packet_status(sent, target_.host, line));
    };
  }
  stream_ = std::make_unique<TlsStream>(
      config, wire_.get(), target_.host,
      [this](const std::vector<std::string>& chain) { return judge(chain); }, report);
  if (!provider_.options.reuse_session) return;
  const auto found = provider_.sessions.find(target_.key());
  if (found == provider_.sessions.end()) return;
  // A resumed handshake shows no certificate, so the one of then is judged now.
  if (judge(found->second->chain)) {
    offered_ = found->second;
    stream_->resume(*offered_);
  } else {
    provider_.sessions.erase(found);
    handshake_->refused = handshake_->undecided = false;
  }
}

bool Link::judge(const std::vector<std::string>& chain) {
  handshake_->certificate = provider_.trust.judge(chain, target_.host, target_.for_proxy);
  const ServerCertificate& certificate = handshake_->certificate;
  bool accept = certificate.verified;
  handshake_->undecided = false;
  if (provider_.gate && !target_.for_proxy) {
    const TlsGate::Decision decision =
        provider_.gate->decision(target_.host, certificate.der, certificate.verified);
    accept = decision == TlsGate::Decision::kAccepted;
    handshake_->undecided = decision == TlsGate::Decision::kUnknown;
  }
  handshake_->refused = !accept && !handshake_->undecided;
  handshake_->accepted = accept;
  return accept;
}

void Link::shake_hands() {
  const TlsStream::Step step = stream_->handshake();
  writes_blocked_ = step == TlsStream::Step::kWantsWrite;
  if (step == TlsStream::Step::kWantsRead || step == TlsStream::Step::kWantsWrite) return;
  if (step == TlsStream::Step::kDone) {
    opened();
    return;
  }
  if (handshake_->refused || handshake_->undecided) {
    std::string why = handshake_->certificate.status;
    if (why == "OK" && provider_.gate) {
      why = provider_.gate->refusal(target_.host, handshake_->certificate.der);
    }
    if (why == "OK") why = "by the application";
    fail({280, "The certificate of " + target_.label + " was refused: " + why + ".", false});
  } else if (stream_->certificate_unreadable()) {
    fail({280,
          "The certificate of " + target_.label +
              " was refused: it cannot be read with SSLProvider Internal (" + stream_->words() +
              ").",
          false});
  } else {
    fail(handshake_failure());
  }
}

Failure Link::handshake_failure() const {
  // In TLS 1.3 a server judges when our part is done, and its alert may be lost when it hangs up.
  const bool hung_up = stream_->cut() && stream_->version() == kTls13;
  if (auto refused = certificate_failure(hung_up)) return std::move(*refused);
  return {276, "The TLS handshake with " + target_.label + " failed. (" + stream_->words() + ")",
          stream_->cut() && stream_->alert() < 0};
}

std::optional<Failure> Link::certificate_failure(bool hung_up) const {
  if (!stream_->certificate_asked()) return std::nullopt;
  const bool sent = target_.for_service && !provider_.options.client_certificate.empty();
  std::string why = client_certificate_refusal(target_.label, sent, stream_->alert(), hung_up);
  if (why.empty()) return std::nullopt;
  return Failure{281, std::move(why), hung_up};
}

NegotiatedSession Link::negotiated() const {
  return negotiated_session(version_, suite_, finite_field_, key_exchange_bits_);
}

std::pair<std::string, int> Link::local_end() const {
  return local_end_;
}

void Link::opened() {
  local_end_ = local_end_of(wire_.get());
  state_ = State::kOpen;
  protocol_ = stream_->protocol();
  version_ = stream_->version();
  suite_ = stream_->suite();
  key_exchange_bits_ = stream_->key_exchange_bits();
  finite_field_ = stream_->finite_field();
  down_.resize(kRoom);
  up_.resize(kRecord);
  if (version_ != kTls13) keep_session();
}

void Link::keep_session() {
  if (!provider_.options.reuse_session) return;
  if (auto session = stream_->session()) {
    provider_.sessions[target_.key()] = std::move(session);
  }
}

void Link::advance() {
  busy_ = false;
  if (inner_) inner_->advance();
  switch (state_) {
    case State::kNew:
      try {
        dial();
      } catch (const core::Error& error) {
        fail({error.code(), error.what(), false});
      }
      break;
    case State::kHandshake:
      shake_hands();
      if (state_ == State::kOpen) move();
      break;
    case State::kOpen:
      move();
      break;
    case State::kDialing:
    case State::kEnded:
      break;
  }
  if (inner_ && inner_->busy()) busy_ = true;
}

void Link::fail(Failure failure) {
  failure_ = std::move(failure);
  end();
}

// Says goodbye and closes; libcurl finds its end closed.
void Link::end() noexcept {
  if (state_ == State::kOpen && !up_over_) stream_->close_notify();
  state_ = State::kEnded;
  down_over_ = up_over_ = true;
  dial_.reset();
  inner_.reset();
  stream_.reset();
  wire_.reset();
  local_.close();
  ours_.reset();
}

void Link::watch(std::vector<curl_waitfd>& set) const {
  if (inner_) inner_->watch(set);
  switch (state_) {
    case State::kHandshake:
      set.push_back(wait_for(wire_.get(), !writes_blocked_, writes_blocked_));
      break;
    case State::kOpen: {
      const bool room = !down_over_ && !reads_blocked_;
      if (room || writes_blocked_) set.push_back(wait_for(wire_.get(), room, writes_blocked_));
      if (ours_) {
        set.push_back(wait_for(ours_.get(), up_at_ == up_end_, reads_blocked_));
      } else if (local_.waiting() >= 0) {
        set.push_back(wait_for(local_.waiting(), true, false));
      }
      break;
    }
    case State::kNew:
    case State::kDialing:
    case State::kEnded:
      break;
  }
}

std::optional<Link::Time> Link::deadline() const {
  const TransportOptions& options = provider_.options;
  const int limit = options.connect_timeout_seconds > 0 ? options.connect_timeout_seconds
                                                        : options.timeout_seconds;
  if (limit <= 0 || state_ == State::kOpen || state_ == State::kEnded) return std::nullopt;
  return started_ + std::chrono::seconds(limit);
}

void Link::expire(Time now) {
  if (const auto limit = deadline(); limit && *limit <= now) {
    fail({10060, "No connection to " + target_.label + " in time.", true});
  }
}

}  // namespace coffer::net::internal
