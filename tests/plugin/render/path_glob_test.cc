#include "plugin/render/path_glob.h"

#include <gmock/gmock.h>

#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"
#include "tests/support/no_free_descriptor.h"

namespace acd::render {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

class ExpandGlobTest : public RenderTest {};

// Value files that are not found may be left out: the answer would be another one.
TEST_F(ExpandGlobTest, TellsNoMatchFromAFolderThatItCannotList) {
  Write("values/a.yaml", "a: 1\n");
  for (const char* pattern : {"values/*.yaml", "**/a.yaml"}) {
    const auto found = ExpandGlob(root_, root_, pattern, request_.budget);
    ASSERT_THAT(found, IsOk());
    ASSERT_EQ(found->size(), 1U);
    const acd::testing::NoFreeDescriptor no_free_descriptor;
    EXPECT_THAT(ExpandGlob(root_, root_, pattern, request_.budget),
                Fails(Code::kNoRoom, "Too many open files"));
  }
}

}  // namespace
}  // namespace acd::render
