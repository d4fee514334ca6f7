#include "plugin/render/parallel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/matchers.h"

namespace acd::render {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

int CpusOfThisThread() {
  cpu_set_t cpus = {};
  EXPECT_EQ(::sched_getaffinity(0, sizeof(cpus), &cpus), 0);
  return CPU_COUNT(&cpus);
}

// A thread that has ended is, to the kernel, the one that asks.
TEST(StartBeside, LeavesTheCallerAndTheThreadAllTheirCpus) {
  const int before = CpusOfThisThread();
  for (int i = 0; i < 5000; ++i) {
    int inside = before;
    {
      const std::jthread nothing = StartBeside([] {});
    }
    {
      const std::jthread looks = StartBeside([&] { inside = CpusOfThisThread(); });
    }
    ASSERT_EQ(inside, before) << i;
    ASSERT_EQ(CpusOfThisThread(), before) << i;
  }
}

TEST(ForEachInParallel, CallsEveryNumberOnce) {
  for (const std::size_t count : {0, 1, 7, 8, 9, 64, 1000}) {
    std::vector<std::atomic<int>> calls(count);
    ASSERT_THAT(ForEachInParallel(count,
                                  [&](std::size_t number) {
                                    ++calls[number];
                                    return Status();
                                  }),
                IsOk());
    for (const auto& called : calls) EXPECT_EQ(called, 1);
  }
}

TEST(ForEachInParallel, ReturnsTheFirstErrorHoweverTheThreadsRun) {
  for (int round = 0; round < 50; ++round) {
    const Status status = ForEachInParallel(200, [](std::size_t number) -> Status {
      if (number == 100) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (number < 100) return {};
      return Fail(Code::kIo, "number " + std::to_string(number) + ".");
    });
    EXPECT_THAT(status, Fails(Code::kIo, "number 100."));
  }
}

TEST(ForEachInParallel, ThrowsWhatItsThreadsThrow) {
  for (int round = 0; round < 50; ++round) {
    EXPECT_THROW(
        (void)ForEachInParallel(200, [](std::size_t) -> Status { throw std::bad_alloc(); }),
        std::bad_alloc);
  }
}

TEST(ForEachInParallel, BeginsNothingNewAfterAFailure) {
  std::atomic<int> begun{0};
  EXPECT_THAT(ForEachInParallel(100'000,
                                [&](std::size_t) -> Status {
                                  ++begun;
                                  return Fail(Code::kIo, "no");
                                }),
              Fails(Code::kIo, "no"));
  EXPECT_LE(begun, 4);
}

}  // namespace
}  // namespace acd::render
