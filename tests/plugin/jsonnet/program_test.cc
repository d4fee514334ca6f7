#include "plugin/jsonnet/program.h"

#include <gtest/gtest.h>

#include "plugin/jsonnet/hints.h"
#include "tests/support/matchers.h"

namespace acd::jsonnet {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

Program Sample() {
  Program program;
  program.main = "/a.jsonnet";
  program.max_memory_bytes = 123456789;
  program.variables = {{"x", "1", true, false}, {"y", "z", false, true}};
  program.files.push_back({"/a.jsonnet", SecretBytes::CopyOf("{}")});
  program.files.push_back({"/b", SecretBytes::CopyOf(std::string_view("\0x", 2))});
  program.imports = {{"/", "b", "/b", "", true}, {"", "c", "", "none", false}};
  return program;
}

TEST(Program, ArrivesAsItWasSent) {
  const SecretBytes bytes = Encode(Sample());
  const auto program = Decode(bytes.Expose());
  ASSERT_THAT(program, IsOk());
  EXPECT_EQ(program->main, "/a.jsonnet");
  EXPECT_EQ(program->max_memory_bytes, 123456789U);
  ASSERT_EQ(program->variables.size(), 2U);
  EXPECT_TRUE(program->variables[0].is_code);
  EXPECT_FALSE(program->variables[0].is_argument);
  EXPECT_TRUE(program->variables[1].is_argument);
  ASSERT_EQ(program->files.size(), 2U);
  EXPECT_EQ(program->files[1].content.size(), 2U);
  ASSERT_EQ(program->imports.size(), 2U);
  EXPECT_TRUE(program->imports[0].is_code);
  EXPECT_FALSE(program->imports[1].is_code);
  EXPECT_EQ(program->imports[1].error, "none");
}

TEST(Program, IsRefusedCutOffAnywhere) {
  const SecretBytes bytes = Encode(Sample());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_THAT(Decode(bytes.Expose().first(i)), Fails(Code::kInvalidInput, "cut off")) << i;
  }
  SecretBytes longer = bytes.Clone();
  longer.Append('x');
  EXPECT_THAT(Decode(longer.Expose()), Fails(Code::kInvalidInput, "too long"));
}

TEST(Hints, NameFunctionsThatOnlyGoHas) {
  const std::string error = "RUNTIME ERROR: field does not exist: sha256\n\tx:1:1-11\t\n";
  EXPECT_NE(HintFor(error, "0.18.0").find("std.sha256"), std::string::npos);
  EXPECT_NE(HintFor(error, "0.18.0").find("libjsonnet 0.18.0"), std::string::npos);
  EXPECT_EQ(HintFor("RUNTIME ERROR: field does not exist: replicas\n", "0.18.0"), "");
  EXPECT_EQ(HintFor("RUNTIME ERROR: x", "0.18.0"), "");
}

}  // namespace
}  // namespace acd::jsonnet
