#include "plugin/server/render_queue.h"

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

QueueSettings Running(std::size_t count) {
  QueueSettings settings;
  settings.max_running = count;
  return settings;
}

void AwaitWaiting(const RenderQueue& queue, std::size_t count) {
  while (queue.Now().waiting < count) std::this_thread::yield();
}

TEST(RenderQueue, NeverLetsMoreRunThanAllowed) {
  RenderQueue queue(Running(3));
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  threads.reserve(50);
  for (int i = 0; i < 50; ++i) {
    threads.emplace_back([&, key = std::to_string(i % 7)] {
      const auto slot = queue.Acquire(key, {});
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
  EXPECT_EQ(queue.Now().running, 0U);
  EXPECT_EQ(queue.Now().waiting, 0U);
}

TEST(RenderQueue, GivesUpAtTheDeadline) {
  RenderQueue queue(Running(1));
  const auto held = queue.Acquire("a", {});
  ASSERT_THAT(held, IsOk());
  exec::Budget budget;
  budget.deadline = exec::Budget::Clock::now() + milliseconds(20);
  EXPECT_THAT(queue.Acquire("b", budget), Fails(Code::kDeadline, "waiting for other renders"));
  EXPECT_EQ(queue.Now().waiting, 0U);
  EXPECT_EQ(queue.Now().refused, 0U);
}

TEST(RenderQueue, GivesUpWhenTheClientIsGone) {
  RenderQueue queue(Running(1));
  const auto held = queue.Acquire("a", {});
  std::atomic<int> polls = 0;
  exec::Budget budget;
  budget.cancelled = [&] { return ++polls > 2; };
  EXPECT_THAT(queue.Acquire("a", budget), Fails(Code::kCancelled, "waiting for other renders"));
}

TEST(RenderQueue, SaysTryLaterAfterItsOwnTime) {
  QueueSettings settings = Running(1);
  settings.max_wait = milliseconds(20);
  RenderQueue queue(settings);
  const auto held = queue.Acquire("a", {});
  const auto late = queue.Acquire("b", {});
  EXPECT_THAT(late, Fails(Code::kLimitExceeded, "overloaded"));
  EXPECT_NE(late.error().hint.find("later"), std::string::npos);
  EXPECT_EQ(queue.Now().refused, 1U);
}

TEST(RenderQueue, TakesNoMoreThanItHasRoomFor) {
  QueueSettings settings = Running(1);
  settings.max_waiting = 2;
  RenderQueue queue(settings);
  std::vector<RenderQueue::Ticket> here;
  for (int i = 0; i < 3; ++i) {
    auto ticket = queue.Enter();
    ASSERT_THAT(ticket, IsOk());
    here.push_back(*std::move(ticket));
  }
  EXPECT_THAT(queue.Enter(), Fails(Code::kLimitExceeded, "overloaded"));
  EXPECT_EQ(queue.Now().here, 3U);
  EXPECT_EQ(queue.Now().refused, 1U);
  here.pop_back();
  EXPECT_THAT(queue.Enter(), IsOk());
}

TEST(RenderQueue, GivesAFreedPlaceToWhoWaits) {
  RenderQueue queue(Running(1));
  auto held = std::optional(queue.Acquire("a", {}));
  std::thread waiter([&] { EXPECT_THAT(queue.Acquire("a", {}), IsOk()); });
  held.reset();
  waiter.join();
  EXPECT_THAT(queue.Acquire("a", {}), IsOk());
}

// One application that sends many requests must not hold up another one's only request.
TEST(RenderQueue, IsFairBetweenApplications) {
  RenderQueue queue(Running(1));
  auto held = std::optional(queue.Acquire("greedy", {}));
  std::mutex mutex;
  std::vector<std::string> order;
  std::vector<std::thread> threads;
  const auto start = [&](const std::string& key) {
    const std::size_t before = queue.Now().waiting;
    threads.emplace_back([&, key] {
      const auto slot = queue.Acquire(key, {});
      const std::lock_guard lock(mutex);
      order.push_back(key);
    });
    AwaitWaiting(queue, before + 1);
  };
  for (int i = 0; i < 5; ++i) start("greedy");
  start("modest");
  start("other");
  held.reset();
  for (auto& thread : threads) thread.join();
  ASSERT_EQ(order.size(), 7U);
  EXPECT_EQ(order[0], "modest");
  EXPECT_EQ(order[1], "other");
}

// An application with two sources waits with the second one; others send one request after another.
TEST(RenderQueue, ForgetsNobodyWhoWaits) {
  RenderQueue queue(Running(1));
  auto first = std::optional(queue.Acquire("multi", {}));
  std::atomic<bool> served = false;
  std::thread second([&] {
    const auto slot = queue.Acquire("multi", {});
    served = true;
  });
  AwaitWaiting(queue, 1);
  std::atomic<int> others = 0;
  std::vector<std::thread> threads;
  for (const char* key : {"a", "b"}) {
    threads.emplace_back([&, key] {
      for (int i = 0; i < 200 && !served; ++i) {
        const auto slot = queue.Acquire(key, {});
        ++others;
        std::this_thread::sleep_for(milliseconds(1));
      }
    });
  }
  AwaitWaiting(queue, 3);
  first.reset();
  second.join();
  for (auto& thread : threads) thread.join();
  EXPECT_LT(others, 20);
}

TEST(RenderQueue, SpreadsItsPlacesOverApplications) {
  RenderQueue queue(Running(2));
  auto first = std::optional(queue.Acquire("greedy", {}));
  auto second = std::optional(queue.Acquire("other", {}));
  std::atomic<int> modest_running = 0;
  std::vector<std::thread> threads;
  std::atomic<bool> release = false;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const auto slot = queue.Acquire("greedy", {});
      while (!release) std::this_thread::yield();
    });
    AwaitWaiting(queue, static_cast<std::size_t>(i) + 1);
  }
  threads.emplace_back([&] {
    const auto slot = queue.Acquire("modest", {});
    ++modest_running;
    while (!release) std::this_thread::yield();
  });
  AwaitWaiting(queue, 4);
  second.reset();  // greedy has one running and waited first, modest has none
  while (modest_running == 0) std::this_thread::yield();
  release = true;
  first.reset();
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace acd::server
