#include "plugin/tracing/otel/warnings.h"

namespace acd::tracing::otel {
namespace {

constexpr std::chrono::minutes kPause{1};
constexpr std::size_t kMaxBytes = 16U << 10U;  // the program cuts it, once nothing secret is in it

}  // namespace

void Warnings::Warn(std::string problem) noexcept {
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (last_ && now - *last_ < kPause) return;
    last_ = now;
  }
  if (problem.size() > kMaxBytes) problem.resize(kMaxBytes);
  for (char& c : problem) {
    if (c < 0x20 || c > 0x7E) c = '?';  // a peer's words, for a log
  }
  warn_(context_, {problem.data(), problem.size()});
}

}  // namespace acd::tracing::otel
