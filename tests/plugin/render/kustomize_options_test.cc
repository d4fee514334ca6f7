#include "plugin/render/kustomize_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "plugin/render/kustomize_patches.h"
#include "plugin/render/kustomize_version.h"
#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"
#include "tests/support/tools.h"

namespace acd::render {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(KustomizeBuildOptions, AreSplitAtBlanksAndCanonical) {
  const auto options = ReadBuildOptions(
      "  --enable-helm\t--load-restrictor  LoadRestrictionsNone\n--reorder=none "
      "--enable-alpha-plugins=true --enable-exec --helm-kube-version 1.30.0",
      "here");
  ASSERT_THAT(options, IsOk());
  EXPECT_TRUE(options->enable_helm);
  EXPECT_TRUE(options->enable_plugins);
  EXPECT_THAT(options->args, ElementsAre("--load-restrictor=LoadRestrictionsNone", "--reorder=none",
                                         "--helm-kube-version=1.30.0"));
  const auto none = ReadBuildOptions(" \n", "here");
  ASSERT_THAT(none, IsOk());
  EXPECT_THAT(none->args, IsEmpty());
  const auto off = ReadBuildOptions("--enable-helm --enable-helm=false", "here");
  ASSERT_THAT(off, IsOk());
  EXPECT_FALSE(off->enable_helm);
}

TEST(KustomizeBuildOptions, AreRefusedByName) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {"--helm-command /bin/sh", "here: --helm-command: not allowed: it names a program"},
      {"--helm-command=./evil", "here: --helm-command: not allowed"},
      {"--mount type=bind,src=/,dst=/x", "here: --mount: not allowed"},
      {"--network", "here: --network: not allowed"},
      {"--network-name host", "here: --network-name: not allowed"},
      {"--as-current-user", "here: --as-current-user: not allowed"},
      {"--env TOKEN", "here: --env: not allowed"},
      {"-e TOKEN", "here: -e: not allowed"},
      {"-eTOKEN", "here: -e: not allowed"},
      {"--output /tmp/x", "here: --output: not allowed"},
      {"-o/tmp/x", "here: -o: not allowed"},
      {"--helm-debug", "here: --helm-debug: not allowed"},
      {"--stack-trace", "here: --stack-trace: not an option that may be set here"},
      {"--enable-hel", "here: --enable-hel: not an option"},
      {"../other", "here: ../other: not an option; the folder"},
      {"-- ../other", "here: --: not an option; the folder"},
      {"--load-restrictor none", "here: --load-restrictor: must be LoadRestrictionsRootOnly or"},
      {"--load-restrictor", "here: --load-restrictor: needs a value"},
      {"--reorder x", "here: --reorder: must be legacy or none"},
      {"--enable-helm=maybe", "here: --enable-helm: must be true or false"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ReadBuildOptions(c.text, "here"), Fails(Code::kInvalidInput, c.says)) << c.text;
  }
}

TEST(KustomizeClusterArguments, AreSeparateUntilThereAreMany) {
  EXPECT_THAT(ClusterArguments("1.30.0", {"v1", "apps/v1"}),
              ElementsAre("--helm-kube-version=1.30.0", "--helm-api-versions=v1",
                          "--helm-api-versions=apps/v1"));
  EXPECT_THAT(ClusterArguments("", {}), IsEmpty());
  std::vector<std::string> many;
  for (int i = 0; i < 40'000; ++i) {
    many.push_back("group" + std::to_string(i) + ".example.com/v1/Kind");
  }
  many.emplace_back("\"odd\"");
  const auto args = ClusterArguments("", many);
  EXPECT_LT(args.size(), 40U);
  std::size_t found = 0;
  for (const std::string& arg : args) {
    EXPECT_LT(arg.size(), 100U << 10U);
    found += 1 + static_cast<std::size_t>(std::count(arg.begin(), arg.end(), ','));
  }
  EXPECT_EQ(found, many.size());
}

std::string Patched(const std::string& kustomization, const std::vector<std::string>& patches) {
  const auto out = AddPatches(SecretBytes::CopyOf(kustomization), patches);
  return out ? std::string(out->ExposeText()) : "ERROR " + out.error().message;
}

TEST(KustomizePatches, AreAppended) {
  EXPECT_EQ(Patched("resources: [a]\n", {R"({"path": "p.yaml"})"}),
            "{resources: [a], \"patches\": [{\"path\": \"p.yaml\"}]}\n");
  EXPECT_EQ(Patched("patches:\n- path: old.yaml\nnamePrefix: 'x: '\n",
                    {"patch: |\n  a: 1\ntarget: {kind: K, labelSelector: a=b}\n"
                     "options: {allowNameChange: true}\n",
                     "{path: n.yaml, target: null}"}),
            "{namePrefix: \"x: \", \"patches\": [{path: old.yaml}, "
            "{\"patch\": \"a: 1\\n\", \"target\": {\"kind\": \"K\", \"labelSelector\": \"a=b\"}, "
            "\"options\": {\"allowNameChange\": true}}, {\"path\": \"n.yaml\"}]}\n");
  EXPECT_THAT(Patched("x: &x {app: a}\nlabels: [{pairs: {<<: *x, app: b}}]\n", {"{path: p}"}),
              HasSubstr("labels: [{pairs: {app: b}}]"));
}

