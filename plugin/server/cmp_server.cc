#include "plugin/server/cmp_server.h"

#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "plugin.grpc.pb.h"
#include "plugin/server/acceptor.h"
#include "plugin/server/announcements.h"
#include "plugin/server/cancel_watch.h"
#include "plugin/server/health_service.h"
#include "plugin/server/open_streams.h"
#include "plugin/server/reflection_service.h"
#include "plugin/server/repository_queries.h"
#include "plugin/server/request_stream.h"
#include "plugin/server/shutdown.h"
#include "plugin/server/silence_watch.h"
#include "plugin/server/status_map.h"
#include "plugin/server/version_service.h"

namespace acd::server {
namespace {

using Reader = grpc::ServerReader<plugin::AppStreamRequest>;

// Argo CD's client pings every 20 s while a call runs. gRPC's own default tolerates one ping in
// five minutes and ends the connection at the fourth, that is, every call after 80 s.
constexpr int kMinPingIntervalMs = 5000;

// Each call has a thread. More calls than this are answered with RESOURCE_EXHAUSTED by gRPC.
constexpr int kMaxThreads = 1000;

// Threads that wait for the next call. With gRPC's own 2, half of the calls of eight clients start
// a thread and end it, which is a twentieth of what such a call takes.
constexpr int kMaxIdleThreads = 8;

// More calls for the plugin than this are answered at once, unread, so that a health check always
// has a thread.
constexpr std::size_t kMaxCalls = 800;

std::span<const std::uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The time and the life of one call, as the rest of the server sees it.
class CallState {
 public:
  CallState(grpc::ServerContext& context, const std::atomic<bool>& cancel_all,
            SilenceWatch& silence)
      : context_(context),
        cancel_all_(cancel_all),
        silence_(silence, context),
        watch_([&] { return context_.IsCancelled(); }) {}

  exec::Budget Budget() {
    exec::Budget budget;
    budget.cancelled = [this] { return AllCancelled() || watch_.Cancelled(); };
    const auto deadline = context_.deadline();
    if (deadline != std::chrono::system_clock::time_point::max()) {
      const auto left = deadline - std::chrono::system_clock::now();
      // A hostile timeout of centuries must not overflow the other clock.
      const auto bounded = std::min<std::chrono::nanoseconds>(left, std::chrono::hours(24 * 365));
      deadline_ = budget.deadline = exec::Budget::Clock::now() + bounded;
    }
    return budget;
  }

  SilenceWatch::Entry& silence() { return silence_; }

  Status Alive() {
    if (silence_.is_cut_off()) {
      return Fail(Code::kDeadline,
                  "the caller has sent nothing for too long (limit --max-client-silence)");
    }
    if (deadline_ && exec::Budget::Clock::now() >= *deadline_) {
      return Fail(Code::kDeadline, "the caller's time is used up");
    }
    if (AllCancelled() || watch_.CancelledNow()) {
      return Fail(Code::kCancelled, "the caller has gone away");
    }
    return {};
  }

 private:
  bool AllCancelled() const { return cancel_all_.load(std::memory_order_relaxed); }

  grpc::ServerContext& context_;
  const std::atomic<bool>& cancel_all_;
  SilenceWatch::Entry silence_;
  CancelWatch watch_;
  std::optional<exec::Budget::Clock::time_point> deadline_;
};

RequestMetadata TakeMetadata(plugin::ManifestRequestMetadata& wire) {
  RequestMetadata metadata;
  metadata.app_rel_path = std::move(*wire.mutable_apprelpath());
  metadata.checksum = std::move(*wire.mutable_checksum());
  metadata.environment.reserve(static_cast<std::size_t>(wire.env_size()));
  for (plugin::EnvEntry& entry : *wire.mutable_env()) {
    if (entry.name().empty()) continue;  // as the stock server does
    metadata.environment.emplace_back(std::move(*entry.mutable_name()),
                                      std::move(*entry.mutable_value()));
  }
  return metadata;
}

class GrpcMessages final : public MessageSource {
 public:
  GrpcMessages(Reader& reader, CallState& state) : reader_(reader), state_(state) {}

  std::optional<StreamMessage> Next() override {
    if (!reader_.Read(&wire_)) {
      state_.silence().Ended();
      return std::nullopt;
    }
    state_.silence().Heard();
    StreamMessage message;
    if (wire_.has_metadata()) message.metadata = TakeMetadata(*wire_.mutable_metadata());
    if (wire_.has_file()) message.chunk = Bytes(wire_.file().chunk());
    return message;
  }

  Status Alive() override { return state_.Alive(); }

