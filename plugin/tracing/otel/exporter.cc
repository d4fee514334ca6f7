#include "plugin/tracing/otel/exporter.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/empty.pb.h>
#include <opentelemetry/exporters/otlp/otlp_grpc_exporter_factory.h>
#include <opentelemetry/exporters/otlp/otlp_grpc_exporter_options.h>
#include <opentelemetry/exporters/otlp/otlp_recordable_utils.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace acd::tracing::otel {
namespace {

namespace otlp = opentelemetry::exporter::otlp;
using opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;
using opentelemetry::sdk::common::ExportResult;

// Spec: opentelemetry-proto, collector/trace/v1/trace_service.proto.
constexpr const char* kRequest = "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest";
constexpr const char* kMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

constexpr std::chrono::seconds kCallTime{10};
constexpr int kMaxReconnectMs = 5000;

// Spec: OTLP, "Failures": these are to be tried again.
constexpr const char* kServiceConfig = R"({"methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 4, "initialBackoff": "0.5s", "maxBackoff": "4s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "ABORTED", "OUT_OF_RANGE"]}}]})";

// As Go's programs have it, the stock plugin server among them.
std::string RootCertificates() {
  const char* path = std::getenv("SSL_CERT_FILE");
  if (path == nullptr || *path == '\0') return {};  // the system's
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::shared_ptr<grpc::Channel> Connect(const Collector& collector) {
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix("argocd-decrypt");
  arguments.SetServiceConfigJSON(kServiceConfig);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  grpc::SslCredentialsOptions tls;
  if (!collector.insecure) tls.pem_root_certs = RootCertificates();
  return grpc::CreateCustomChannel(
      collector.address,
      collector.insecure ? grpc::InsecureChannelCredentials() : grpc::SslCredentials(tls),
      arguments);
}

// Nor is there a header of the message's class, but the library knows it by name.
std::unique_ptr<google::protobuf::Message> NewRequest() {
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(kRequest);
  if (type == nullptr) return nullptr;
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

ExportTraceServiceRequest* AsRequest(google::protobuf::Message& message) {
  // The address of the whole object, which is of that class.
  return static_cast<ExportTraceServiceRequest*>(dynamic_cast<void*>(&message));
}

std::string Describe(const grpc::Status& status, std::size_t spans) {
  return std::to_string(spans) + " spans are lost: " + status.error_message() + " (gRPC status " +
         std::to_string(static_cast<int>(status.error_code())) + ")";
}

}  // namespace

void Deadline::EndAt(Clock::time_point end) {
  const std::lock_guard lock(mutex_);
  end_ = end;
  changed_.notify_all();
}

bool Deadline::Passed() const {
  const std::lock_guard lock(mutex_);
  return end_ && Clock::now() >= *end_;
}

bool Deadline::Await(const bool& done) {
  std::unique_lock lock(mutex_);
  while (!done) {
    if (!end_) {
      changed_.wait(lock);
    } else if (changed_.wait_until(lock, *end_) == std::cv_status::timeout) {
      break;
    }
  }
  return done;
}

void Deadline::AwaitDone(const bool& done) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done; });
}

void Deadline::Done(bool& done) {
  const std::lock_guard lock(mutex_);
  done = true;
  changed_.notify_all();
}

Exporter::Exporter(Collector collector, std::shared_ptr<Deadline> deadline,
                   std::unique_ptr<Warnings> warnings)
    : collector_(std::move(collector)),
      deadline_(std::move(deadline)),
      warnings_(std::move(warnings)),
      recordables_(otlp::OtlpGrpcExporterFactory::Create(otlp::OtlpGrpcExporterOptions())),
      stub_(Connect(collector_)) {}

std::unique_ptr<opentelemetry::sdk::trace::Recordable> Exporter::MakeRecordable() noexcept {
  return recordables_->MakeRecordable();
}

ExportResult Exporter::Export(
    const opentelemetry::nostd::span<std::unique_ptr<opentelemetry::sdk::trace::Recordable>>&
        spans) noexcept {
  try {
    if (spans.empty()) return ExportResult::kSuccess;
    if (deadline_->Passed()) return ExportResult::kFailure;
    const auto request = NewRequest();
    if (request == nullptr) {
      warnings_->Warn("opentelemetry-cpp's libraries do not fit together");
      return ExportResult::kFailure;
    }
    otlp::OtlpRecordableUtils::PopulateRequest(spans, AsRequest(*request));
    const grpc::Status status = Send(*request);
    if (status.ok()) return ExportResult::kSuccess;
    warnings_->Warn(Describe(status, spans.size()));
  } catch (...) {
    warnings_->Warn("spans are lost: internal error");
  }
  return ExportResult::kFailure;
}

grpc::Status Exporter::Send(const Message& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallTime);
  for (const auto& [name, value] : collector_.headers) context.AddMetadata(name, value);
  google::protobuf::Empty answer;  // what it may say is advice
  grpc::Status status;
  bool done = false;
  stub_.UnaryCall(&context, kMethod, {}, &request, &answer, [&](grpc::Status result) {
    status = std::move(result);
    deadline_->Done(done);
  });
  if (!deadline_->Await(done)) {
    context.TryCancel();
    // Prompt now, and until then the call uses what lies on this stack.
    deadline_->AwaitDone(done);
  }
  return status;
}

bool Exporter::ForceFlush(std::chrono::microseconds) noexcept { return true; }
bool Exporter::Shutdown(std::chrono::microseconds) noexcept { return true; }

}  // namespace acd::tracing::otel
