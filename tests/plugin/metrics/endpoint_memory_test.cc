#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "tests/plugin/metrics/endpoint_fixture.h"

namespace {

// One allocation by another thread than the test's fails each time it is counted down to 0.
std::atomic<int> until_failure = -1;
thread_local bool is_test = false;

void* Allocate(std::size_t size) {
  if (!is_test && until_failure >= 0 && until_failure.fetch_sub(1) == 0) throw std::bad_alloc();
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// Where GCC sees into these, it takes them for somebody else's.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace acd::metrics {
namespace {

using testing::EndpointTest;

/// Lets each allocation of what `call` has the endpoint do fail, one at a time, and scrapes after
/// it.
template <typename Call, typename Scrape>
void FailEachAllocation(const Call& call, const Scrape& scrape) {
  is_test = true;
  ASSERT_THAT(scrape(), ::testing::EndsWith("a 1\n"));
  int failures = 0;
  for (int at = 0; at < 200; ++at) {
    until_failure = at;
    call();
    const bool failed = until_failure.exchange(-1) < 0;
    failures += failed ? 1 : 0;
    ASSERT_THAT(scrape(), ::testing::EndsWith("a 1\n")) << "after allocation " << at;
    if (!failed) break;
  }
  EXPECT_GT(failures, 2);
  is_test = false;
}

TEST_F(EndpointTest, OutlivesAFailureOfEachAllocation) {
  Start();
  FailEachAllocation([this] { Scrape(); }, [this] { return Scrape(); });
}

// A connection beyond as many as there ever were takes memory before anybody is asked.
TEST_F(EndpointTest, OutlivesAFailureWithinAsio) {
  Start();
  std::vector<std::unique_ptr<testing::Client>> others;
  const auto come = [&] {
    for (int i = 0; i < 3; ++i) others.push_back(std::make_unique<testing::Client>(port()));
    // Until the endpoint has come that far, or has nothing more to do.
    for (int i = 0; i < 10 && until_failure >= 0; ++i) {
      others.back()->Receive(testing::milliseconds(20));
    }
  };
  FailEachAllocation(come, [this] { return Scrape(); });
}

}  // namespace
}  // namespace acd::metrics
