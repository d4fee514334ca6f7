#include "plugin/server/render_slots.h"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "tests/support/matchers.h"

namespace acd::server {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using std::chrono::milliseconds;

TEST(RenderSlots, NeverGivesMoreThanThereAre) {
  RenderSlots slots(3);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  threads.reserve(50);
  for (int i = 0; i < 50; ++i) {
    threads.emplace_back([&] {
      const auto slot = slots.Acquire({});
      ASSERT_THAT(slot, IsOk());
      const int now = ++inside;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::yield();
      --inside;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, 3);
}

TEST(RenderSlots, GivesUpAtTheDeadline) {
  RenderSlots slots(1);
  const auto held = slots.Acquire({});
  ASSERT_THAT(held, IsOk());
  exec::Budget budget;
  budget.deadline = exec::Budget::Clock::now() + milliseconds(20);
  EXPECT_THAT(slots.Acquire(budget), Fails(Code::kDeadline, "waiting for other renders"));
}

TEST(RenderSlots, GivesUpWhenTheClientIsGone) {
  RenderSlots slots(1);
  const auto held = slots.Acquire({});
  std::atomic<int> polls = 0;
  exec::Budget budget;
  budget.cancelled = [&] { return ++polls > 2; };
  EXPECT_THAT(slots.Acquire(budget), Fails(Code::kCancelled, "waiting for other renders"));
}

TEST(RenderSlots, GivesAFreedPlaceToWhoWaits) {
  RenderSlots slots(1);
  auto held = std::optional(slots.Acquire({}));
  std::thread waiter([&] { EXPECT_THAT(slots.Acquire({}), IsOk()); });
  held.reset();
  waiter.join();
  EXPECT_THAT(slots.Acquire({}), IsOk());
}

}  // namespace
}  // namespace acd::server