 private:
  Reader& reader_;
  CallState& state_;
  plugin::AppStreamRequest wire_;
};

class PluginService final : public plugin::ConfigManagementPluginService::Service {
 public:
  PluginService(ManifestService& service, CmpServer::Observer observer, RunningCalls& calls)
      : service_(service), queries_(service), observer_(std::move(observer)), calls_(calls) {}

  void CancelCalls() noexcept { cancel_all_.store(true, std::memory_order_relaxed); }
  void CutOffSilent(std::chrono::milliseconds limit) { silence_.CutOff(limit); }

  grpc::Status GenerateManifest(grpc::ServerContext* context, Reader* reader,
                                plugin::ManifestResponse* response) override {
    return Observed("GenerateManifest", context, [&](RequestRecord& record) -> grpc::Status {
      CallState state(*context, cancel_all_, silence_);
      GrpcMessages messages(*reader, state);
      RequestStream stream(messages);
      auto result = service_.Generate(stream, state.Budget(), record);
      if (auto* failure = std::get_if<CallError>(&result)) {
        record.error = FirstLine(failure->text);
        return {StatusCodeOf(failure->error.code), failure->text};
      }
      for (std::string& manifest : std::get<0>(result)) {
        response->add_manifests(std::move(manifest));
      }
      return grpc::Status::OK;
    });
  }

  // Without discovery the repo-server takes this plugin for the Applications that name it, and
  // never sends another one's repository here.
  grpc::Status CheckPluginConfiguration(
      grpc::ServerContext* context, const plugin::Nothing*,
      plugin::CheckPluginConfigurationResponse* response) override {
    return Observed("CheckPluginConfiguration", context, [&](RequestRecord&) {
      response->set_isdiscoveryconfigured(queries_.HasDiscovery());
      response->set_providegitcreds(service_.plugin().Current()->provide_git_creds);
      return grpc::Status::OK;
    });
  }

  grpc::Status MatchRepository(grpc::ServerContext* context, Reader* reader,
                               plugin::RepositoryResponse* response) override {
    return Observed("MatchRepository", context, [&](RequestRecord& record) -> grpc::Status {
      if (!queries_.HasDiscovery()) {
        SilenceWatch::Entry silence(silence_, *context);
        Drain(*reader, silence);
        return grpc::Status::OK;
      }
      CallState state(*context, cancel_all_, silence_);
      GrpcMessages messages(*reader, state);
      RequestStream stream(messages);
      const auto match = queries_.Match(stream, state.Budget(), record);
      if (const auto* failure = std::get_if<CallError>(&match)) {
        return {StatusCodeOf(failure->error.code), failure->text};
      }
      response->set_issupported(std::get<bool>(match));
      response->set_isdiscoveryenabled(true);
      return grpc::Status::OK;
    });
  }

  grpc::Status GetParametersAnnouncement(
      grpc::ServerContext* context, Reader* reader,
      plugin::ParametersAnnouncementResponse* response) override {
    return Observed("GetParametersAnnouncement", context,
                    [&](RequestRecord& record) -> grpc::Status {
                      CallState state(*context, cancel_all_, silence_);
                      GrpcMessages messages(*reader, state);
                      RequestStream stream(messages);
                      auto announced = queries_.Announce(stream, state.Budget(), record);
                      if (const auto* failure = std::get_if<CallError>(&announced)) {
                        return {StatusCodeOf(failure->error.code), failure->text};
                      }
                      for (Announcement& known : std::get<0>(announced)) {
                        Fill(std::move(known), *response->add_parameterannouncements());
                      }
                      return grpc::Status::OK;
                    });
  }

 private:
  static void Fill(Announcement known, repository::ParameterAnnouncement& entry) {
    entry.set_name(std::move(known.name));
    entry.set_title(std::move(known.title));
    entry.set_tooltip(std::move(known.tooltip));
    entry.set_required(known.required);
    entry.set_itemtype(std::move(known.item_type));
    entry.set_collectiontype(std::move(known.collection_type));
    entry.set_string(std::move(known.string));
    for (std::string& item : known.array) entry.add_array(std::move(item));
    for (auto& [key, value] : known.map) (*entry.mutable_map())[key] = std::move(value);
  }

  static void Drain(Reader& reader, SilenceWatch::Entry& silence) {
    plugin::AppStreamRequest ignored;
    while (reader.Read(&ignored)) silence.Heard();
  }

  static std::string Metadata(const grpc::ServerContext& context, const char* name) {
    const auto& all = context.client_metadata();
    const auto found = all.find(name);
    return found == all.end() ? std::string()
                              : std::string(found->second.data(), found->second.size());
  }

