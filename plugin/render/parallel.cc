#include "plugin/render/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace acd::render {
namespace {

// Several requests are at work at once: one must not take every core.
constexpr std::size_t kMaxThreads = 4;
// Less than this is done before another thread has started.
constexpr std::size_t kWorthAThread = 8;

}  // namespace

Status ForEachInParallel(std::size_t count, const std::function<Status(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::size_t failed_at = count;
  Status result;
  std::exception_ptr thrown;
  const auto work_on = [&] {
    // Numbers are taken in order, so everything below one that failed is begun, and finished.
    while (!failed) {
      const std::size_t number = next++;
      if (number >= count) return;
      Status status = work(number);
      if (status) continue;
      failed = true;
      const std::lock_guard lock(mutex);
      if (number < failed_at) {
        failed_at = number;
        result = std::move(status);
      }
    }
  };
  // Out of a thread of ours, an exception would end the process.
  const auto run = [&] {
    try {
      work_on();
    } catch (...) {
      failed = true;
      const std::lock_guard lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  const std::size_t useful = std::min(
      {kMaxThreads, count / kWorthAThread, std::size_t{std::thread::hardware_concurrency()}});
  std::vector<std::jthread> helpers;
  try {
    for (std::size_t i = 1; i < useful; ++i) helpers.emplace_back(run);
  } catch (const std::system_error&) {
    // No thread to be had: this one does it.
  }
  run();
  helpers.clear();  // joins
  if (thrown) std::rethrow_exception(thrown);
  return result;
}

}  // namespace acd::render