TEST(KustomizePatches, HaveTheFieldsOfArgoCd) {
  const auto error = [](const std::string& patch) { return Patched("resources: []\n", {patch}); };
  EXPECT_THAT(error("[]"), HasSubstr("parameter patches[0]: expected a map"));
  EXPECT_THAT(error(""), HasSubstr("parameter patches[0]: expected"));
  EXPECT_THAT(error("a: {"), HasSubstr("parameter patches[0]: "));
  EXPECT_THAT(error("{Path: x}"), HasSubstr("patches[0]: unknown field Path"));
  EXPECT_THAT(error("{path: 5}"), HasSubstr("patches[0].path: expected a text"));
  EXPECT_THAT(error("{patch: {a: b}}"), HasSubstr("patches[0].patch: expected a text"));
  EXPECT_THAT(error("{target: {labels: x}}"), HasSubstr("patches[0].target: unknown field labels"));
  EXPECT_THAT(error("{options: {allowKindChange: 1}}"), HasSubstr("expected true or false"));
  EXPECT_THAT(error("{path: a, path: b}"), HasSubstr("given twice"));
  EXPECT_THAT(Patched("patches:\n", {"{path: p}"}), HasSubstr("patches: expected a list"));
  EXPECT_THAT(Patched("[]\n", {"{path: p}"}), HasSubstr("expected a map"));
}

class KustomizeParametersTest : public RenderTest {
 protected:
  KustomizeParametersTest() {
    settings_.kustomize = testing::Tool("ACD_KUSTOMIZE", "kustomize");
    Write("kustomization.yaml", "resources: [m.yaml]\n");
    Write("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: b}\n");
  }
};

TEST_F(KustomizeParametersTest, PatchWhatKustomizeReads) {
  Set("patches",
      R"({"patch": "[{\"op\": \"add\", \"path\": \"/data/x\", \"value\": \"word\"}]",
           "target": {"kind": "ConfigMap"}})");
  Set("patches", "path: p.yaml");
  Write("p.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {z: file}\n");
  EXPECT_THAT(Text(Run()), AllOf(HasSubstr("x: word"), HasSubstr("z: file")));
}

TEST_F(KustomizeParametersTest, PatchPathsStayInTheRepository) {
  dir_.Write("secret.yaml", "canary");
  Set("patches", "path: ../secret.yaml");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "leaves the repository"));
}

TEST_F(KustomizeParametersTest, TheOperatorsBuildOptionsAreTheDefault) {
  settings_.kustomize_build_options = "--enable-managedby-label";
  EXPECT_THAT(Text(Run()), HasSubstr("managed-by"));
  Set("buildOptions", "--reorder=none");
  EXPECT_THAT(Text(Run()), ::testing::Not(HasSubstr("managed-by")));
  settings_.kustomize_build_options = "--helm-command=x";
  request_.parameters = {};
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "--kustomize-build-options: --helm-command"));
}

TEST_F(KustomizeParametersTest, VersionsAreThoseThatTheOperatorRegistered) {
  Set("version", "v5.6.0");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput,
                           "parameter version: kustomize version v5.6.0 is not registered"));
  settings_.kustomize_versions = "v1.0.0=/nowhere,v5.6.0=" + settings_.kustomize;
  settings_.kustomize = "/nonexistent";
  EXPECT_THAT(Run(), IsOk());
  const std::string real = runner_.commands.back().program;
  std::filesystem::create_directories(dir_ / "versions/v5.7.1");
  std::filesystem::create_symlink(real, dir_ / "versions/v5.6.0");
  std::filesystem::create_symlink(real, dir_ / "versions/v5.7.1/kustomize");
  settings_.kustomize_versions = dir_ / "versions";
  for (const char* version : {"v5.6.0", "v5.7.1"}) {
    request_.parameters = {};
    Set("version", version);
    EXPECT_THAT(Run(), IsOk()) << version;
  }
  for (const char* version : {"../versions/v5.6.0", ".", "v9", "/bin/sh", "v5.6.0/.."}) {
    request_.parameters = {};
    Set("version", version);
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "is not registered")) << version;
  }
  EXPECT_THAT(CheckKustomizeVersions("v1=relative"), Fails(Code::kInvalidInput, "NAME=/PATH"));
  EXPECT_THAT(CheckKustomizeVersions("v1=/a,v2=/b"), IsOk());
}

}  // namespace
}  // namespace acd::render
