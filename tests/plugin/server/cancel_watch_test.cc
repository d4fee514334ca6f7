#include "plugin/server/cancel_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace acd::server {
namespace {

TEST(CancelWatch, AsksRarelyHoweverOftenItIsAsked) {
  int asked = 0;
  CancelWatch watch([&] { return ++asked < 0; });
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100'000; ++i) ASSERT_FALSE(watch.Cancelled());
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(asked, 1);
  EXPECT_LE(asked, 1 + took / CancelWatch::kInterval);
}

TEST(CancelWatch, NoticesWithinItsInterval) {
  std::atomic<bool> gone = false;
  CancelWatch watch([&] { return gone.load(); });
  EXPECT_FALSE(watch.Cancelled());
  gone = true;
  std::this_thread::sleep_for(CancelWatch::kInterval);
  EXPECT_TRUE(watch.Cancelled());
}

TEST(CancelWatch, AnswersAsOfNowWhenItMatters) {
  bool gone = false;
  CancelWatch watch([&] { return gone; });
  EXPECT_FALSE(watch.Cancelled());
  gone = true;
  EXPECT_TRUE(watch.CancelledNow());
  EXPECT_TRUE(watch.Cancelled());
}

TEST(CancelWatch, StaysCancelled) {
  bool gone = true;
  CancelWatch watch([&] { return gone; });
  EXPECT_TRUE(watch.Cancelled());
  gone = false;
  EXPECT_TRUE(watch.Cancelled());
  EXPECT_TRUE(watch.CancelledNow());
}

TEST(CancelWatch, IsAskedByOneThreadAtATime) {
  std::atomic<int> inside = 0;
  CancelWatch watch([&] {
    EXPECT_EQ(++inside, 1);
    std::this_thread::yield();
    --inside;
    return false;
  });
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n)
        EXPECT_FALSE(n % 2 == 0 ? watch.Cancelled() : watch.CancelledNow());
    });
  }
}

}  // namespace
}  // namespace acd::server
