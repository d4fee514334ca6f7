// Whatever is done to an encrypted file: no crash, and no plaintext unless it is the true one.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/decrypt/facade/crafted.h"

namespace acd {
namespace {

using sops::Format;
using sops::testing::FakeKeyService;
using testing::Crafted;
using testing::Decrypt;
using testing::Sample;
using testing::SampleKeys;

/// Small, and all of it encrypted: keys of encrypted values are authenticated too.
std::string SmallFile() {
  const Crafted c;
  return c.Yaml("a: " + c.Enc("first", "a:") + "\nm:\n    b: " + c.Enc("true", "m:b:", "bool") +
                    "\n    l:\n        - " + c.Enc("12", "m:l:", "int") + "\n        - " +
                    c.Enc("2", "m:l:") + "\n",
                "firstTrue122");
}

class Mutation : public ::testing::Test {
 protected:
  void Check(const std::string& changed, const std::string& what) {
    const auto plain = Decrypt(changed, Format::kYaml, *keys_);
    if (!plain.has_value()) {
      ++refused_;
      EXPECT_FALSE(plain.error().message.empty());
      return;
    }
    // The metadata is not authenticated, nor is white space: many changes there are harmless.
    EXPECT_EQ(plain->text.ExposeText(), expected_) << what;
  }

  std::unique_ptr<keys::KeyService> keys_;
  std::string expected_;
  std::size_t refused_ = 0;
};

TEST_F(Mutation, FlippingAnyBitChangesNothingOrIsRefused) {
  const std::string file = SmallFile();
  keys_ = std::make_unique<FakeKeyService>();
  expected_ = "a: first\nm:\n    b: true\n    l:\n        - 12\n        - \"2\"\n";
  Check(file, "unchanged");
  ASSERT_EQ(refused_, 0U);
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = file;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      Check(changed, "byte " + std::to_string(i) + " bit " + std::to_string(bit));
    }
  }
  EXPECT_GT(refused_, file.size() * 6);
}

TEST_F(Mutation, TruncatingAnywhereIsRefused) {
  const std::string file = SmallFile();
  keys_ = std::make_unique<FakeKeyService>();
  expected_ = "a: first\nm:\n    b: true\n    l:\n        - 12\n        - \"2\"\n";
  for (std::size_t size = 0; size < file.size(); ++size) {
    Check(file.substr(0, size), "cut to " + std::to_string(size));
  }
  // What may be missing is the end of the version's last number, and the last line break.
  EXPECT_GE(refused_, file.size() - 2);
}

TEST_F(Mutation, RealFilesSurviveDamageToo) {
  const std::string file = Sample("unencrypted_regex.yaml");
  keys_ = SampleKeys();
  expected_ = Sample("unencrypted_regex.yaml.plain");
  for (std::size_t i = 0; i < file.size(); i += 3) {
    // Keys and ends of plain values are not authenticated, the plain part of this file comes first.
    if (i < file.find("stringData")) continue;
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 7)));
    Check(changed, "byte " + std::to_string(i));
  }
  EXPECT_GT(refused_, 0U);
}

TEST_F(Mutation, RandomSplicesDoNotCrash) {
  std::mt19937 random(20240102);
  const std::vector<std::string> files = {SmallFile(), Sample("types.json"), Sample("blob.bin"),
                                          Sample("multi.yaml")};
  FakeKeyService keys;
  for (int round = 0; round < 2000; ++round) {
    std::string changed = files[random() % files.size()];
    const std::string& donor = files[random() % files.size()];
    const std::size_t from = random() % donor.size();
    const std::size_t at = random() % changed.size();
    changed.replace(at, random() % 40, donor.substr(from, random() % 60));
    for (const Format format : {Format::kYaml, Format::kJson, Format::kBinary}) {
      (void)SopsDocument::Detect(AsBytes(changed), format).has_value();
      (void)Decrypt(changed, format, keys);
    }
  }
}

}  // namespace
}  // namespace acd
