#include "plugin/render/kustomization_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "plugin/guard/redact.h"
#include "plugin/render/file_decryptor.h"
#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"

namespace acd::render {
namespace {

using acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Names = std::vector<std::string>;

class KustomizationWalkTest : public RenderTest {
 protected:
  struct Reads {
    Names unread;
    Names in_order;
  };

  /// What is read when the application's kustomization has this text.
  Reads Walk(const std::string& kustomization) {
    Write("kustomization.yaml", kustomization);
    guard::Redactor redactor;
    FileDecryptor files(request_, settings_, *keys_, redactor);
    Context context{request_, settings_, runner_, files, redactor, root_};
    const auto graph = PrepareKustomization(context);
    EXPECT_THAT(graph, IsOk()) << kustomization;
    if (!graph) return {};
    return {Relative(graph->unread), Relative(graph->in_order)};
  }

 private:
  Names Relative(Names paths) const {
    for (std::string& path : paths) path.erase(0, root_.size() + 1);
    return paths;
  }
};

constexpr const char* kObject = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n";

TEST_F(KustomizationWalkTest, KnowsTheOrderOfTheApplicationsOwnListOnly) {
  for (const char* name : {"z.yaml", "b.yaml", "a.yaml", "base/f.yaml"}) Write(name, kObject);
  Write("base/kustomization.yaml", "resources: [f.yaml]\n");
  const Reads reads = Walk("resources: [z.yaml, base, b.yaml, a.yaml]\n");
  EXPECT_THAT(reads.in_order, ElementsAre("z.yaml", "b.yaml", "a.yaml"));
  EXPECT_THAT(reads.unread, ElementsAre("base/f.yaml"));
}

TEST_F(KustomizationWalkTest, KnowsNoOrderOfWhatIsReadTwice) {
  for (const char* name : {"z.yaml", "b.yaml", "a.yaml"}) Write(name, kObject);
  std::filesystem::create_symlink("b.yaml", root_ + "/link.yaml");
  Write("base/kustomization.yaml", "resources: [../b.yaml]\n");
  for (const char* also :
       {"patches: [{path: b.yaml}]\n", "patchesStrategicMerge: [b.yaml]\n",
        "configMapGenerator: [{name: c, files: [b.yaml]}]\n",
        "secretGenerator: [{name: c, envs: [b.yaml]}]\n", "replacements: [{path: b.yaml}]\n",
        "configurations: [b.yaml]\n", "crds: [b.yaml]\n", "openapi: {path: b.yaml}\n",
        "transformers: [b.yaml]\n", "components: [base]\n"}) {
    Write("b.yaml", std::string_view(also).starts_with("transformers")
                        ? "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\n"
                        : kObject);
    const Reads reads = Walk(std::string("resources: [z.yaml, b.yaml, a.yaml]\n") + also);
    EXPECT_THAT(reads.in_order, ElementsAre("z.yaml", "a.yaml")) << also;
  }
  for (const char* list :
       {"[z.yaml, b.yaml, a.yaml, b.yaml]", "[z.yaml, link.yaml, b.yaml, a.yaml]",
        "[z.yaml, b.yaml, ./b.yaml, a.yaml]", "[z.yaml, b.yaml, base, a.yaml]"}) {
    const Reads reads = Walk(std::string("resources: ") + list + "\n");
    EXPECT_THAT(reads.in_order, ElementsAre("z.yaml", "a.yaml")) << list;
    EXPECT_THAT(reads.unread, ElementsAre("b.yaml")) << list;
  }
}

TEST_F(KustomizationWalkTest, KnowsNoOrderOfSeveralLists) {
  for (const char* name : {"z.yaml", "a.yaml"}) Write(name, kObject);
  Write("base/kustomization.yaml", "resources: []\n");
  for (const char* text : {"resources: [z.yaml]\nResources: [a.yaml]\n",
                           "resources: [z.yaml, a.yaml]\nbases: [base]\n",
                           "resources: [z.yaml]\n---\nresources: [a.yaml]\n",
                           "x: &r {resources: [z.yaml]}\n<<: *r\nresources: [a.yaml]\n"}) {
    const Reads reads = Walk(text);
    EXPECT_THAT(reads.in_order, IsEmpty()) << text;
    EXPECT_THAT(reads.unread, ElementsAre("a.yaml", "z.yaml")) << text;
  }
}

// Templates read what they like of their chart's folder, whenever helm runs.
TEST_F(KustomizationWalkTest, KnowsNoOrderBesideCharts) {
  Write("a.yaml", kObject);
  Write("base/charts/c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
  Write("base/charts/c/values.yaml", "{}\n");
  Write("base/charts/c/files/f.yaml", kObject);
  Write("base/kustomization.yaml", "helmCharts: [{name: c, releaseName: r}]\n");
  const Reads reads = Walk("resources: [base, a.yaml, base/charts/c/files/f.yaml]\n");
  EXPECT_THAT(reads.in_order, IsEmpty());
  EXPECT_THAT(reads.unread, ::testing::IsSupersetOf({"a.yaml", "base/charts/c/files/f.yaml"}));
}

// Nobody has looked at a remote base: it may run helm on a chart of this repository.
TEST_F(KustomizationWalkTest, KnowsNoOrderBesideRemoteBases) {
  for (const char* name : {"z.yaml", "a.yaml"}) Write(name, kObject);
  for (const char* remote : {"https://git.example.org/team/base?ref=v1", "missing.yaml"}) {
    const Reads reads = Walk(std::string("resources: [z.yaml, '") + remote + "', a.yaml]\n");
    EXPECT_THAT(reads.in_order, IsEmpty()) << remote;
    EXPECT_THAT(reads.unread, ElementsAre("a.yaml", "z.yaml")) << remote;
  }
}

}  // namespace
}  // namespace acd::render
