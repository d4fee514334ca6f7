#pragma once

#include <utility>

#include "plugin/server/tool_versions.h"
#include "version.grpc.pb.h"

namespace acd::server {

/// version.VersionService, as the stock server has it. Nobody calls it but people with grpcurl.
class VersionService final : public version::VersionService::Service {
 public:
  /// `report`: may be empty.
  explicit VersionService(VersionReport report) : report_(std::move(report)) {}

  grpc::Status Version(grpc::ServerContext* context, const version::Nothing* request,
                       version::VersionMessage* response) override;

 private:
  VersionReport report_;
};

}  // namespace acd::server
