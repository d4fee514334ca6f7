#include "plugin/render/parallel.h"

#include <pthread.h>
#include <sched.h>

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

/// Has new threads begin on other CPUs than the one that makes them. Without it, kernels that see
/// no cache shared by two CPUs (small virtual machines) leave a thread where it was made until a
/// tick balances the load: 3 ms, when all there is to do for both takes 5. Only where they begin:
/// a thread calls `Release` first thing. What the system refuses costs time and nothing else.
class OtherCpus {
 public:
  OtherCpus() { known_ = ::sched_getaffinity(0, sizeof(all_), &all_) == 0; }

  void Place(std::jthread& thread) const {
    const int here = ::sched_getcpu();
    if (!known_ || here < 0) return;
    cpu_set_t others = all_;
    CPU_CLR(static_cast<std::size_t>(here), &others);
    ::pthread_setaffinity_np(thread.native_handle(), sizeof(others), &others);
  }
  void Release() const {
    if (known_) ::pthread_setaffinity_np(::pthread_self(), sizeof(all_), &all_);
  }

 private:
  bool known_ = false;
  cpu_set_t all_ = {};
};

}  // namespace

Status ForEachInParallel(std::size_t count, const std::function<Status(std::size_t)>& work) {
  if (count == 0) return {};
  // What the first call makes for all of them (keys read, ciphers loaded), the others would only
  // wait for; and who waits is woken on the other one's CPU.
  ACD_CHECK(work(0));
  std::atomic<std::size_t> next{1};
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
  const OtherCpus other_cpus;
  std::vector<std::jthread> helpers;
  const auto help = [&] {
    other_cpus.Release();
    run();
  };
  try {
    for (std::size_t i = 1; i < useful; ++i) other_cpus.Place(helpers.emplace_back(help));
  } catch (const std::system_error&) {
    // No thread to be had: this one does it.
  }
  run();
  helpers.clear();  // joins
  if (thrown) std::rethrow_exception(thrown);
  return result;
}

}  // namespace acd::render
