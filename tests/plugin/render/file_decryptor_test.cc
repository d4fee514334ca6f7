#include "plugin/render/file_decryptor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "plugin/render/noting_keys.h"
#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"

namespace acd::render {
namespace {

using acd::testing::IsOk;

/// Takes its time, and knows how many were in it at once.
class CountingKeys : public keys::KeyService {
 public:
  explicit CountingKeys(keys::KeyService& real) : real_(real) {}

  Result<SecretBytes> Unwrap(const keys::WrappedKey& key,
                             const keys::Requester& requester) override {
    Count(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    auto opened = real_.Unwrap(key, requester);
    Count(-1);
    return opened;
  }
  std::vector<std::string> PublicNames(const keys::Requester& requester) override {
    return real_.PublicNames(requester);
  }
  int most() const { return most_; }

 private:
  void Count(int change) {
    const std::lock_guard lock(mutex_);
    now_ += change;
    most_ = std::max(most_, now_);
  }

  keys::KeyService& real_;
  std::mutex mutex_;
  int now_ = 0;
  int most_ = 0;
};

class FileDecryptorTest : public RenderTest {};

TEST_F(FileDecryptorTest, FindsSopsInUtf16) {
  std::string file = "\xFF\xFE";
  for (char c : testing::Slurp(TestData("render/directory/secret.enc.yaml"))) {
    file.append({c, '\0'});
  }
  EXPECT_TRUE(DetectSops("a.yaml", AsBytes(file)).has_value());
}

// A document takes many times its size while it is read.
TEST_F(FileDecryptorTest, DecryptsLargeFilesOneAtATime) {
  const std::string document = testing::Slurp(TestData("render/directory/secret.enc.yaml"));
  const std::string padding = "# " + std::string((1U << 20U) + 1, 'x') + "\n";
  std::vector<std::string> paths;
  for (int i = 0; i < 40; ++i) {
    Write(std::to_string(i) + ".yaml", padding + document);
    paths.push_back(root_ + "/" + std::to_string(i) + ".yaml");
  }
  guard::Redactor redactor;
  CountingKeys keys(*keys_);
  FileDecryptor files(request_, settings_, keys, redactor);
  ASSERT_THAT(files.DecryptInPlace(paths, "test"), IsOk());
  EXPECT_EQ(files.files_decrypted(), 40U);
  EXPECT_EQ(keys.most(), 1);
}

/// Opens everything, with the same data key.
class OneKey : public keys::KeyService {
 public:
  Result<SecretBytes> Unwrap(const keys::WrappedKey& key, const keys::Requester&) override {
    if (key.encrypted == "closed") return Fail(Code::kNoMatchingKey, "no");
    return SecretBytes::CopyOf("k");
  }
  std::vector<std::string> PublicNames(const keys::Requester&) override { return {}; }
};

TEST_F(FileDecryptorTest, NotesTheKindsOfKeysThatOpen) {
  using Type = keys::WrappedKey::Type;
  OneKey keys;
  const auto kind = [&](const std::vector<keys::WrappedKey>& tried) {
    NotingKeys noting(keys);
    for (const keys::WrappedKey& key : tried) (void)noting.Unwrap(key, {});
    return noting.kind();
  };
  EXPECT_EQ(kind({}), "");
  EXPECT_EQ(kind({{Type::kAge, "age1qqq", ""}}), "age");
  EXPECT_EQ(kind({{Type::kAge, "ssh-ed25519 AAAA", ""}}), "ssh");
  EXPECT_EQ(kind({{Type::kPgp, "ssh-rsa", ""}}), "pgp");
  EXPECT_EQ(kind({{Type::kAwsKms, "arn", "closed"}, {Type::kAge, "age1qqq", ""}}), "age");
  EXPECT_EQ(kind({{Type::kAge, "age1", ""}, {Type::kPgp, "FP", ""}, {Type::kPgp, "FP", ""}}),
            "several");
}

TEST_F(FileDecryptorTest, CountsByFormatAndKey) {
  UseFile("directory/secret.enc.yaml", "a.yaml");
  UseFile("directory/secret.enc.yaml", "b.yaml");
  Write("plain.yaml", "a: 1\n");
  guard::Redactor redactor;
  FileDecryptor files(request_, settings_, *keys_, redactor);
  for (const char* name : {"a.yaml", "b.yaml", "plain.yaml"}) {
    ASSERT_THAT(files.DecryptInPlace(root_ + "/" + name, "test"), IsOk());
  }
  EXPECT_EQ(files.decrypted(), (DecryptedFiles{{{"yaml", "age"}, 2}}));
  EXPECT_EQ(files.files_decrypted(), 2U);
}

}  // namespace
}  // namespace acd::render
