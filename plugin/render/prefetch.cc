#include "plugin/render/prefetch.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "plugin/render/parallel.h"

namespace acd::render {
namespace {

constexpr std::size_t kMaxHeld = 8U << 20U;
// A thread takes as long to start as this many files of the usual size take to open.
constexpr std::size_t kWorthAThread = 4;
constexpr std::size_t kMaxThreads = 3;

std::size_t SizeOf(const Result<SecretBytes>& content) { return content ? content->size() : 0; }

}  // namespace

Prefetch::Prefetch(const std::vector<std::string>& paths, Open open) : open_(std::move(open)) {
  for (const std::string& path : paths) {
    const auto [at, is_new] = files_.try_emplace(path);
    if (is_new) order_.push_back(&*at);
  }
  const std::size_t cpus = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t useful = std::min({kMaxThreads, order_.size() / kWorthAThread, cpus});
  try {
    for (std::size_t i = 0; i < useful; ++i) threads_.push_back(StartBeside([this] { Work(); }));
  } catch (const std::system_error&) {
    // No thread to be had: whoever asks opens the file.
  }
}

Prefetch::~Prefetch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
}

void Prefetch::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stop_ || held_ < kMaxHeld; });
    while (next_ < order_.size() && order_[next_]->second.state != State::kWaiting) ++next_;
    if (stop_ || next_ == order_.size()) return;
    Files::value_type& entry = *order_[next_];
    entry.second.state = State::kRunning;
    lock.unlock();
    auto content = open_(entry.first);
    lock.lock();
    held_ += SizeOf(content);
    entry.second.content = std::move(content);
    entry.second.state = State::kDone;
    changed_.notify_all();
  }
}

Result<SecretBytes> Prefetch::Take(const std::string& path) {
  {
    std::unique_lock lock(mutex_);
    if (const auto found = files_.find(path); found != files_.end()) {
      File& file = found->second;
      changed_.wait(lock, [&] { return file.state != State::kRunning; });
      const bool done = file.state == State::kDone;
      file.state = State::kTaken;
      if (done) {
        Result<SecretBytes> content = *std::move(file.content);
        file.content.reset();
        held_ -= SizeOf(content);
        changed_.notify_all();
        return content;
      }
    }
  }
  return open_(path);
}

}  // namespace acd::render
