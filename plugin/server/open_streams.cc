#include "plugin/server/open_streams.h"

namespace acd::server {

OpenStreams::Entry::Entry(OpenStreams& all, grpc::ServerContext& context)
    : all_(all), context_(context) {
  const std::lock_guard lock(all_.mutex_);
  if (all_.stopping_) {
    status_ = {grpc::StatusCode::CANCELLED, "the server is stopping"};
  } else if (all_.open_.size() >= kMax) {
    status_ = {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many streams of this kind are open"};
  } else {
    all_.open_.insert(&context_);
  }
}

OpenStreams::Entry::~Entry() {
  const std::lock_guard lock(all_.mutex_);
  all_.open_.erase(&context_);
}

bool OpenStreams::Wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

void OpenStreams::CancelAll() {
  const std::lock_guard lock(mutex_);  // held: a context lives as long as its entry
  stopping_ = true;
  for (grpc::ServerContext* context : open_) context->TryCancel();
  changed_.notify_all();
}

}  // namespace acd::server
