#include "plugin/server/file_index.h"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "file_names.pb.h"
#include "plugin/api/descriptors.h"

namespace acd::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsNull;
using ::testing::SizeIs;

const FileIndex& Ours() {
  static const FileIndex index(api::Descriptors());
  return index;
}

std::vector<std::string> Names(const std::vector<std::string_view>& files) {
  std::vector<std::string> names;
  for (const std::string_view bytes : files) {
    api::FileNames file;
    EXPECT_TRUE(file.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    names.push_back(file.name());
  }
  return names;
}

TEST(FileIndex, HasTheServicesOfTheSocketInOrder) {
  EXPECT_THAT(Ours().services(),
              ElementsAre("grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                          "grpc.reflection.v1alpha.ServerReflection",
                          "plugin.ConfigManagementPluginService", "version.VersionService"));
}

TEST(FileIndex, KnowsEveryKindOfName) {
  for (const char* name : {"plugin.ConfigManagementPluginService",
                           "plugin.ConfigManagementPluginService.Check"
                           "PluginConfiguration",
                           "plugin.File", "plugin.File.chunk", "plugin.AppStreamRequest.request"}) {
    const FileIndex::File* file = Ours().BySymbol(name);
    ASSERT_NE(file, nullptr) << name;
    EXPECT_EQ(file->name, "cmpserver/plugin/plugin.proto") << name;
  }
  for (const char* name : {"grpc.health.v1.HealthCheckResponse.ServingStatus",
                           "grpc.health.v1.HealthCheckResponse.SERVING",
                           "grpc.health.v1.HealthListResponse.StatusesEntry",
                           "grpc.health.v1.HealthListResponse.StatusesEntry.key"}) {
    ASSERT_NE(Ours().BySymbol(name), nullptr) << name;
  }
  EXPECT_NE(Ours().BySymbol("google.protobuf.Empty"), nullptr);
}

TEST(FileIndex, KnowsNoOtherName) {
  for (const char* name :
       {"", ".", "plugin", "plugin.", ".plugin.File", "plugin.File.", "plugin.File.chunk.x", "File",
        "plugin.Nothing", "acd.api.FileSet", "askpass.AskPassService",
        "grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING"}) {
    EXPECT_THAT(Ours().BySymbol(name), IsNull()) << name;
  }
  EXPECT_THAT(Ours().ByName("plugin.proto"), IsNull());
  EXPECT_THAT(Ours().ByName(""), IsNull());
}

TEST(FileIndex, SendsImportsOnce) {
  const FileIndex::File& plugin = *Ours().ByName("cmpserver/plugin/plugin.proto");
  const FileIndex::File& version = *Ours().ByName("server/version/version.proto");
  SentFiles sent;
  EXPECT_THAT(Names(Ours().WithImports(plugin, sent)),
              ElementsAre("cmpserver/plugin/plugin.proto",
                          "github.com/argoproj/argo-cd/v3/reposerver/repository/repository.proto",
                          "google/protobuf/empty.proto"));
  EXPECT_THAT(Names(Ours().WithImports(version, sent)),
              ElementsAre("server/version/version.proto"));
  // What was asked for comes each time.
  EXPECT_THAT(Names(Ours().WithImports(plugin, sent)),
              ElementsAre("cmpserver/plugin/plugin.proto"));
  SentFiles fresh;
  EXPECT_THAT(Ours().WithImports(version, fresh), SizeIs(2));
}

TEST(FileIndex, SendsAFileThatTwoOthersImportOnce) {
  api::FileSet set;
  for (const auto& [name, imports] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"a", {"b", "c", "missing"}}, {"b", {"d"}}, {"c", {"d"}}, {"d", {}}}) {
    api::FileNames file;
    file.set_name(name);
    for (const std::string& import : imports) file.add_dependency(import);
    file.add_message_type()->set_name("Of" + name);  // without a package
    set.add_file(file.SerializeAsString());
  }
  const std::string bytes = set.SerializeAsString();
  const FileIndex index({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  SentFiles sent;
  EXPECT_THAT(Names(index.WithImports(*index.BySymbol("Ofa"), sent)),
              ElementsAre("a", "b", "c", "d"));
}

TEST(FileIndex, IsEmptyWhereThereIsNothing) {
  const FileIndex index({});
  EXPECT_THAT(index.services(), IsEmpty());
  EXPECT_THAT(index.ByName(""), IsNull());
}

}  // namespace
}  // namespace acd::server
