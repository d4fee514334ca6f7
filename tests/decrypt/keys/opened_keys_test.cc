#include "decrypt/keys/opened_keys.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "decrypt/age/x25519.h"
#include "decrypt/keys/key_watch.h"
#include "tests/decrypt/age/fixtures.h"

namespace acd::keys {
namespace {

std::string Text(const std::optional<SecretBytes>& key) {
  return key ? std::string(key->ExposeText()) : "(none)";
}

TEST(OpenedKeys, KeepsTheLastOnes) {
  OpenedKeys keys(2);
  EXPECT_EQ(Text(keys.Find("a")), "(none)");
  keys.Keep("a", SecretBytes::CopyOf("key of a"));
  keys.Keep("b", SecretBytes::CopyOf("key of b"));
  keys.Keep("a", SecretBytes::CopyOf("another"));
  EXPECT_EQ(Text(keys.Find("a")), "key of a");
  EXPECT_EQ(Text(keys.Find("b")), "key of b");
  keys.Keep("c", SecretBytes::CopyOf("key of c"));
  EXPECT_EQ(Text(keys.Find("a")), "(none)");
  EXPECT_EQ(Text(keys.Find("b")), "key of b");
  EXPECT_EQ(Text(keys.Find("c")), "key of c");
}

TEST(OpenedKeys, TellsTextsApartByEachByte) {
  OpenedKeys keys(10);
  keys.Keep("text", SecretBytes::CopyOf("key"));
  for (const char* other : {"", "tex", "text ", "Text", "text\n"}) {
    EXPECT_EQ(Text(keys.Find(other)), "(none)") << other;
  }
}

TEST(OpenedKeys, KeepsNothingIfThereIsNoRoom) {
  OpenedKeys keys(0);
  keys.Keep("a", SecretBytes::CopyOf("key"));
  EXPECT_EQ(Text(keys.Find("a")), "(none)");
}

// Whoever can encrypt for a recipient can store anything in place of a data key.
TEST(OpenedKeys, KeepsNothingThatIsTooLongForADataKey) {
  OpenedKeys keys(4);
  keys.Keep("share", SecretBytes(OpenedKeys::kMaxKeySize));
  keys.Keep("long", SecretBytes(OpenedKeys::kMaxKeySize + 1));
  EXPECT_NE(keys.Find("share"), std::nullopt);
  EXPECT_EQ(Text(keys.Find("long")), "(none)");
}

TEST(OpenedKeys, ServesManyThreads) {
  OpenedKeys keys(16);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&keys] {
      for (int i = 0; i < 500; ++i) {
        const std::string name = std::to_string(i % 32);
        keys.Keep(name, SecretBytes::CopyOf("key of " + name));
        const auto found = keys.Find(name);
        EXPECT_TRUE(!found || found->ExposeText() == "key of " + name);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

/// Like a plugin's, where somebody has to touch a token, or like an SSH key.
class ForeignIdentity : public age::Identity {
 public:
  explicit ForeignIdentity(bool asks) : asks_(asks) {}
  std::optional<Result<age::FileKey>> Unwrap(std::span<const age::Stanza> /*stanzas*/,
                                             const Check& /*check*/) const override {
    return std::nullopt;
  }
  const std::string& PublicName() const override { return name_; }
  bool IsNative() const override { return false; }
  bool AsksSomebody() const override { return asks_; }

 private:
  const bool asks_;
  const std::string name_ = "foreign";
};

KeyWatch::Sources SourcesWith(std::shared_ptr<const age::Identity> identity) {
  FoundKeys found;
  found.identities.Add(std::move(identity));
  KeyWatch::Sources sources;
  sources.fixed.emplace_back("fixed", std::move(found));
  sources.max_opened_keys = 4;
  return sources;
}

TEST(KeyWatch, RemembersNothingWhereSomebodyIsToBeAsked) {
  const auto key = *age::X25519Identity::Parse(age::testing::kSecretKey1);
  EXPECT_NE(KeyWatch(SourcesWith(key), {}, SystemSeconds).Current()->opened, nullptr);
  const auto ssh = std::make_shared<ForeignIdentity>(false);
  EXPECT_NE(KeyWatch(SourcesWith(ssh), {}, SystemSeconds).Current()->opened, nullptr);
  const auto asking = std::make_shared<ForeignIdentity>(true);
  EXPECT_EQ(KeyWatch(SourcesWith(asking), {}, SystemSeconds).Current()->opened, nullptr);
}

}  // namespace
}  // namespace acd::keys
