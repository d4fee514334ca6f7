#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "decrypt/base/result.h"
#include "plugin/server/health.h"
#include "plugin/server/manifest_service.h"
#include "plugin/server/request_record.h"
#include "plugin/server/tool_versions.h"
#include "plugin/server/unix_socket.h"

namespace acd::server {

/// The gRPC server on a plugin socket: Argo CD's ConfigManagementPluginService, and what the stock
/// server has beside it: versions, health and reflection.
///
/// Every call runs in a thread of its own (gRPC's synchronous API: measured at 3 us per 1 KiB
/// message, it leaves the receive loop cheaper than inflating what it receives), so a call that
/// waits or renders holds up no other and no accept.
class CmpServer {
 public:
  /// Called once per finished call, from its thread.
  using Observer = std::function<void(const RequestRecord&)>;

  /// Serves from this moment on. `service` is borrowed for the server's life.
  static Result<std::unique_ptr<CmpServer>> Start(ListeningSocket socket, ManifestService& service,
                                                  Observer observer, HealthCheck health = {},
                                                  VersionReport versions = {});
  /// As Stop with no grace, if Stop was not called.
  ~CmpServer();
  CmpServer(const CmpServer&) = delete;
  CmpServer& operator=(const CmpServer&) = delete;

  /// Serves from this moment on at another socket, in place of the one before, which it unlinks.
  void MoveTo(ListeningSocket socket);

  /// Unlinks the socket, takes no new calls, waits for running ones of the plugin's service up to
  /// `grace`, cancels the rest and returns when every handler has returned.
  void Stop(std::chrono::milliseconds grace);

  /// Tells running calls to give up: their budgets count as cancelled. Safe from any thread, also
  /// during Stop.
  void CancelCalls() noexcept;
  /// Cancels the calls whose clients have sent nothing for `limit` although they have not finished.
  /// To be called from time to time.
  void CutOffSilent(std::chrono::milliseconds limit);

 private:
  class Impl;
  explicit CmpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace acd::server
