#include "plugin/server/silence_watch.h"

namespace acd::server {

SilenceWatch::Entry::Entry(SilenceWatch& all, grpc::ServerContext& context)
    : all_(all), context_(context) {
  const std::lock_guard lock(all_.mutex_);
  all_.open_.insert(this);
}

SilenceWatch::Entry::~Entry() {
  const std::lock_guard lock(all_.mutex_);
  all_.open_.erase(this);
}

void SilenceWatch::CutOff(Clock::duration limit) {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  for (Entry* const entry : open_) {
    if (entry->heard_.exchange(false, std::memory_order_relaxed)) entry->since_ = now;
    if (entry->ended_.load(std::memory_order_relaxed) || now - entry->since_ < limit) continue;
    entry->cut_off_.store(true, std::memory_order_relaxed);
    entry->context_.TryCancel();
  }
}

}  // namespace acd::server
