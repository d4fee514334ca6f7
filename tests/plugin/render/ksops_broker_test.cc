#include "plugin/render/ksops_broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"
#include "tests/support/tools.h"

namespace acd::render {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kFunction =
    "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: g\n  annotations:\n"
    "    config.kubernetes.io/function: 'exec: {path: ksops}'\n";

class KsopsBrokerTest : public RenderTest {
 protected:
  KsopsBrokerTest() { settings_.kustomize = testing::Tool("ACD_KUSTOMIZE", "kustomize"); }
};

TEST(KsopsProgram, IsTheSmallOneBesideTheMainProgram) {
  testing::TempDir dir;
  const std::string self = dir.Write("argocd-decrypt", "");
  EXPECT_EQ(KsopsProgram(self), self);
  const std::string small = dir.Write("argocd-decrypt-ksops", "");
  ::chmod(small.c_str(), 0600);
  EXPECT_EQ(KsopsProgram(self), self) << "it cannot be executed";
  ::chmod(small.c_str(), 0700);
  EXPECT_EQ(KsopsProgram(self), small);
  EXPECT_EQ(KsopsProgram("argocd-decrypt"), "argocd-decrypt");
  EXPECT_EQ(KsopsProgram(""), "");
}

TEST_F(KsopsBrokerTest, TheMainProgramDoesWithoutTheSmallOne) {
  Use("ksops");
  const std::string alone = dir_ / "alone";
  std::filesystem::create_directory(alone);
  std::filesystem::copy(settings_.self, alone + "/argocd-decrypt");
  settings_.self = alone + "/argocd-decrypt";
  EXPECT_THAT(Text(Run()), AllOf(HasSubstr("canary-ksops-one"), HasSubstr("made: by-ksops")));
}

TEST_F(KsopsBrokerTest, RefusesAGeneratorThatIsATransformerToo) {
  Use("ksops");
  Write("generator.yaml", std::string(kFunction) + "files: [one.enc.yaml]\n");
  for (const char* lists : {"generators: [generator.yaml]\ntransformers: [generator.yaml]\n",
                            "transformers: [generator.yaml]\ngenerators: [generator.yaml]\n"}) {
    Write("kustomization.yaml", lists);
    EXPECT_FALSE(Run().has_value()) << lists;
    Write("generator.yaml", std::string(kFunction) + "files: [one.enc.yaml]\n");
  }
}

// Builtin plugins, too, read from the folder of the kustomization that runs them.
TEST_F(KsopsBrokerTest, PluginsOfABaseReadFromTheBase) {
  Use("ksops", "base");
  Write("base/kustomization.yaml", "generators: [builtin.yaml, ksops.yaml]\n");
  Write("base/ksops.yaml", std::string(kFunction) + "files: [one.enc.yaml]\n");
  Write("base/builtin.yaml",
        "apiVersion: builtin\nkind: SecretGenerator\nmetadata: {name: b}\nname: made\n"
        "files: [two=two.enc.yaml]\n");
  Write("app/kustomization.yaml", "resources: [../base]\n");
  request_.app_path = "app";
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(Text(out), HasSubstr("canary-ksops-one"));
  EXPECT_EQ(out->files_decrypted, 2U);
}

}  // namespace
}  // namespace acd::render
