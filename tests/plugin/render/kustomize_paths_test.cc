// What a path in a kustomization leads to, for every place where kustomize 5.7 reads one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "plugin/render/kustomization_paths.h"
#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"
#include "tests/support/tools.h"

namespace acd::render {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n";

class KustomizePathsTest : public RenderTest {
 protected:
  KustomizePathsTest() { settings_.kustomize = testing::Tool("ACD_KUSTOMIZE", "kustomize"); }
};

TEST_F(KustomizePathsTest, AreLexicalAsInGo) {
  Write("a/b/file.yaml", kConfigMap);
  Write("a/file.yaml", kConfigMap);
  std::filesystem::create_directory_symlink("a/b", root_ + "/link");
  const auto found = LocateEntry(root_, root_, "link/../a/file.yaml", "f");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->path, root_ + "/a/file.yaml");
  const auto below = LocateEntry(root_, root_ + "/a", "b/", "f");
  ASSERT_TRUE(below && *below);
  EXPECT_TRUE((*below)->is_folder);
}

TEST_F(KustomizePathsTest, NeverLeaveTheRepository) {
  for (const char* entry :
       {"../x", "missing/../../x", "http://h/../../../../x", "https:/x/../../../x",
        "x://a/../../../../etc/passwd", "\n/../../../etc/passwd", "a: b/../../../etc/passwd"}) {
    EXPECT_THAT(LocateEntry(root_, root_, entry, "f"),
                Fails(Code::kInvalidInput, "leaves the repository"))
        << entry;
  }
  EXPECT_THAT(LocateEntry(root_, root_, "/etc/passwd", "f"),
              Fails(Code::kInvalidInput, "an absolute path"));
  EXPECT_THAT(LocateEntry(root_, root_, "FILE:///etc//x", "f"),
              Fails(Code::kInvalidInput, "not allowed as a remote reference"));
}

TEST_F(KustomizePathsTest, MayBeRemote) {
  EXPECT_TRUE(IsWebFile("HTTPS://example.com/x.yaml"));
  EXPECT_FALSE(IsWebFile("ssh://example.com/x.yaml"));
  for (const char* entry : {"https://example.com/a/b", "git@example.com:a/b", "github.com/a/b",
                            "git::https://example.com/a//b", "ssh://git@example.com/a"}) {
    EXPECT_TRUE(IsGitRepository(entry)) << entry;
  }
  for (const char* entry : {"base", "./a@b", "x/https://y", "1@x"}) {
    EXPECT_FALSE(IsGitRepository(entry)) << entry;
  }
}

// Whichever of two spellings kustomize takes, it must not be one that nobody looked at.
TEST_F(KustomizePathsTest, AreCheckedForEachSpellingWithoutLoadRestrictions) {
  dir_.Write("key.txt", "AGE-SECRET-KEY-canary\n");
  Write("m.yaml", kConfigMap);
  Write("ok.txt", "ok\n");
  Write("sub/kustomization.yaml", "resources: [../m.yaml]\n");
  Set("buildOptions", "--load-restrictor LoadRestrictionsNone");
  for (const char* text : {
           "secretGenerator: [{name: x, files: [../key.txt], Files: [ok.txt]}]\n",
           "secretGenerator: [{name: x, Files: [ok.txt], files: [../key.txt]}]\n",
           "\xC5\xBF"
           "ecretGenerator: [{name: x, file\xC5\xBF: [../key.txt]}]\n",
           "configMapGenerator: [{name: x, files: ['k=missing/../../key.txt']}]\n",
           "configMapGenerator: [{name: x, files: ['http:/x/../../../key.txt']}]\n",
           "configMapGenerator: [{name: x, files: ['x://../../../key.txt']}]\n",
           "configMapGenerator: [{name: x, envs: [\"\\n/../../key.txt\"]}]\n",
           "resources: [m.yaml]\npatches: [{path: ../key.txt, Path: m.yaml}]\n",
           "resources: [m.yaml]\nreplacements: [{path: m.yaml, PATH: ../key.txt}]\n",
           "resources: [m.yaml]\ntransformers: ['{apiVersion: builtin, kind: ValueAddTransformer, "
           "metadata: {name: v}, value: x, targetFilePath: ../key.txt}']\n",
       }) {
    Write("kustomization.yaml", text);
    const auto out = Run();
    EXPECT_THAT(out, Fails(Code::kInvalidInput, "leaves the repository")) << text;
    EXPECT_THAT(Text(out), Not(HasSubstr("canary")));
  }
  request_.app_path = "sub";  // inside of the repository, anything goes
  EXPECT_THAT(Text(Run()), HasSubstr("name: m"));
}

TEST_F(KustomizePathsTest, OfPluginsStartWhereTheyAreListed) {
  Write("overlay/kustomization.yaml", "resources: [../base]\n");
  Write("base/kustomization.yaml", "generators: [gen.yaml]\n");
  Write("base/gen.yaml",
        "apiVersion: builtin\nkind: SecretGenerator\nmetadata: {name: built}\nfiles: [blob.bin]\n");
  UseFile("kustomize/overlay/blob.bin", "base/blob.bin");
  request_.app_path = "overlay";
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->files_decrypted, 1U);
}

TEST_F(KustomizePathsTest, OfAnInlinePatchAreNone) {
  Write("m.yaml", kConfigMap);
  Write("kustomization.yaml",
        "resources: [m.yaml]\npatchesStrategicMerge:\n"
        "- '{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"},"
        "\"data\":{\"p\":\"../../../../x\"}}'\n");
  EXPECT_THAT(Text(Run()), HasSubstr("p: ../../../../x"));
}

}  // namespace
}  // namespace acd::render
