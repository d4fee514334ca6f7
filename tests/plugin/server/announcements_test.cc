#include "plugin/server/announcements.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "plugin/custom/announcement_json.h"
#include "plugin/render/parameter_table.h"
#include "tests/support/temp_dir.h"

namespace acd::server {
namespace {

TEST(Announcements, AreExactlyWhatSomeRendererActsUpon) {
  std::set<std::string> announced;
  for (const Announcement& entry : AllAnnouncements()) {
    EXPECT_TRUE(announced.insert(std::string(entry.name)).second) << entry.name << " comes twice";
  }
  std::set<std::string> supported;
  std::string known = render::KnownParameters();
  for (std::size_t at = 0; at < known.size();) {
    const std::size_t end = std::min(known.find(", ", at), known.size());
    const std::string name = known.substr(at, end - at);
    at = end + 2;
    const render::ParameterInfo* info = render::FindParameter(name);
    ASSERT_NE(info, nullptr) << name;
    const auto yes = render::Support::kSupported;
    if (info->directory == yes || info->helm == yes || info->kustomize == yes) {
      supported.insert(name);
    }
  }
  EXPECT_EQ(announced, supported);
}

TEST(Announcements, GiveTheFormThatTheUiNeeds) {
  for (const Announcement& entry : AllAnnouncements()) {
    EXPECT_FALSE(entry.title.empty()) << entry.name;
    if (entry.name == "valueFiles") {
      EXPECT_EQ(entry.collection_type, "array");
    }
    if (entry.name == "commonLabels") {
      EXPECT_EQ(entry.collection_type, "map");
    }
    if (entry.name == "renderer") {
      EXPECT_EQ(entry.collection_type, "");
    }
  }
}

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

class FolderAnnouncements : public ::testing::Test {
 protected:
  std::map<std::string, Announcement> Ask(const std::string& parameters = "null") {
    AnnouncementQuery query;
    query.root = query.app_dir = dir_.path();
    query.application = render::Application::FromEnvironment(
        {{"ARGOCD_APP_NAME", "team_shop"}, {"ARGOCD_APP_PARAMETERS", parameters}});
    std::map<std::string, Announcement> byname;
    for (Announcement& entry : Announcements(query)) {
      const std::string name = entry.name;
      EXPECT_TRUE(byname.emplace(name, std::move(entry)).second) << name << " comes twice";
    }
    return byname;
  }
  testing::TempDir dir_;
};

TEST_F(FolderAnnouncements, AreThoseOfTheRendererThatFits) {
  auto found = Ask();
  EXPECT_EQ(found.at("renderer").string, "directory");
  EXPECT_EQ(found.at("recurse").string, "false");
  EXPECT_FALSE(found.contains("valueFiles"));
  EXPECT_FALSE(found.contains("images"));

  dir_.Write("Chart.yaml", "name: x\n");
  found = Ask();
  EXPECT_EQ(found.at("renderer").string, "helm");
  EXPECT_EQ(found.at("releaseName").string, "shop");
  EXPECT_FALSE(found.contains("recurse"));
  EXPECT_TRUE(Ask(R"([{"name":"renderer","string":"directory"}])").contains("recurse"));

  dir_.Write("kustomization.yaml", "resources: []\n");
  found = Ask();
  EXPECT_EQ(found.at("renderer").string, "kustomize");
  EXPECT_TRUE(found.contains("images"));
  EXPECT_FALSE(found.contains("parameters"));
}

TEST_F(FolderAnnouncements, OfAChartNameItsValues) {
  dir_.Write("Chart.yaml", "name: x\n");
  dir_.Write("values.yaml", "image: {tag: '1'}\n");
  dir_.Write("env/my-values.prod.YML", "image: {tag: '2'}\n");
  dir_.Write("env/other.yaml", "x: 1\n");
  auto found = Ask();
  const Announcement& files = found.at("valueFiles");
  EXPECT_EQ(files.collection_type, "array");
  // Given back, they would all be used.
  EXPECT_THAT(files.array, IsEmpty());
  EXPECT_THAT(files.title, HasSubstr("(found: env/my-values.prod.YML, values.yaml)"));
  EXPECT_EQ(found.at("parameters").collection_type, "map");
  EXPECT_THAT(found.at("parameters").map, ElementsAre(Pair("image.tag", "1")));
  found = Ask(R"([{"name":"valueFiles","array":["env/my-values.prod.YML"]}])");
  EXPECT_THAT(found.at("parameters").map, ElementsAre(Pair("image.tag", "2")));
}

TEST_F(FolderAnnouncements, OfAKustomizationNameItsImages) {
  dir_.Write("kustomization.yaml", "resources: [a.yaml]\n");
  dir_.Write("a.yaml", "kind: Pod\nspec: {containers: [{image: nginx:1}]}\n");
  EXPECT_EQ(Ask().at("images").collection_type, "array");
  EXPECT_THAT(Ask().at("images").array, ElementsAre("nginx:1"));
}

TEST_F(FolderAnnouncements, NeverFail) {
  for (const char* parameters :
       {"{", "[5]", R"([{"name":"nope","string":"x"}])", R"([{"name":"renderer","string":"x"}])",
        R"([{"name":"valueFiles","array":["\u0000","../../..","https://x/"]}])"}) {
    EXPECT_TRUE(Ask(parameters).contains("renderer")) << parameters;
  }
  dir_.Write("Chart.yaml", "\xff\xfe");
  dir_.Write("values.yaml", "a: [");
  dir_.Write("bad\xff-values.yaml", "a: 1");
  EXPECT_THAT(Ask().at("parameters").map, IsEmpty());
  EXPECT_THAT(Ask().at("valueFiles").title, Not(HasSubstr("bad")));
  dir_.Write("kustomization.yaml", "resources: [");
  EXPECT_THAT(Ask().at("images").array, IsEmpty());
}

TEST_F(FolderAnnouncements, AreJsonForAStockServer) {
  dir_.Write("Chart.yaml", "name: x\n");
  dir_.Write("values.yaml", "a: 1\n");
  AnnouncementQuery query;
  query.root = query.app_dir = dir_.path();
  const auto list = nlohmann::json::parse(custom::AnnouncementsJson(Announcements(query)));
  ASSERT_TRUE(list.is_array());
  for (const auto& entry : list) {
    ASSERT_TRUE(entry.at("name").is_string());
    if (entry.at("name") == "parameters") {
      EXPECT_EQ(entry.at("collectionType"), "map");
      EXPECT_EQ(entry.at("map").at("a"), "1");
    }
    if (entry.at("name") == "values") {
      EXPECT_FALSE(entry.contains("collectionType"));
    }
  }
}

}  // namespace
}  // namespace acd::server
