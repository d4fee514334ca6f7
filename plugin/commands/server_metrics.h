#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "decrypt/keys/key_service.h"
#include "plugin/exec/run_observer.h"
#include "plugin/metrics/registry.h"
#include "plugin/server/request_record.h"
#include "plugin/workspace/usage.h"

namespace acd::commands {

/// What a running server tells Prometheus; docs/metrics.md lists it. Labels are words out of short
/// lists, and names of tools: never an Application, a file or a key.
/// A series that counts failures is there from the start, with 0, as far as its labels are known
/// then: Prometheus sees an increase only where there was a value before.
/// Threads: safe to use concurrently, once Watch has returned.
class ServerMetrics : public exec::RunObserver {
 public:
  /// Requests, as the queue has them.
  struct Load {
    std::size_t running = 0;     ///< that render
    std::size_t waiting = 0;     ///< that wait for their turn
    std::size_t limit = 0;       ///< of those that render
    std::size_t here = 0;        ///< these, and those being received
    std::size_t here_limit = 0;  ///< more are refused
    std::uint64_t refused = 0;   ///< since the start
  };
  /// Asked at each scrape, from its thread.
  struct Sources {
    std::function<Load()> renders;
    std::function<keys::KeyState()> keys;
    std::function<std::optional<workspace::Usage>()> workspace;
    std::function<bool()> serving;    ///< what a health check would be told
    std::function<bool()> needs_key;  ///< false: commands of a plugin.yaml serve
  };

  explicit ServerMetrics(const std::string& version);

  /// Once, before Text. What the sources use has to live until the last Text has returned.
  void Watch(Sources sources);

  /// A call has ended.
  void Finished(const server::RequestRecord& record);
  /// plugin.yaml was read again, and is in use, or was refused.
  void ConfigReloaded(bool in_use);
  void Started(const std::string& tool) override;
  void Ended(const std::string& tool, exec::RunEnd end) override;

  /// What a scrape gets.
  std::string Text() const { return registry_.Text(); }

 private:
  void MakeFailures(const std::string& tool);
  void WatchRenders(std::function<Load()> renders);
  void WatchKeys(std::function<keys::KeyState()> keys, std::function<bool()> needs_key);
  void WatchHealth(std::function<bool()> serving);
  void WatchWorkspace(std::function<std::optional<workspace::Usage>()> usage);

  metrics::Registry registry_;
  std::atomic<std::int64_t> children_running_ = 0;
  // The registry's.
  metrics::Family<metrics::Counter>& requests_;
  metrics::Family<metrics::Histogram>& request_duration_;
  metrics::Family<metrics::Histogram>& phase_duration_;
  metrics::Family<metrics::Counter>& failures_;
  metrics::Family<metrics::Counter>& refused_;
  metrics::Counter& received_bytes_;
  metrics::Counter& unpacked_bytes_;
  metrics::Counter& manifest_bytes_;
  metrics::Counter& manifests_;
  metrics::Family<metrics::Counter>& files_decrypted_;
  metrics::Family<metrics::Counter>& config_reloads_;
  metrics::Family<metrics::Counter>& children_started_;
  metrics::Family<metrics::Counter>& children_failed_;
};

}  // namespace acd::commands
