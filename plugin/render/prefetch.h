#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::render {

/// Opens files that will be asked for, on threads of its own, until somebody asks: while kustomize
/// starts, there is nothing else to do. What is held and was not yet asked for is bounded; of a few
/// files none is opened ahead.
class Prefetch {
 public:
  /// Safe to call concurrently; must not throw.
  using Open = std::function<Result<SecretBytes>(const std::string& path)>;

  Prefetch(const std::vector<std::string>& paths, Open open);
  /// Waits for what is being opened.
  ~Prefetch();
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  /// What `open` says of `path`: kept, awaited, or called here. Only the first call for a path gets
  /// what is kept.
  Result<SecretBytes> Take(const std::string& path);

 private:
  enum class State { kWaiting, kRunning, kDone, kTaken };
  struct File {
    State state = State::kWaiting;
    std::optional<Result<SecretBytes>> content;
  };
  using Files = std::map<std::string, File>;

  void Work();

  const Open open_;
  std::mutex mutex_;  ///< guards what follows
  std::condition_variable changed_;
  Files files_;
  std::vector<Files::value_type*> order_;
  std::size_t next_ = 0;  ///< in order_: nothing before it is waiting
  std::size_t held_ = 0;  ///< bytes
  bool stop_ = false;
  std::vector<std::jthread> threads_;  // last: they use what is above
};

}  // namespace acd::render
