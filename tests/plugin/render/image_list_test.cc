#include "plugin/render/image_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "plugin/render/image_name.h"
#include "tests/support/temp_dir.h"

namespace acd::render {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Pod(const std::string& images, const std::string& name = "p") {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\nspec:\n  containers: [" +
         images + "]\n";
}

class ImageList : public ::testing::Test {
 protected:
  std::optional<std::vector<std::string>> Find(const std::string& app = "") {
    return FindImages(dir_.path(), app.empty() ? dir_.path() : dir_ / app, {});
  }
  void Kustomization(const std::string& text, const std::string& app = "") {
    dir_.Write(app + "kustomization.yaml", text);
  }
  testing::TempDir dir_;
};

TEST(ImageNames, AreTakenApartAsByKustomize) {
  const ImageName port = ImageName::Split("reg:5000/a/b:1.2@sha256:abc");
  EXPECT_EQ(port.name, "reg:5000/a/b");
  EXPECT_EQ(port.tag, "1.2");
  EXPECT_EQ(port.digest, "sha256:abc");
  EXPECT_EQ(port.Text(), "reg:5000/a/b:1.2@sha256:abc");
  EXPECT_EQ(ImageName::Split("nginx@sha256:abc").digest, "sha256:abc");
  EXPECT_EQ(ImageName::Split("reg:5000/a").tag, "");
  EXPECT_EQ(ImageName::Split("nginx").name, "nginx");
}

TEST_F(ImageList, HoldsWhatComesOutOfTheBuild) {
  dir_.Write("base/pod.yaml", Pod("{image: nginx:1.25}, {image: 'reg:5000/a:1'}, {image: plain}"));
  dir_.Write("base/cron.yaml",
             "kind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {initContainers: "
             "[{image: init@sha256:aa}]}}}}}\n");
  Kustomization("resources: [pod.yaml, cron.yaml]\nimages: [{name: nginx, newTag: '1.26'}]\n",
                "base/");
  Kustomization(
      "resources: [../base]\ncomponents: [../component]\n"
      "images: [{name: reg:5000/a, newName: other/a}, {name: init, newTag: v2}]\n",
      "overlay/");
  Kustomization("kind: Component\nimages: [{name: nginx, newName: own/nginx}]\n", "component/");
  const auto found = Find("overlay");
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, ElementsAre("init:v2", "other/a:1", "own/nginx:1.26"));
}

TEST_F(ImageList, LeavesOutWhatCannotBeGivenBack) {
  dir_.Write("a.yaml", Pod("{image: busybox:1.35}, {image: plain}, {image: '{{ x }}:1'}"));
  dir_.Write("b.yaml", Pod("{image: busybox:1.36}, {image: good:1}", "q"));
  Kustomization("resources: [a.yaml, b.yaml]\n");
  ASSERT_TRUE(Find());
  EXPECT_THAT(*Find(), ElementsAre("good:1"));
}

TEST_F(ImageList, TakesPatchesForWhatMayBe) {
  dir_.Write("a.yaml", Pod("{image: nginx:1.25}, {image: other:1}"));
  dir_.Write("patch.yaml", "- {op: replace, path: /spec/containers/0/image, value: nginx:1.27}\n");
  Kustomization(
      "resources: [a.yaml]\npatches: [{path: patch.yaml, target: {kind: Pod}}]\n"
      "patchesStrategicMerge:\n- |-\n  kind: Pod\n  spec:\n    containers:\n    - image: "
      "third:3\n");
  ASSERT_TRUE(Find());
  EXPECT_THAT(*Find(), ElementsAre("other:1", "third:3"));
}

TEST_F(ImageList, TakesAPatchOfOneLineForAPatch) {
  dir_.Write("a.yaml", Pod("{image: nginx:1.25}, {image: other:1}"));
  Kustomization(
      "resources: [a.yaml]\npatches:\n- target: {kind: Pod}\n  patch: |-\n"
      "    - {op: replace, path: /spec/containers/0/image, value: nginx:1.27}\n");
  ASSERT_TRUE(Find());
  EXPECT_THAT(*Find(), ElementsAre("other:1"));
}

TEST_F(ImageList, IsSilentWhereTheFilesDoNotTell) {
  dir_.Write("a.yaml", Pod("{image: nginx:1.25}"));
  for (const char* text :
       {"resources: [a.yaml, missing.yaml]\n",
        "resources: [a.yaml, 'https://example.org/x.yaml']\n", "resources: [a.yaml, ../..]\n",
        "resources: [a.yaml, .]\n", "resources: [a.yaml]\nreplacements: [{path: r.yaml}]\n",
        "resources: [a.yaml]\ntransformers: [t.yaml]\n",
        "resources: [a.yaml]\nhelmCharts: [{name: x}]\n",
        "resources: [a.yaml]\nimages: [{name: 'ngin.*', newTag: '2'}]\n", "- x\n", "a: [\n", ""}) {
    Kustomization(text);
    EXPECT_FALSE(Find()) << text;
  }
  dir_.Write("a.yaml", Pod("{image: 'ENC[AES256_GCM,data:x]'}"));
  Kustomization("resources: [a.yaml]\n");
  EXPECT_FALSE(Find());
  dir_.Write("a.yaml", "kind: ConfigMap\n");
  ASSERT_TRUE(Find());
  EXPECT_THAT(*Find(), IsEmpty());
}

}  // namespace
}  // namespace acd::render
