#include "plugin/sources/source_cache.h"

#include <atomic>
#include <thread>

#include "tests/plugin/sources/sources_fixture.h"

namespace acd::sources {
namespace {

namespace fs = std::filesystem;

class CacheTest : public SourcesTest {
 protected:
  std::shared_ptr<SourceCache> Open(std::size_t max_bytes = 1U << 20U) {
    auto cache = SourceCache::Open(dir_ / "cache", max_bytes);
    EXPECT_THAT(cache, IsOk());
    return *cache;
  }
  std::string Get(SourceCache& cache, const std::string& key, const std::string& content) {
    auto got = cache.Get(key, budget_, [&]() -> Result<SecretBytes> {
      ++fetched_;
      return SecretBytes::CopyOf(content);
    });
    return got ? std::string(got->ExposeText()) : "ERROR " + got.error().message;
  }
  std::string folder() const { return dir_ / "cache/argocd-decrypt"; }
  std::atomic<int> fetched_ = 0;
};

TEST_F(CacheTest, FetchesOnce) {
  EXPECT_EQ(Get(*Open(), "a", "1"), "1");
  EXPECT_EQ(Get(*Open(), "a", "2"), "1");
  EXPECT_EQ(Get(*Open(), "b", ""), "");
  EXPECT_EQ(fetched_, 2);
}

TEST_F(CacheTest, ManyAtATimeFetchOnce) {
  const auto cache = Open();
  const auto other = Open();  // as another process would
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&, i] {
      auto got = (i % 2 == 0 ? cache : other)->Get("k", budget_, [&]() -> Result<SecretBytes> {
        ++fetched_;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return SecretBytes::CopyOf("content");
      });
      EXPECT_EQ(got->ExposeText(), "content");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fetched_, 1);
}

TEST_F(CacheTest, AFailureIsNotKept) {
  const auto cache = Open();
  const auto failed = cache->Get(
      "k", budget_, []() -> Result<SecretBytes> { return Fail(Code::kToolFailed, "no"); });
  EXPECT_THAT(failed, Fails(Code::kToolFailed, "no"));
  EXPECT_EQ(Get(*cache, "k", "1"), "1");
}

TEST_F(CacheTest, DamagedEntriesAreFetchedAgain) {
  const auto cache = Open();
  Get(*cache, "k", "content");
  for (const auto& entry : fs::directory_iterator(folder())) {
    if (entry.path().extension() == ".lock") continue;
    for (const std::string& damage :
         {std::string(), std::string("x"), std::string(64, '0') + "\nz"}) {
      std::ofstream(entry.path(), std::ios::trunc) << damage;
      EXPECT_EQ(Get(*cache, "k", "content"), "content");
    }
    fs::remove(entry.path());
    fs::create_symlink("/etc/passwd", entry.path());
    EXPECT_EQ(Get(*cache, "k", "content"), "content");
  }
  EXPECT_EQ(fetched_, 5);
}

TEST_F(CacheTest, StaysBelowItsBound) {
  const auto cache = Open(10'000);
  for (int i = 0; i < 20; ++i) Get(*cache, std::to_string(i), std::string(1000, 'x'));
  std::size_t total = 0;
  for (const auto& entry : fs::directory_iterator(folder())) total += entry.file_size();
  EXPECT_LE(total, 10'000U);
  fetched_ = 0;
  EXPECT_EQ(Get(*cache, "19", "new").size(), 1000U);  // the latest is still there
  EXPECT_EQ(fetched_, 0);
  EXPECT_EQ(Get(*cache, "0", "new"), "new");
  EXPECT_EQ(Get(*cache, "large", std::string(9000, 'x')).size(), 9000U);  // given, not kept
  EXPECT_EQ(Get(*cache, "large", "new"), "new");
}

TEST_F(CacheTest, WaitingEndsWithTheBudget) {
  const auto cache = Open();
  std::atomic<bool> inside = false;
  std::atomic<bool> leave = false;
  std::thread holder([&] {
    (void)cache->Get("k", budget_, [&]() -> Result<SecretBytes> {
      inside = true;
      while (!leave) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return SecretBytes();
    });
  });
  while (!inside) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  exec::Budget brief;
  brief.deadline = exec::Budget::Clock::now() + std::chrono::milliseconds(50);
  EXPECT_THAT(cache->Get("k", brief, []() -> Result<SecretBytes> { return SecretBytes(); }),
              Fails(Code::kDeadline, "waiting for another request"));
  leave = true;
  holder.join();
}

TEST_F(CacheTest, AFolderThatOthersMayWriteToIsRefused) {
  fs::create_directories(folder());
  fs::permissions(folder(), fs::perms::all);
  EXPECT_THAT(SourceCache::Open(dir_ / "cache", 1000), Fails(Code::kInvalidInput, "others may"));
  EXPECT_THAT(SourceCache::Open("relative", 1000), Fails(Code::kInvalidInput, "absolute"));
  fs::remove_all(dir_ / "cache");
  fs::create_directory_symlink("/tmp", dir_ / "cache");
  EXPECT_THAT(SourceCache::Open(dir_ / "cache", 1000), Fails(Code::kInvalidInput, "not a folder"));
}

}  // namespace
}  // namespace acd::sources
