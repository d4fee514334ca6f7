#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/decrypt/facade/facade.h"
#include "tests/support/matchers.h"

namespace acd {
namespace {

using testing::Decrypt;
using testing::Fails;
using testing::IsOk;
using testing::OptionsFor;
using testing::Sample;
using testing::SampleKeys;

class SopsSample : public ::testing::TestWithParam<const char*> {};

TEST_P(SopsSample, DecryptsToWhatSopsPrints) {
  const std::string name = GetParam();
  const std::string content = Sample(name);
  ASSERT_FALSE(content.empty());
  const sops::Format format = sops::FormatForPath(name);
  EXPECT_TRUE(SopsDocument::Detect(AsBytes(content), format).has_value());
  const auto keys = SampleKeys();
  const auto plain = Decrypt(content, format, *keys);
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(plain->text.ExposeText(), Sample(name + ".plain"));
}

INSTANTIATE_TEST_SUITE_P(All, SopsSample,
                         ::testing::Values("types.yaml", "types.json", "blob.bin", "multi.yaml",
                                           "encrypted_regex.yaml", "unencrypted_regex.yaml",
                                           "encrypted_suffix.yaml", "unencrypted_suffix.yaml",
                                           "encrypted_comment_regex.yaml",
                                           "unencrypted_comment_regex.yaml", "mac_only.yaml"),
                         [](const auto& sample) {
                           std::string name = sample.param;
                           for (char& c : name) {
                             if (c == '.') c = '_';
                           }
                           return name;
                         });

TEST(SopsSamples, TwoOfThreeKeyGroupsOpen) {
  const std::string content = Sample("groups.yaml");
  for (const auto& names : std::vector<std::vector<std::string>>{
           {"ours", "second"}, {"second", "third"}, {"ours", "second", "third"}}) {
    const auto keys = SampleKeys(names);
    const auto plain = Decrypt(content, sops::Format::kYaml, *keys);
    ASSERT_THAT(plain, IsOk());
    EXPECT_EQ(plain->text.ExposeText(), Sample("groups.yaml.plain"));
  }
  const auto one = SampleKeys({"third"});
  const auto plain = Decrypt(content, sops::Format::kYaml, *one);
  ASSERT_THAT(plain, Fails(Code::kNoMatchingKey, "Shamir threshold of 2"));
  EXPECT_EQ(plain.error().stage, Stage::kDataKey);
}

TEST(SopsSamples, AnotherKeyDoesNotOpen) {
  const auto keys = SampleKeys({"second"});
  const auto plain = Decrypt(Sample("types.yaml"), sops::Format::kYaml, *keys);
  ASSERT_THAT(plain, Fails(Code::kNoMatchingKey, "identity"));
  EXPECT_EQ(plain.error().stage, Stage::kDataKey);
}

TEST(SopsSamples, ConvertBetweenFormats) {
  const auto keys = SampleKeys();
  DecryptOptions options = OptionsFor(sops::Format::kYaml);
  options.output = sops::Format::kJson;
  const auto json = DecryptDocument(AsBytes(Sample("encrypted_suffix.yaml")), options, *keys, {});
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ(json->text.ExposeText(),
            "{\n\t\"a_enc\": \"one\",\n\t\"b\": \"two\",\n\t\"m_enc\": {\n\t\t\"c\": \"three\",\n"
            "\t\t\"d\": [\n\t\t\t1,\n\t\t\ttrue\n\t\t]\n\t},\n\t\"e\": 5\n}\n");
}

TEST(SopsSamples, ExtractAsSopsDoes) {
  const auto keys = SampleKeys();
  const auto extract = [&](const std::string& path, sops::Format output) {
    DecryptOptions options = OptionsFor(sops::Format::kYaml);
    options.output = output;
    options.extract = path;
    const auto part = DecryptDocument(AsBytes(Sample("types.yaml")), options, *keys, {});
    return part ? std::string(part->text.ExposeText()) : part.error().message;
  };
  using sops::Format;
  EXPECT_EQ(extract(R"(["string"])", Format::kYaml), "hello");
  EXPECT_EQ(extract(R"(["float"])", Format::kYaml), "1.5\n");
  EXPECT_EQ(extract(R"(["float"])", Format::kJson), "1.5");
  EXPECT_EQ(extract(R"(["null"])", Format::kYaml), "null\n");
  EXPECT_EQ(extract(R"(["date"])", Format::kYaml), "2001-12-14T00:00:00Z\n");
  EXPECT_EQ(extract(R"(["map"]["empty_list"])", Format::kYaml), "[]\n");
  EXPECT_EQ(extract(R"(["map"]["empty_map"])", Format::kYaml), "{}\n");
  EXPECT_EQ(extract(R"(["list"])", Format::kYaml),
            "- a\n# in the list\n- 1\n- - x\n  - \"y\": z\n");
  EXPECT_EQ(extract(R"(["plain_unencrypted"])", Format::kYaml), "a: stays\nb: 1.5\n");
  EXPECT_EQ(extract(R"(["missing"])", Format::kYaml),
            "error truncating tree: component ['missing'] not found");
  EXPECT_THAT(extract(R"(["float"])", Format::kBinary), ::testing::HasSubstr("not structured"));
}

TEST(SopsSamples, KeepEachDecryptedStringForRedaction) {
  const auto keys = SampleKeys();
  const auto plain = Decrypt(Sample("encrypted_regex.yaml"), sops::Format::kYaml, *keys);
  ASSERT_THAT(plain, IsOk());
  std::vector<std::string> values;
  for (const SecretBytes& value : plain->values) values.emplace_back(value.ExposeText());
  EXPECT_THAT(values, ::testing::ElementsAre("admin", "correct horse", "5432", "aGVsbG8="));
}

TEST(SopsSamples, DecryptConcurrently) {
  const auto keys = SampleKeys();
  const std::string content = Sample("encrypted_regex.yaml");
  const std::string expected = Sample("encrypted_regex.yaml.plain");
  std::vector<int> right(4);
  std::vector<std::thread> threads;
  for (int& count : right) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto plain = Decrypt(content, sops::Format::kYaml, *keys);
        count += plain.has_value() && plain->text.ExposeText() == expected ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(right, ::testing::Each(20));
}

}  // namespace
}  // namespace acd
