#include "plugin/metrics/endpoint.h"

#include <fcntl.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "decrypt/base/system_failure.h"
#include "plugin/metrics/text_format.h"

namespace acd::metrics {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

constexpr std::chrono::milliseconds kAcceptPause{100};  // while no descriptor is free
constexpr std::chrono::milliseconds kLingerTime{1000};  // for a client to take what was sent
constexpr std::size_t kMaxLingerBytes = 64U << 10U;
constexpr int kBacklog = 64;

std::string_view PathOf(const Request& request) {
  const std::string_view target(request.target().data(), request.target().size());
  return target.substr(0, target.find('?'));
}

Response Plain(http::status status, std::string text) {
  Response response(status, 11);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = std::move(text);
  return response;
}

Response MetricsText(const Endpoint::Content& content) {
  try {
    Response response(http::status::ok, 11);
    response.set(http::field::content_type, kTextFormat);
    response.body() = content();
    return response;
  } catch (...) {  // its text may be anything
    return Plain(http::status::internal_server_error, "the metrics cannot be read now\n");
  }
}

Response AnswerTo(const Request& request, const Endpoint::Content& content) {
  if (PathOf(request) != "/metrics") return Plain(http::status::not_found, "see /metrics\n");
  if (request.method() == http::verb::get || request.method() == http::verb::head) {
    return MetricsText(content);
  }
  Response response = Plain(http::status::method_not_allowed, "GET or HEAD only\n");
  response.set(http::field::allow, "GET, HEAD");
  return response;
}

class Connection;

/// What the connections of an endpoint have in common; theirs to use in the endpoint's thread.
struct Shared {
  Endpoint::Content content;
  EndpointLimits limits;
  std::list<Connection*> open;  ///< the one that has been at its present step for longest first
};

/// One request and its answer. Shared by the operations that it waits for, the last of which takes
/// it along.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Shared& shared)
      : stream_(std::move(socket)), shared_(shared), buffer_(kReadAhead + HeaderBytes(shared)) {
    place_ = shared_.open.insert(shared_.open.end(), this);
    parser_.header_limit(HeaderBytes(shared));
    parser_.body_limit(boost::none);  // none is read
  }
  ~Connection() {
    if (!closed_) shared_.open.erase(place_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Run() {
    // The time for the whole step, however many small pieces come.
    stream_.expires_after(shared_.limits.request_time);
    http::async_read_header(
        stream_, buffer_, parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->Answer(error); });
  }

  /// Gives its place and its descriptor back at once; its operations end with an error, and it with
  /// them.
  void Close() {
    shared_.open.erase(place_);
    closed_ = true;
    stream_.close();
  }

 private:
  static constexpr std::size_t kReadAhead = 1024;
  static std::uint32_t HeaderBytes(const Shared& shared) {
    return static_cast<std::uint32_t>(shared.limits.max_header_bytes);
  }

  void BeginStep(std::chrono::milliseconds time) {
    stream_.expires_after(time);
    shared_.open.splice(shared_.open.end(), shared_.open, place_);
  }

  void Answer(error_code error) {
    if (closed_) return;
    if (error) {
      if (error.category() != make_error_code(http::error::bad_method).category()) return;
      if (error == http::error::end_of_stream || error == http::error::partial_message) return;
      const bool too_long =
          error == http::error::header_limit || error == http::error::buffer_overflow;
      response_ = too_long ? Plain(http::status::request_header_fields_too_large, "too long\n")
                           : Plain(http::status::bad_request, "no HTTP/1.1 request\n");
    } else {
      response_ = AnswerTo(parser_.get(), shared_.content);
    }
    response_.keep_alive(false);
    response_.prepare_payload();
    const bool head = !error && parser_.get().method() == http::verb::head;
    serializer_.emplace(response_);
    BeginStep(shared_.limits.answer_time);
    const auto done = [self = shared_from_this()](error_code failed, std::size_t) {
      if (!failed && !self->closed_) self->Linger();
    };
    if (head) {
      http::async_write_header(stream_, *serializer_, done);
    } else {
      http::async_write(stream_, *serializer_, done);
    }
  }

  // Closing a socket with unread data in it resets the connection, and the answer may be lost.
  void Linger() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    BeginStep(kLingerTime);
    Discard();
  }

