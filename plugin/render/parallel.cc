#include "plugin/render/parallel.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <latch>
#include <memory>
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

std::jthread StartBeside(std::function<void()> work) {
  cpu_set_t all = {};
  const bool known = ::sched_getaffinity(0, sizeof(all), &all) == 0;
  // The thread waits for its place: if it had ended before, the kernel would take its number, which
  // is 0 then, for the caller's.
  const auto placed = std::make_shared<std::latch>(1);
  std::jthread thread([placed, known, all, work = std::move(work)] {
    placed->wait();
    if (known) ::pthread_setaffinity_np(::pthread_self(), sizeof(all), &all);
    work();
  });
  // What the system refuses costs time and nothing else.
  if (const int here = ::sched_getcpu(); known && here >= 0) {
    cpu_set_t others = all;
    CPU_CLR(static_cast<std::size_t>(here), &others);
    ::pthread_setaffinity_np(thread.native_handle(), sizeof(others), &others);
  }
  placed->count_down();
  return thread;
}

Status ForEachInParallel(std::size_t count, const std::function<Status(std::size_t)>& work,
                         std::size_t busy_cpus) {
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
  const std::size_t cpus = std::thread::hardware_concurrency();
  const std::size_t useful =
      std::min({kMaxThreads, count / kWorthAThread, cpus - std::min(cpus, busy_cpus)});
  std::vector<std::jthread> helpers;
  try {
    for (std::size_t i = 1; i < useful; ++i) helpers.push_back(StartBeside(run));
  } catch (const std::system_error&) {
    // No thread to be had: this one does it.
  }
  run();
  helpers.clear();  // joins
  if (thrown) std::rethrow_exception(thrown);
  return result;
}

}  // namespace acd::render
