#include "plugin/server/announcements.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "plugin/render/parameter_table.h"

namespace acd::server {
namespace {

TEST(Announcements, AreExactlyWhatSomeRendererActsUpon) {
  std::set<std::string> announced;
  for (const Announcement& entry : Announcements()) {
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
  for (const Announcement& entry : Announcements()) {
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

}  // namespace
}  // namespace acd::server
