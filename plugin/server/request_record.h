#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/render/decrypted_files.h"

namespace acd::server {

/// What one finished call leaves for logs, metrics and audit. Never a value of a manifest or a key.
struct RequestRecord {
  std::string method;
  std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
  // The caller's place in a distributed trace, as it sent it; empty when it sent none. Untrusted.
  std::string trace_parent;
  std::string trace_state;
  std::string application;
  std::string project;
  std::string source_path;
  std::string renderer;
  std::string code = "OK";   ///< the gRPC status code's name
  std::string error;         ///< first line of the answer's error; empty on success
  std::string failed_phase;  ///< of a render that failed: receive, prepare, wait, decrypt, ...
  /// One after the other, in order.
  std::vector<std::pair<std::string, std::chrono::microseconds>> phases;
  std::chrono::microseconds total{0};
  std::uint64_t received_bytes = 0;  ///< compressed
  std::uint64_t entries = 0;
  std::uint64_t unpacked_bytes = 0;
  std::uint64_t manifests = 0;
  std::uint64_t manifest_bytes = 0;
  std::uint64_t files_decrypted = 0;
  render::DecryptedFiles decrypted;  ///< the same by kind
};

/// Measures consecutive phases of one request.
class PhaseClock {
 public:
  using Clock = std::chrono::steady_clock;

  /// Time since construction or the last lap.
  std::chrono::microseconds Lap() {
    const auto now = Clock::now();
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - last_);
    last_ = now;
    return elapsed;
  }
  std::chrono::microseconds Total() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_);
  }

 private:
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace acd::server
