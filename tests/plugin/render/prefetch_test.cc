#include "plugin/render/prefetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/matchers.h"

namespace acd::render {
namespace {

using acd::testing::Fails;

std::vector<std::string> Names(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back("/" + std::to_string(i));
  return names;
}

/// Counts how often each path was opened.
class Opened {
 public:
  Result<SecretBytes> operator()(const std::string& path) {
    const std::lock_guard lock(mutex_);
    ++counts_[path];
    return SecretBytes::CopyOf("of " + path);
  }
  int count(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return counts_[path];
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> counts_;
};

void AwaitOpened(Opened& opened, const std::string& path) {
  for (int i = 0; i < 10'000 && opened.count(path) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(Prefetch, OpensEachFileOnceHoweverEarlyItIsAskedFor) {
  for (const bool wait : {false, true}) {
    Opened opened;
    Prefetch files(Names(50), [&](const std::string& path) { return opened(path); });
    if (wait) AwaitOpened(opened, "/49");
    for (const std::string& path : Names(50)) {
      EXPECT_EQ(files.Take(path)->ExposeText(), "of " + path);
      EXPECT_EQ(opened.count(path), 1);
    }
  }
}

TEST(Prefetch, OpensAgainWhatIsAskedForAgainAndWhatNobodyExpected) {
  Opened opened;
  Prefetch files(Names(8), [&](const std::string& path) { return opened(path); });
  for (int i = 0; i < 2; ++i) EXPECT_EQ(files.Take("/3")->ExposeText(), "of /3");
  EXPECT_EQ(opened.count("/3"), 2);
  EXPECT_EQ(files.Take("/other")->ExposeText(), "of /other");
}

TEST(Prefetch, KeepsErrorsForWhoAsks) {
  Prefetch files(Names(8), [](const std::string& path) -> Result<SecretBytes> {
    return Fail(Code::kNotFound, path + ": no such file");
  });
  EXPECT_THAT(files.Take("/5"), Fails(Code::kNotFound, "/5: no such file"));
}

TEST(Prefetch, HoldsNoMoreThanItsLimit) {
  constexpr std::size_t kSize = 1U << 20U;
  std::atomic<int> opened = 0;
  Prefetch files(Names(64), [&](const std::string&) -> Result<SecretBytes> {
    ++opened;
    return SecretBytes(kSize);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LE(opened, 8 + 3);  // the limit, and what each thread had begun
  for (const std::string& path : Names(64)) EXPECT_EQ(files.Take(path)->size(), kSize);
  EXPECT_EQ(opened, 64);
}

TEST(Prefetch, EndsBeforeItHasOpenedEverything) {
  std::atomic<int> opened = 0;
  {
    Prefetch files(Names(10'000), [&](const std::string&) -> Result<SecretBytes> {
      ++opened;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return SecretBytes();
    });
  }
  EXPECT_LT(opened, 10'000);
}

TEST(Prefetch, ServesManyThreads) {
  Opened opened;
  Prefetch files(Names(200), [&](const std::string& path) { return opened(path); });
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (const std::string& path : Names(200)) {
        if (files.Take(path)->ExposeText() == "of " + path) ++good;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(good, 800);
}

}  // namespace
}  // namespace acd::render
