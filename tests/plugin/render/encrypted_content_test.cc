#include "plugin/render/encrypted_content.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/plugin/render/render_fixture.h"
#include "tests/support/no_free_descriptor.h"

namespace acd::render {
namespace {

class EncryptedContent : public RenderTest {
 protected:
  bool Holds(const std::string& app = "") {
    return HoldsEncrypted(root_, app.empty() ? root_ : root_ + "/" + app, request_.budget);
  }
  void Secret(const std::string& as) { UseFile("directory/secret.enc.yaml", as); }
};

// A "no" would have another tool apply the ciphertext.
TEST_F(EncryptedContent, DoesNotTakeALackOfDescriptorsForANo) {
  Use("directory", "directory");
  const acd::testing::NoFreeDescriptor no_free_descriptor;
  EXPECT_TRUE(Holds("directory"));
}

TEST_F(EncryptedContent, KnowsTheSamples) {
  Use("directory", "directory");
  Use("helm", "helm");
  Use("kustomize", "kustomize");
  Use("ksops", "ksops");
  for (const char* app : {"directory", "helm", "kustomize/base", "kustomize/component",
                          "kustomize/overlay", "ksops"}) {
    EXPECT_TRUE(Holds(app)) << app;
  }
  EXPECT_FALSE(Holds());
}

TEST_F(EncryptedContent, OfAFolderIsAnEncryptedManifest) {
  Write("plain.yaml", "kind: ConfigMap\nsops: x\n");
  Write(".sops.yaml", "creation_rules: []\n");
  EXPECT_FALSE(Holds());
  Secret("sub/secret.yaml");                    // not reached without the parameter recurse
  UseFile("helm/secrets.yaml", "values.yaml");  // encrypted, but no manifest
  UseFile("directory/secret.enc.yaml", "secret.txt");
  EXPECT_FALSE(Holds());
  Secret("secret.yml");
  EXPECT_TRUE(Holds());
}

TEST_F(EncryptedContent, OfAChartIsAnyEncryptedFileInIt) {
  Write("Chart.yaml", "name: x\n");
  Write("values.yaml", "a: 1\n");
  Write("templates/a.yaml", "{{ broken");
  EXPECT_FALSE(Holds());
  UseFile("helm/secrets.yaml", "env/prod/anything.yaml");
  EXPECT_TRUE(Holds());
}

TEST_F(EncryptedContent, OfAKustomizationIsWhatItReaches) {
  Secret("base/secret.yaml");
  Secret("unused/secret.yaml");
  Write("base/kustomization.yaml", "resources: [secret.yaml]\n");
  Write("plain.yaml", "kind: ConfigMap\n");
  const std::pair<const char*, bool> cases[] = {
      {"resources: [plain.yaml]\n", false},
      {"resources: [../../base]\n", false},
      {"resources: [../base]\n", true},
      {"RESOURCES: [../base]\n", true},
      {"resources: [../unused/secret.yaml]\n", true},
      {"components: [../base]\n", true},
      {"patches: [{path: ../unused/secret.yaml}]\n", true},
      {"patches: [{patch: 'kind: X'}]\n", false},
      {"patchesStrategicMerge: [../unused/secret.yaml]\n", true},
      {"configMapGenerator: [{name: x, files: [k=../unused/secret.yaml]}]\n", true},
      {"secretGenerator: [{name: x, envs: [../unused/secret.yaml]}]\n", true},
      {"generators: [../unused/secret.yaml]\n", true},
      {"generators:\n- |-\n  apiVersion: viaduct.ai/v1\n  kind: ksops\n  metadata: {name: x}\n",
       true},
      {"generators:\n- |-\n  apiVersion: builtin\n  kind: SecretGenerator\n  metadata: {name: x}\n"
       "  files: [../unused/secret.yaml]\n",
       true},
      {"generators: ['{apiVersion: viaduct.ai/v1, kind: ksops, metadata: {name: x}}']\n", true},
      {"helmCharts: [{name: x, valuesFile: ../unused/secret.yaml}]\n", true},
      {"helmGlobals: {chartHome: ..}\nhelmCharts: [{name: unused}]\n", true},
      {"helmCharts: [{name: x}]\n", false},
      {"resources: ['https://example.org/x', 'git@example.org:x', /etc/passwd]\n", false},
      {"resources: [\n", false},
      {"- x\n", false},
      {"", false},
  };
  for (const auto& [text, expected] : cases) {
    Write("app/kustomization.yaml", text);
    EXPECT_EQ(Holds("app"), expected) << text;
  }
}

TEST_F(EncryptedContent, IsBoundedForHostileTrees) {
  Write("a/kustomization.yaml", "resources: [../b, ../a]\n");
  Write("b/kustomization.yaml", "resources: [../a, ../b]\n");
  EXPECT_FALSE(Holds("a"));
  std::filesystem::create_directory_symlink("/etc", root_ + "/out");
  std::filesystem::create_directory_symlink(".", root_ + "/self");
  Write("c/kustomization.yaml", "resources: [../out/passwd, ../self/self/self/c]\n");
  EXPECT_FALSE(Holds("c"));
  std::string many = "resources:\n";
  for (int i = 0; i < 50'000; ++i) many += "- x" + std::to_string(i) + ".yaml\n";
  Write("d/kustomization.yaml", many);
  EXPECT_FALSE(Holds("d"));
  request_.budget.deadline = exec::Budget::Clock::now() - std::chrono::seconds(1);
  Secret("e/secret.yaml");
  EXPECT_FALSE(Holds("e"));
}

}  // namespace
}  // namespace acd::render
