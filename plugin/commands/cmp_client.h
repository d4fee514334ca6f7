#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/server/cmp_server.h"

namespace acd::commands {

/// What a client sends with GenerateManifest.
struct GenerateCall {
  std::string app_name;      ///< the last segment of the path, as Argo CD's client sends it
  std::string app_rel_path;  ///< relative to the archive's root
  std::string checksum;
  std::span<const std::uint8_t> archive;
  std::vector<std::pair<std::string, std::string>> environment;
  std::size_t chunk_bytes = 64U << 10U;
  std::chrono::milliseconds timeout{60'000};
};

/// Talks to a plugin server on a unix socket, as the repo-server does.
class CmpClient {
 public:
  explicit CmpClient(const std::string& socket_path);
  ~CmpClient();
  CmpClient(const CmpClient&) = delete;
  CmpClient& operator=(const CmpClient&) = delete;

  /// grpc.health.v1: is the server as a whole serving, and what does it complain of?
  /// Errors: kIo (no answer), kDeadline.
  Result<server::Health> CheckHealth(std::chrono::milliseconds timeout);
  /// The manifests. Error: kToolFailed with the server's code and text, or kDeadline.
  Result<std::vector<std::string>> Generate(const GenerateCall& call);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace acd::commands
