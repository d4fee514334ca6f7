#include "plugin/server/health_service.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstddef>

namespace acd::server {
namespace {

// gRPC's clients take 8 KiB of metadata.
void AddProblems(const Health& health, grpc::ServerContext& context) {
  constexpr std::size_t kMaxProblems = 8;
  constexpr std::size_t kMaxLength = 500;
  for (std::size_t i = 0; i < std::min(health.problems.size(), kMaxProblems); ++i) {
    context.AddTrailingMetadata(kProblemKey, health.problems[i].substr(0, kMaxLength));
  }
}

}  // namespace

grpc::Status HealthService::Check(grpc::ServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) {
  // Spec: the empty name stands for the server as a whole; unknown names are NOT_FOUND.
  if (!request->service().empty()) return {grpc::StatusCode::NOT_FOUND, "unknown service"};
  try {
    const Health health = check_ ? check_() : Health();
    response->set_status(health.serving ? grpc::health::v1::HealthCheckResponse::SERVING
                                        : grpc::health::v1::HealthCheckResponse::NOT_SERVING);
    AddProblems(health, *context);
  } catch (...) {
    return {grpc::StatusCode::INTERNAL, "internal error"};
  }
  return grpc::Status::OK;
}

}  // namespace acd::server