  // Runs one handler; the catch-all of every RPC.
  template <typename Handler>
  grpc::Status Observed(const char* method, grpc::ServerContext* context, Handler handler) {
    RunningCalls::Call call(calls_);
    RequestRecord record;
    record.method = method;
    record.trace_parent = Metadata(*context, "traceparent");
    record.trace_state = Metadata(*context, "tracestate");
    const PhaseClock clock;
    grpc::Status status;
    try {
      status = call.count() > kMaxCalls
                   ? grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                                  "overloaded: too many calls are open\nhint: try again later")
                   : handler(record);
    } catch (...) {
      status = {grpc::StatusCode::INTERNAL, "internal error"};
      record.error = "internal error";
    }
    call.set_answer_bytes(record.manifest_bytes);
    record.total = clock.Total();
    record.code = StatusCodeName(status.error_code());
    try {
      if (observer_) observer_(record);
    } catch (...) {  // a log that cannot be written must not cost the answer
    }
    return status;
  }

  ManifestService& service_;
  RepositoryQueries queries_;
  CmpServer::Observer observer_;
  RunningCalls& calls_;
  SilenceWatch silence_;
  std::atomic<bool> cancel_all_ = false;
};

// gRPC writes lines of its own form to standard error, which is a stream of ours: JSON, one object
// a line. What matters of them reaches a client as a status. Kept for whoever traces gRPC itself.
void SilenceGrpcLog() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr && std::getenv("GRPC_TRACE") == nullptr) {
    gpr_set_log_function([](gpr_log_func_args*) {});
  }
}

}  // namespace

class CmpServer::Impl {
 public:
  Impl(ManifestService& service, Observer observer, HealthCheck health, VersionReport versions)
      : plugin_(service, std::move(observer), calls_),
        health_(std::move(health), streams_),
        version_(std::move(versions)),
        reflection_(streams_) {
    const int max_message =
        static_cast<int>(std::min<std::size_t>(service.settings().max_message_bytes, 2147483647U));
    SilenceGrpcLog();
    grpc::ServerBuilder builder;
    grpc::ResourceQuota quota("calls");
    quota.SetMaxThreads(kMaxThreads);
    builder.SetResourceQuota(quota);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, kMaxIdleThreads);
    builder.RegisterService(&plugin_);
    builder.RegisterService(&health_);
    builder.RegisterService(&version_);
    reflection_.RegisterWith(builder);
    builder.SetMaxReceiveMessageSize(max_message);
    builder.SetMaxSendMessageSize(max_message);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kMinPingIntervalMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    server_ = builder.BuildAndStart();
  }

  bool started() const { return server_ != nullptr; }

  // Last: from the first accept on, clients expect an HTTP/2 server.
  void Serve(ListeningSocket socket) {
    acceptor_.reset();
    acceptor_.emplace(std::move(socket), [this](UniqueFd connection) {
      grpc::AddInsecureChannelFromFd(server_.get(), connection.Release());
    });
  }

  void Stop(std::chrono::milliseconds grace) {
    if (!started() || stopped_) return;
    stopped_ = true;
    if (acceptor_) acceptor_->Stop();
    streams_.CancelAll();
    ShutDown(*server_, calls_, grace);
  }

  void CancelCalls() noexcept { plugin_.CancelCalls(); }
  void CutOffSilent(std::chrono::milliseconds limit) { plugin_.CutOffSilent(limit); }

 private:
  RunningCalls calls_;
  OpenStreams streams_;
  PluginService plugin_;
  HealthService health_;
  VersionService version_;
  ReflectionService reflection_;
  std::unique_ptr<grpc::Server> server_;
  std::optional<Acceptor> acceptor_;
  bool stopped_ = false;
};

CmpServer::CmpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

CmpServer::~CmpServer() { Stop(std::chrono::milliseconds::zero()); }

Result<std::unique_ptr<CmpServer>> CmpServer::Start(ListeningSocket socket,
                                                    ManifestService& service, Observer observer,
                                                    HealthCheck health, VersionReport versions) {
  auto impl =
      std::make_unique<Impl>(service, std::move(observer), std::move(health), std::move(versions));
  if (!impl->started()) return Fail(Code::kInternal, "grpc: the server did not start");
  impl->Serve(std::move(socket));
  return std::unique_ptr<CmpServer>(new CmpServer(std::move(impl)));
}

void CmpServer::MoveTo(ListeningSocket socket) { impl_->Serve(std::move(socket)); }

void CmpServer::Stop(std::chrono::milliseconds grace) { impl_->Stop(grace); }

void CmpServer::CancelCalls() noexcept { impl_->CancelCalls(); }

void CmpServer::CutOffSilent(std::chrono::milliseconds limit) { impl_->CutOffSilent(limit); }

}  // namespace acd::server
