#pragma once

#include <grpcpp/server_builder.h>

#include <memory>
#include <mutex>
#include <optional>

#include "plugin/server/file_index.h"
#include "plugin/server/open_streams.h"

namespace acd::server {

/// grpc.reflection.v1.ServerReflection and its older name v1alpha, for grpcurl and its like: which
/// services there are, and of what messages. Debian's libgrpc++_reflection knows v1alpha only, and
/// needs the full protobuf runtime. Nothing is read before the first question.
class ReflectionService {
 public:
  /// `streams` is borrowed for the service's life.
  explicit ReflectionService(OpenStreams& streams);

  /// The builder's server is to end before this.
  void RegisterWith(grpc::ServerBuilder& builder);

 private:
  const FileIndex& Files();

  std::once_flag read_;
  std::optional<FileIndex> files_;
  std::unique_ptr<grpc::Service> v1_;
  std::unique_ptr<grpc::Service> v1alpha_;
};

}  // namespace acd::server
