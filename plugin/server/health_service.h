#pragma once

#include <utility>

#include "health.grpc.pb.h"
#include "plugin/server/health.h"

namespace acd::server {

/// grpc.health.v1.Health, for probes.
class HealthService final : public grpc::health::v1::Health::Service {
 public:
  explicit HealthService(HealthCheck check) : check_(std::move(check)) {}

  grpc::Status Check(grpc::ServerContext* context,
                     const grpc::health::v1::HealthCheckRequest* request,
                     grpc::health::v1::HealthCheckResponse* response) override;

 private:
  HealthCheck check_;
};

}  // namespace acd::server
