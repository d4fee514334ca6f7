#include "decrypt/base/result.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/matchers.h"

namespace acd {
namespace {

Result<std::unique_ptr<int>> Make(bool good) {
  if (!good) return Fail(Code::kNotFound, "number: not there", "look elsewhere");
  return std::make_unique<int>(7);
}

Result<int> Twice(bool good) {
  ACD_TRY(auto number, Make(good));
  return *number * 2;
}

Status Checked(bool good) {
  ACD_CHECK(Twice(good));
  return {};
}

TEST(Result, PassesAMoveOnlyValueThroughTry) { EXPECT_EQ(*Twice(true), 14); }

TEST(Result, PassesTheErrorWithItsHint) {
  EXPECT_THAT(Checked(false), testing::Fails(Code::kNotFound, "number: not there"));
  EXPECT_EQ(Checked(false).error().hint, "look elsewhere");
}

TEST(Error, InnermostHintAndStageWin) {
  Error error =
      Error{Code::kIo, "read"}.Hint("inner").Hint("outer").At(Stage::kMac).At(Stage::kTree);
  error = std::move(error).With("file.yaml");
  EXPECT_EQ(error.message, "file.yaml: read");
  EXPECT_EQ(error.hint, "inner");
  EXPECT_EQ(error.stage, Stage::kMac);
}

}  // namespace
}  // namespace acd
