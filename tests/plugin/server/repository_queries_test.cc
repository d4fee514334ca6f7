// Discovery and announcements as a client sees them.
#include <gmock/gmock.h>

#include <map>

#include "plugin/server/announcements.h"
#include "tests/plugin/server/server_fixture.h"

namespace acd::server {
namespace {

using namespace acd::server::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Has the form of a SOPS document, and nothing else.
constexpr const char* kEncrypted =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData:\n"
    "  a: ENC[AES256_GCM,data:QQ==,iv:QQ==,tag:QQ==,type:str]\n"
    "sops:\n  lastmodified: '2026-01-01T00:00:00Z'\n"
    "  mac: ENC[AES256_GCM,data:QQ==,iv:QQ==,tag:QQ==,type:str]\n  version: 3.13.3\n";

std::string Archive() {
  const workspace::testing::TestFolder tree;
  tree.Write("secret/secret.yaml", kEncrypted);
  tree.Write("plain/plain.yaml", "kind: ConfigMap\n");
  tree.Write("chart/Chart.yaml", "name: x\n");
  tree.Write("chart/values.yaml", "a: 1\n");
  return PackFolder(tree.path());
}

ServiceSettings Discovering() {
  ServiceSettings settings;
  settings.discover_encrypted = true;
  return settings;
}

grpc::Status Match(RunningServer& server, const std::string& path,
                   plugin::RepositoryResponse& response, bool damaged = false) {
  Client client = server.NewClient();
  grpc::ClientContext context;
  const std::string archive = Archive();
  const auto writer = client.stub().MatchRepository(&context, &response);
  writer->Write(MetadataMessage(path, damaged ? "x" : ChecksumOf(archive)));
  writer->Write(FileMessage(archive));
  writer->WritesDone();
  return writer->Finish();
}

grpc::Status Announce(RunningServer& server, const std::string& path,
                      plugin::ParametersAnnouncementResponse& response, bool damaged = false) {
  Client client = server.NewClient();
  grpc::ClientContext context;
  const std::string archive = Archive();
  const auto writer = client.stub().GetParametersAnnouncement(&context, &response);
  writer->Write(MetadataMessage(path, damaged ? "x" : ChecksumOf(archive)));
  writer->Write(FileMessage(archive));
  writer->WritesDone();
  return writer->Finish();
}

TEST(Discovery, IsOffUnlessItIsSwitchedOn) {
  RunningServer server;
  plugin::RepositoryResponse match;
  EXPECT_TRUE(Match(server, "secret", match).ok());
  EXPECT_FALSE(match.issupported());
  EXPECT_FALSE(match.isdiscoveryenabled());
}

TEST(Discovery, MatchesAPathThatHoldsSomethingEncrypted) {
  RunningServer server(EchoRender, Discovering());
  Client client = server.NewClient();
  grpc::ClientContext context;
  plugin::CheckPluginConfigurationResponse configuration;
  ASSERT_TRUE(client.stub().CheckPluginConfiguration(&context, {}, &configuration).ok());
  EXPECT_TRUE(configuration.isdiscoveryconfigured());
  for (const auto& [path, expected] : std::map<std::string, bool>{
           {"secret", true}, {"plain", false}, {"chart", false}, {".", false}}) {
    plugin::RepositoryResponse match;
    const grpc::Status status = Match(server, path, match);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(match.issupported(), expected) << path;
    EXPECT_TRUE(match.isdiscoveryenabled());
  }
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(Discovery, MatchesByNameWithoutWritingAFile) {
  const std::vector<std::pair<std::string, std::string>> matches{{"secret*", ""},
                                                                 {"", "**/*.yaml"}};
  for (const auto& [file_name, glob] : matches) {
    custom::PluginConfig plugin;
    plugin.discover_file_name = file_name;
    plugin.discover_glob = glob;
    RunningServer server(EchoRender, {}, plugin);
    plugin::RepositoryResponse match;
    ASSERT_TRUE(Match(server, ".", match).ok());
    EXPECT_TRUE(match.issupported());
    EXPECT_TRUE(match.isdiscoveryenabled());
    EXPECT_THAT(Match(server, ".", match, true).error_message(), HasSubstr("checksum"));
    EXPECT_GT(server.Records(1)[0].entries, 0U);
  }
  custom::PluginConfig plugin;
  plugin.discover_glob = "nowhere/file.yaml";
  RunningServer server(EchoRender, {}, plugin);
  plugin::RepositoryResponse match;
  ASSERT_TRUE(Match(server, ".", match).ok());
  EXPECT_FALSE(match.issupported());
  EXPECT_TRUE(match.isdiscoveryenabled());
}

TEST(Discovery, AsksThePluginsCommand) {
  custom::PluginConfig plugin;
  plugin.discover_command = {"sh", "-c", "ls | grep secret; test -e fail && exit 1; true"};
  RunningServer server(EchoRender, {}, plugin);
  plugin::RepositoryResponse match;
  ASSERT_TRUE(Match(server, ".", match).ok());
  EXPECT_TRUE(match.issupported());
  ASSERT_TRUE(Match(server, "plain", match).ok());
  EXPECT_FALSE(match.issupported());
  custom::PluginConfig broken;
  broken.discover_command = {"sh", "-c", "echo no >&2; exit 7"};
  RunningServer other(EchoRender, {}, broken);
  EXPECT_THAT(Match(other, ".", match).error_message(),
              HasSubstr("spec.discover.find: sh: exit status 7: no\nphase: discover"));
}

TEST(Discovery, SaysWhyARepositoryCouldNotBeLookedAt) {
  RunningServer server(EchoRender, Discovering());
  plugin::RepositoryResponse match;
  EXPECT_THAT(Match(server, "secret", match, true).error_message(), HasSubstr("checksum"));
  EXPECT_THAT(Match(server, "nowhere", match).error_message(), HasSubstr("nowhere"));
  EXPECT_FALSE(Match(server, "../..", match).ok());
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(AnnouncementCall, AnswersForThePathsRenderer) {
  RunningServer server;
  plugin::ParametersAnnouncementResponse response;
  ASSERT_TRUE(Announce(server, "chart", response).ok());
  bool seen = false;
  for (const auto& entry : response.parameterannouncements()) {
    EXPECT_NE(entry.name(), "recurse");
    if (entry.name() != "parameters") continue;
    seen = true;
    EXPECT_EQ(entry.collectiontype(), "map");
    EXPECT_EQ(entry.map().at("a"), "1");
  }
  EXPECT_TRUE(seen);
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(AnnouncementCall, AddsWhatThePluginNames) {
  custom::PluginConfig plugin;
  custom::Announcement known;
  known.name = "own";
  known.required = true;
  known.string = "static";
  plugin.static_parameters = {known};
  known.name = "releaseName";
  plugin.static_parameters.push_back(known);
  plugin.dynamic_parameters = {"printf", R"([{"name":"own","string":"dynamic"},{"name":"more"}])"};
  RunningServer server(EchoRender, {}, plugin);
  plugin::ParametersAnnouncementResponse response;
  ASSERT_TRUE(Announce(server, "chart", response).ok());
  std::map<std::string, std::string> seen;
  for (const auto& entry : response.parameterannouncements()) {
    EXPECT_TRUE(seen.emplace(entry.name(), entry.string()).second) << entry.name();
  }
  EXPECT_EQ(seen.at("own"), "dynamic");
  EXPECT_EQ(seen.at("releaseName"), "static");
  EXPECT_TRUE(seen.contains("more"));
  EXPECT_TRUE(seen.contains("valueFiles"));

  plugin.generate = {"true"};
  RunningServer custom(EchoRender, {}, plugin);
  response.Clear();
  ASSERT_TRUE(Announce(custom, "chart", response).ok());
  EXPECT_THAT(response.parameterannouncements(), SizeIs(3));
  plugin.dynamic_parameters = {"false"};
  RunningServer broken(EchoRender, {}, plugin);
  EXPECT_THAT(Announce(broken, "chart", response).error_message(),
              HasSubstr("spec.parameters.dynamic: false: exit status 1"));
}

TEST(AnnouncementCall, NeverFails) {
  RunningServer server;
  plugin::ParametersAnnouncementResponse response;
  ASSERT_TRUE(Announce(server, "nowhere", response).ok());
  EXPECT_THAT(response.parameterannouncements(), SizeIs(AllAnnouncements().size()));
  response.Clear();
  ASSERT_TRUE(Announce(server, ".", response, true).ok());
  EXPECT_THAT(response.parameterannouncements(), Not(IsEmpty()));
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

}  // namespace
}  // namespace acd::server
