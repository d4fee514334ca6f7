#pragma once

#include <utility>

#include "health.grpc.pb.h"
#include "plugin/server/health.h"
#include "plugin/server/open_streams.h"

namespace acd::server {

/// grpc.health.v1.Health, for probes. It knows the server as a whole, the service named "".
class HealthService final : public grpc::health::v1::Health::Service {
 public:
  using Request = grpc::health::v1::HealthCheckRequest;
  using Response = grpc::health::v1::HealthCheckResponse;

  /// `streams` is borrowed for the service's life.
  HealthService(HealthCheck check, OpenStreams& streams)
      : check_(std::move(check)), streams_(streams) {}

  grpc::Status Check(grpc::ServerContext* context, const Request* request,
                     Response* response) override;
  grpc::Status List(grpc::ServerContext* context,
                    const grpc::health::v1::HealthListRequest* request,
                    grpc::health::v1::HealthListResponse* response) override;
  /// Looks once a second.
  grpc::Status Watch(grpc::ServerContext* context, const Request* request,
                     grpc::ServerWriter<Response>* writer) override;

 private:
  Health Now() const { return check_ ? check_() : Health(); }

  HealthCheck check_;
  OpenStreams& streams_;
};

}  // namespace acd::server
