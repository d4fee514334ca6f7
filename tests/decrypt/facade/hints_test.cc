#include "decrypt/hints.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "tests/decrypt/facade/facade.h"
#include "tests/support/matchers.h"

namespace acd {
namespace {

using sops::Format;
using ::testing::HasSubstr;

std::string HintFor(std::string_view content, Format format) {
  return FormatHint(AsBytes(content), format);
}

TEST(Hints, NameTheTypeThatAFileLooksLike) {
  EXPECT_EQ(HintFor("a: b\nsops:\n    mac: x\n", Format::kBinary),
            "this looks like a sops file of type yaml, but it was read as binary: end its name in "
            ".yaml (`decrypt` also takes --input-type yaml)");
  EXPECT_THAT(HintFor("\n {\"sops\": {}}", Format::kIni), HasSubstr("of type json"));
  EXPECT_THAT(HintFor("A=b\nsops_mac=x\n", Format::kYaml), HasSubstr("of type dotenv"));
  EXPECT_THAT(HintFor("A=b\nsops_mac=x\n", Format::kYaml), HasSubstr("end its name in .env"));
  EXPECT_THAT(HintFor("[s]\n[sops]\r\nmac = x\n", Format::kYaml), HasSubstr("of type ini"));
}

TEST(Hints, LeaveAFileAloneThatLooksRightOrLikeNone) {
  EXPECT_EQ(HintFor("sops:\n", Format::kYaml), "");
  EXPECT_EQ(HintFor("{\"sops\": {}}", Format::kYaml), "");
  EXPECT_EQ(HintFor("{\"sops\": {}}", Format::kBinary), "");
  EXPECT_EQ(HintFor("{\"a\": {}}", Format::kIni), "");
  EXPECT_EQ(HintFor("a: sops:\nsops:x\n", Format::kJson), "");
  EXPECT_EQ(HintFor("", Format::kJson), "");
}

TEST(Hints, OfAnotherTypeComeWithWhateverReadsAFile) {
  constexpr const char* kEnc = "ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:str]";
  const auto keys = testing::SampleKeys();
  const std::string yaml = "a: " + std::string(kEnc) + "\nsops:\n    mac: x\n";
  const std::string ini = "[s]\na = " + std::string(kEnc) + "\n[sops]\nmac = x\n";
  for (const auto& [content, format, words] :
       {std::tuple(yaml, Format::kJson, "type yaml, but it was read as json"),
        std::tuple(yaml, Format::kIni, "type yaml, but it was read as ini"),
        std::tuple(ini, Format::kYaml, "type ini, but it was read as yaml")}) {
    auto detected = SopsDocument::Detect(AsBytes(content), format);
    ASSERT_TRUE(detected.has_value()) << words;
    EXPECT_THAT(std::move(*detected).Decrypt({}, *keys, {}).error().hint, HasSubstr(words));
    auto read = SopsDocument::Read(AsBytes(content), format);
    EXPECT_THAT(std::move(read).Decrypt({}, *keys, {}).error().hint, HasSubstr(words));
  }
}

TEST(Hints, EveryStageOfAFileHasOne) {
  for (const Stage stage :
       {Stage::kRead, Stage::kDataKey, Stage::kTree, Stage::kMac, Stage::kEmit}) {
    EXPECT_NE(WithHint({Code::kInvalidInput, "what", "", stage}).hint, "");
    EXPECT_EQ(WithHint({Code::kInvalidInput, "what", "its own", stage}).hint, "its own");
    EXPECT_THAT(WithHint({Code::kLimitExceeded, "what", "", stage}).hint, HasSubstr("split"));
  }
}

}  // namespace
}  // namespace acd
