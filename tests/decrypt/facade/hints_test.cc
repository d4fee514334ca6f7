#include "decrypt/hints.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/decrypt/facade/facade.h"
#include "tests/support/matchers.h"

namespace acd {
namespace {

using sops::Format;
using ::testing::HasSubstr;

std::string FormatHint(std::string_view content, Format format) {
  Error error{Code::kInvalidInput, "what", "its own", Stage::kRead};
  return WithFormatHint(std::move(error), AsBytes(content), format).hint;
}

TEST(Hints, NameTheTypeThatAFileLooksLike) {
  EXPECT_EQ(FormatHint("a: b\nsops:\n    mac: x\n", Format::kBinary),
            "this looks like a sops file of type yaml, but it was read as binary, by its name: "
            "rename it, or add --input-type yaml");
  EXPECT_THAT(FormatHint("\n {\"sops\": {}}", Format::kIni), HasSubstr("of type json"));
  EXPECT_THAT(FormatHint("A=b\nsops_mac=x\n", Format::kYaml), HasSubstr("of type dotenv"));
  EXPECT_THAT(FormatHint("[s]\n[sops]\r\nmac = x\n", Format::kYaml), HasSubstr("of type ini"));
}

TEST(Hints, LeaveAFileAloneThatLooksRightOrLikeNone) {
  EXPECT_EQ(FormatHint("sops:\n", Format::kYaml), "its own");
  EXPECT_EQ(FormatHint("{\"sops\": {}}", Format::kYaml), "its own");
  EXPECT_EQ(FormatHint("{\"sops\": {}}", Format::kBinary), "its own");
  EXPECT_EQ(FormatHint("{\"a\": {}}", Format::kIni), "its own");
  EXPECT_EQ(FormatHint("a: sops:\nsops:x\n", Format::kJson), "its own");
  EXPECT_EQ(FormatHint("", Format::kJson), "its own");
  Error later{Code::kInvalidInput, "what", "its own", Stage::kTree};
  EXPECT_EQ(WithFormatHint(later, AsBytes("sops:\n"), Format::kJson).hint, "its own");
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
