#include "plugin/workspace/workspace.h"
#include "tests/plugin/workspace/test_folder.h"
#include "tests/support/matchers.h"

namespace acd::workspace {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::TestFolder;

class ResolveInsideTest : public ::testing::Test {
 protected:
  ResolveInsideTest() : root_(folder_ / "w1"), base_(root_ + "/apps/shop") {
    folder_.Write("w1/apps/shop/values.yaml", "x");
    folder_.Write("w1/shared/common.yaml", "x");
    folder_.Write("w10/secret.yaml", "x");
    folder_.Write("outside.yaml", "x");
  }
  Result<std::string> Resolve(const std::string& path) { return ResolveInside(root_, base_, path); }
  void ExpectAt(const std::string& path, const std::string& relative) {
    const auto found = Resolve(path);
    ASSERT_THAT(found, IsOk()) << path;
    EXPECT_EQ(RelativeTo(root_, *found), relative) << path;
  }

  TestFolder folder_;
  std::string root_;
  std::string base_;
};

TEST_F(ResolveInsideTest, FindsFilesBelowTheBase) {
  ExpectAt("values.yaml", "apps/shop/values.yaml");
  ExpectAt("././/values.yaml", "apps/shop/values.yaml");
  ExpectAt(".", "apps/shop");
  ExpectAt("", "apps/shop");
}

TEST_F(ResolveInsideTest, AllowsUpwardsInsideTheRepository) {
  ExpectAt("../../shared/common.yaml", "shared/common.yaml");
  ExpectAt("../..", ".");
}

TEST_F(ResolveInsideTest, TakesAnAbsolutePathFromTheRoot) {
  ExpectAt("/shared/common.yaml", "shared/common.yaml");
  ExpectAt("/", ".");
  ExpectAt("//shared//common.yaml", "shared/common.yaml");
}

TEST_F(ResolveInsideTest, TakesABaseRelativeToTheRoot) {
  const auto found = ResolveInside(root_ + "/", "apps/shop", "values.yaml");
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(*found, base_ + "/values.yaml");
}

TEST_F(ResolveInsideTest, RefusesPathsThatLeave) {
  for (const char* path : {"../../..", "../../../outside.yaml", "../../../w10/secret.yaml", "/..",
                           "/../outside.yaml", "../../../w1/shared/common.yaml",
                           "../../../nowhere/at/all", "../../../../../../etc/passwd"}) {
    EXPECT_THAT(Resolve(path), Fails(Code::kInvalidInput, "leaves the repository")) << path;
  }
}

TEST_F(ResolveInsideTest, RefusesABaseThatLeavesBySiblingPrefix) {
  EXPECT_FALSE(ResolveInside(root_, folder_ / "w10", "secret.yaml").has_value());
}

TEST_F(ResolveInsideTest, NamesMissingFilesRelativeToTheRoot) {
  const auto missing = Resolve("../other/values.yaml");
  ASSERT_THAT(missing, Fails(Code::kNotFound, "apps/other/values.yaml: no such file"));
  EXPECT_THAT(missing.error().message, ::testing::Not(::testing::HasSubstr(folder_.path())));
  EXPECT_THAT(Resolve("values.yaml/below"), Fails(Code::kNotFound, "apps/shop/values.yaml/below"));
  EXPECT_THAT(Resolve("values.yaml/.."), Fails(Code::kNotFound, "apps/shop"));
  EXPECT_THAT(Resolve(std::string(300, 'n')), Fails(Code::kNotFound, "no such file"));
}

TEST_F(ResolveInsideTest, FollowsSymlinksInside) {
  folder_.Link("../../shared", "w1/apps/shop/link");
  folder_.Link("link/common.yaml", "w1/apps/shop/file");
  folder_.Link(root_ + "/shared/common.yaml", "w1/absolute");
  ExpectAt("link/common.yaml", "shared/common.yaml");
  ExpectAt("file", "shared/common.yaml");
  ExpectAt("/absolute", "shared/common.yaml");
  // ".." counts from where the link leads, as for the kernel.
  ExpectAt("link/../apps", "apps");
}

TEST_F(ResolveInsideTest, RefusesSymlinksThatLeave) {
  folder_.Link("../../../outside.yaml", "w1/apps/shop/out");
  folder_.Link("/etc/passwd", "w1/apps/shop/absolute");
  folder_.Link("../..", "w1/apps/shop/root");
  folder_.Link("root/../outside.yaml", "w1/apps/shop/chain");
  folder_.Link(folder_ / "w10/secret.yaml", "w1/apps/shop/sibling");
  folder_.Link("../../../gone", "w1/apps/shop/dangling-out");
  for (const char* path : {"out", "absolute", "chain", "sibling", "dangling-out", "root/../w1"}) {
    EXPECT_THAT(Resolve(path), Fails(Code::kInvalidInput, "leaves the repository")) << path;
  }
}

TEST_F(ResolveInsideTest, CallsADanglingLinkNotFoundAndALoopInvalid) {
  folder_.Link("gone.yaml", "w1/apps/shop/dangling");
  folder_.Link("loop-b", "w1/apps/shop/loop-a");
  folder_.Link("loop-a", "w1/apps/shop/loop-b");
  EXPECT_THAT(Resolve("dangling"), Fails(Code::kNotFound, "apps/shop/dangling"));
  EXPECT_THAT(Resolve("loop-a"), Fails(Code::kInvalidInput, "too many symlinks"));
}

TEST_F(ResolveInsideTest, RefusesANulByte) {
  EXPECT_THAT(Resolve(std::string("values.yaml\0/x", 14)), Fails(Code::kInvalidInput, "NUL"));
}

TEST_F(ResolveInsideTest, KeepsTheRootAsItWasNamed) {
  folder_.Link("w1", "alias");
  folder_.Link(root_ + "/shared", "w1/real");
  folder_.Link((folder_ / "alias") + "/shared", "w1/named");
  const std::string alias = folder_ / "alias";
  for (const char* path : {"/real/common.yaml", "/named/common.yaml"}) {
    const auto found = ResolveInside(alias, alias, path);
    ASSERT_THAT(found, IsOk()) << path;
    EXPECT_EQ(*found, alias + "/shared/common.yaml");
  }
}

TEST(RelativeTo, GoesByComponents) {
  EXPECT_EQ(RelativeTo("/w1", "/w1/a/b"), "a/b");
  EXPECT_EQ(RelativeTo("/w1/", "/w1"), ".");
  EXPECT_EQ(RelativeTo("/w1", "/w10/a"), "/w10/a");
  EXPECT_EQ(RelativeTo("/w1", "a"), "a");
  EXPECT_EQ(RelativeTo("/", "/a"), "a");
}

}  // namespace
}  // namespace acd::workspace
