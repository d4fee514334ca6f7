#include "plugin/preview/hash_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace acd::preview {
namespace {

using acd::testing::Fails;
using acd::testing::TempDir;

TEST(HashKey, IsHmacSha256) {
  const TempDir dir;
  // By `openssl dgst -sha256 -hmac KEY`.
  const auto key = HashKey::Read(dir.Write("key", "0123456789abcdef0123456789abcdef\n"));
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->Hash("hunter22"), "hmac:9496513d034c");
}

TEST(HashKey, IsMadeOnceAndKept) {
  const TempDir dir;
  const std::string path = dir / "config/argocd-decrypt/hash-key";
  const auto first = HashKey::ReadOrMake(path);
  const auto second = HashKey::ReadOrMake(path);
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->Hash("x"), second->Hash("x"));
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir / "config/argocd-decrypt"),
                          std::filesystem::directory_iterator()),
            1);
  EXPECT_NE(HashKey::Random().Hash("x"), HashKey::Random().Hash("x"));
}

TEST(HashKey, RefusesKeysThatAreNone) {
  const TempDir dir;
  EXPECT_THAT(HashKey::Read(dir.Write("short", "0123456789abcde \n")),
              Fails(Code::kInvalidInput, "shorter than 16 bytes"));
  EXPECT_THAT(HashKey::Read(dir.Write("long", std::string(5000, 'x'))),
              Fails(Code::kInvalidInput, "longer than 4096 bytes"));
  EXPECT_THAT(HashKey::Read(dir / "none"), Fails(Code::kNotFound, "none"));
  const std::string open = dir.Write("open", std::string(32, 'x'));
  ::chmod(open.c_str(), 0644);
  EXPECT_THAT(HashKey::ReadOrMake(open), Fails(Code::kInvalidInput, "others may read it"));
}

}  // namespace
}  // namespace acd::preview
