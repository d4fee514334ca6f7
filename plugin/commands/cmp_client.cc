#include "plugin/commands/cmp_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>

#include "health.grpc.pb.h"
#include "plugin.grpc.pb.h"
#include "plugin/server/status_map.h"

namespace acd::commands {
namespace {

// gRPC's "failed to connect to all addresses; last error: UNKNOWN: unix:PATH: REASON".
Error NoConnection(const std::string& socket_path, const std::string& text) {
  const std::size_t colon = text.rfind(": ");
  const std::string reason = colon == std::string::npos ? text : text.substr(colon + 2);
  return {Code::kIo, socket_path + ": no server answers: " + reason,
          "start `argocd-decrypt serve`, or name its socket with --socket or --socket-dir"};
}

Error ErrorOf(const std::string& socket_path, const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE &&
      status.error_message().starts_with("failed to connect")) {
    return NoConnection(socket_path, status.error_message());
  }
  const Code code = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ? Code::kDeadline
                    : status.error_code() == grpc::StatusCode::UNAVAILABLE     ? Code::kIo
                                                                               : Code::kToolFailed;
  return {code,
          std::string(server::StatusCodeName(status.error_code())) + ": " + status.error_message()};
}

}  // namespace

class CmpClient::Impl {
 public:
  explicit Impl(const std::string& socket_path) : socket_path_(socket_path) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);  // the server bounds its answer
    // Two clients in one process must not share a connection that one of them saw fail.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel_ = grpc::CreateCustomChannel("unix:" + socket_path, grpc::InsecureChannelCredentials(),
                                         arguments);
  }

  Result<server::Health> CheckHealth(std::chrono::milliseconds timeout) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    grpc::health::v1::HealthCheckResponse response;
    const auto stub = grpc::health::v1::Health::NewStub(channel_);
    const grpc::Status status = stub->Check(&context, {}, &response);
    if (!status.ok()) return Fail(ErrorOf(socket_path_, status));
    server::Health health;
    health.serving = response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
    const auto [begin, end] = context.GetServerTrailingMetadata().equal_range(server::kProblemKey);
    for (auto entry = begin; entry != end; ++entry) {
      health.problems.emplace_back(entry->second.data(), entry->second.size());
    }
    return health;
  }

  Result<std::vector<std::string>> Generate(const GenerateCall& call) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + call.timeout);
    plugin::ManifestResponse response;
    const auto stub = plugin::ConfigManagementPluginService::NewStub(channel_);
    const auto writer = stub->GenerateManifest(&context, &response);
    // A failed write means that the call is over; Finish knows why.
    if (SendMetadata(*writer, call) && SendArchive(*writer, call)) writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (!status.ok()) return Fail(ErrorOf(socket_path_, status));
    std::vector<std::string> manifests;
    manifests.reserve(static_cast<std::size_t>(response.manifests_size()));
    for (std::string& manifest : *response.mutable_manifests()) {
      manifests.push_back(std::move(manifest));
    }
    return manifests;
  }

 private:
  using Writer = grpc::ClientWriter<plugin::AppStreamRequest>;

  static bool SendMetadata(Writer& writer, const GenerateCall& call) {
    plugin::AppStreamRequest message;
    auto* metadata = message.mutable_metadata();
    metadata->set_appname(call.app_name);
    metadata->set_apprelpath(call.app_rel_path);
    metadata->set_checksum(call.checksum);
    metadata->set_size(static_cast<std::int64_t>(call.archive.size()));
    for (const auto& [name, value] : call.environment) {
      auto* entry = metadata->add_env();
      entry->set_name(name);
      entry->set_value(value);
    }
    return writer.Write(message);
  }

  static bool SendArchive(Writer& writer, const GenerateCall& call) {
    plugin::AppStreamRequest message;
    std::span<const std::uint8_t> rest = call.archive;
    while (!rest.empty()) {
      const std::size_t size = std::min(rest.size(), call.chunk_bytes);
      message.mutable_file()->set_chunk(rest.data(), size);
      if (!writer.Write(message)) return false;
      rest = rest.subspan(size);
    }
    return true;
  }

  std::string socket_path_;
  std::shared_ptr<grpc::Channel> channel_;
};

CmpClient::CmpClient(const std::string& socket_path) : impl_(std::make_unique<Impl>(socket_path)) {}
CmpClient::~CmpClient() = default;

Result<server::Health> CmpClient::CheckHealth(std::chrono::milliseconds timeout) {
  return impl_->CheckHealth(timeout);
}

Result<std::vector<std::string>> CmpClient::Generate(const GenerateCall& call) {
  return impl_->Generate(call);
}

}  // namespace acd::commands