  void Discard() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kReadAhead),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                              self->discarded_ += size;
                              const bool go_on = !error && !self->closed_;
                              if (go_on && self->discarded_ < kMaxLingerBytes) self->Discard();
                            });
  }

  beast::tcp_stream stream_;
  Shared& shared_;
  std::list<Connection*>::iterator place_;  ///< in `open`, until it is closed
  bool closed_ = false;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  Response response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  std::size_t discarded_ = 0;
};

// A name that is looked up has errors of its own.
Failure CannotListen(const ListenAddress& address, const error_code& error) {
  const std::string what = "listen at " + FormatListenAddress(address);
  if (error.category() != boost::system::system_category()) {
    return Fail(Code::kIo, what + ": " + error.message());
  }
  return SystemFailure(what, error.value());
}

// All addresses: of IPv6, which takes IPv4's too, unless the machine has none.
std::vector<tcp::endpoint> Candidates(asio::io_context& context, const ListenAddress& address,
                                      error_code& error) {
  if (address.host.empty()) {
    return {tcp::endpoint(tcp::v6(), address.port), tcp::endpoint(tcp::v4(), address.port)};
  }
  tcp::resolver resolver(context);
  const auto found =
      resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, error);
  std::vector<tcp::endpoint> endpoints;
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  return endpoints;
}

error_code Listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool both_kinds) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  // A server that starts again must not wait for the connections of the one before.
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && both_kinds && endpoint.protocol() == tcp::v6()) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error) {
    error_code ignored;
    acceptor.close(ignored);
  }
  return error;
}

}  // namespace

class Endpoint::Impl {
 public:
  Impl(Content content, const EndpointLimits& limits)
      : shared_{std::move(content), limits, {}}, acceptor_(context_), pause_(context_) {}

  ~Impl() {
    ends_ = true;
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status Open(const ListenAddress& address) {
    error_code error;
    const auto candidates = Candidates(context_, address, error);
    for (const tcp::endpoint& endpoint : candidates) {
      error = Listen(acceptor_, endpoint, address.host.empty());
      if (!error) break;
    }
    if (error || candidates.empty()) {
      return CannotListen(address, error);
    }
    address_ = {address.host, acceptor_.local_endpoint(error).port()};
    Accept();
    thread_ = std::thread([this] { Run(); });
    return {};
  }

  const ListenAddress& address() const { return address_; }

 private:
  // What a handler throws, for want of memory, has ended its connection, or the wait for the next;
  // the others go on.
  void Run() {
    while (!ends_) {
      try {
        if (waits_.expired()) Accept();
        context_.run();
      } catch (...) {
        if (waits_.expired()) std::this_thread::sleep_for(kAcceptPause);
      }
    }
  }

  void Accept() {
    // Asio may drop an operation without a call, when it has no memory for what was accepted.
    auto token = std::make_shared<char>();
    waits_ = token;
    acceptor_.async_accept([this, token = std::move(token)](error_code error, tcp::socket socket) {
      if (error) {
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([this, token](error_code stopped) {
          if (!stopped) Accept();
        });
        return;
      }
      Take(std::move(socket));
      Accept();
    });
  }

  void Take(tcp::socket socket) {
    try {
      ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
      if (shared_.open.size() >= shared_.limits.max_connections) shared_.open.front()->Close();
      std::make_shared<Connection>(std::move(socket), shared_)->Run();
    } catch (...) {  // no memory: this connection is lost, and no other
    }
  }

  Shared shared_;  // before the context, whose end is that of the connections
  asio::io_context context_{1};
  // What is dropped must not leave the context without work, for then it would stop.
  asio::executor_work_guard<asio::io_context::executor_type> busy_{context_.get_executor()};
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::weak_ptr<char> waits_;  ///< of the operation that waits for a client, or for a pause's end
  std::atomic<bool> ends_ = false;
  ListenAddress address_;
  std::thread thread_;
};

Endpoint::Endpoint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Endpoint::~Endpoint() = default;

Result<std::unique_ptr<Endpoint>> Endpoint::Start(const ListenAddress& address, Content content,
                                                  EndpointLimits limits) {
  try {
    auto impl = std::make_unique<Impl>(std::move(content), limits);
    ACD_CHECK(impl->Open(address));
    return std::unique_ptr<Endpoint>(new Endpoint(std::move(impl)));
  } catch (const boost::system::system_error& error) {
    return CannotListen(address, error.code());
  } catch (const std::system_error& error) {  // of a thread
    return SystemFailure("listen at " + FormatListenAddress(address), error.code().value());
  }
}

const ListenAddress& Endpoint::address() const { return impl_->address(); }

}  // namespace acd::metrics
