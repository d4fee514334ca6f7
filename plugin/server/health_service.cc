#include "plugin/server/health_service.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace acd::server {
namespace {

using Response = HealthService::Response;

constexpr std::chrono::milliseconds kWatchInterval{1000};

Response::ServingStatus StatusOf(const Health& health) {
  return health.serving ? Response::SERVING : Response::NOT_SERVING;
}

// gRPC's clients take 8 KiB of metadata.
void AddProblems(const Health& health, grpc::ServerContext& context) {
  constexpr std::size_t kMaxProblems = 8;
  constexpr std::size_t kMaxLength = 500;
  for (std::size_t i = 0; i < std::min(health.problems.size(), kMaxProblems); ++i) {
    context.AddTrailingMetadata(kProblemKey, health.problems[i].substr(0, kMaxLength));
  }
}

// The catch-all of every call.
template <typename Handler>
grpc::Status Caught(Handler handler) {
  try {
    return handler();
  } catch (...) {
    return {grpc::StatusCode::INTERNAL, "internal error"};
  }
}

}  // namespace

grpc::Status HealthService::Check(grpc::ServerContext* context, const Request* request,
                                  Response* response) {
  // Spec: the empty name stands for the server as a whole; unknown names are NOT_FOUND.
  if (!request->service().empty()) return {grpc::StatusCode::NOT_FOUND, "unknown service"};
  return Caught([&] {
    const Health health = Now();
    response->set_status(StatusOf(health));
    AddProblems(health, *context);
    return grpc::Status::OK;
  });
}

grpc::Status HealthService::List(grpc::ServerContext*, const grpc::health::v1::HealthListRequest*,
                                 grpc::health::v1::HealthListResponse* response) {
  return Caught([&] {
    (*response->mutable_statuses())[""].set_status(StatusOf(Now()));
    return grpc::Status::OK;
  });
}

grpc::Status HealthService::Watch(grpc::ServerContext* context, const Request* request,
                                  grpc::ServerWriter<Response>* writer) {
  const OpenStreams::Entry entry(streams_, *context);
  if (!entry.status().ok()) return entry.status();
  return Caught([&]() -> grpc::Status {
    std::optional<Response::ServingStatus> sent;
    do {
      // Spec: who watches an unknown service is told so, and waits for it to become known.
      const auto now = request->service().empty() ? StatusOf(Now()) : Response::SERVICE_UNKNOWN;
      if (now == sent) continue;
      Response response;
      response.set_status(now);
      if (!writer->Write(response)) break;
      sent = now;
    } while (streams_.Wait(kWatchInterval) && !context->IsCancelled());
    return {grpc::StatusCode::CANCELLED, "the stream has ended"};
  });
}

}  // namespace acd::server
