// What a good or a failing render looks like from outside.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "health.grpc.pb.h"
#include "tests/plugin/server/server_fixture.h"
#include "tests/support/matchers.h"

namespace acd::server {
namespace {

using namespace acd::server::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(GenerateManifest, GivesTheRendererWhatTheClientSaid) {
  render::RenderRequest seen;
  RunningServer server([&](const render::RenderRequest& request) {
    seen = request;
    return EchoRender(request);
  });
  const Answer answer = server.NewClient().Generate(
      AnswerArchive("hello"), "apps/one",
      {{"ARGOCD_APP_NAME", "shop"},
       {"", "dropped"},
       {"ARGOCD_APP_PROJECT_NAME", "first"},
       {"ARGOCD_APP_PROJECT_NAME", "retail"},
       {"ARGOCD_ENV_A", "b=c"},
       {"ARGOCD_APP_PARAMETERS", R"([{"name":"renderer","string":"helm"}])"}});
  ASSERT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_THAT(answer.manifests, ElementsAre("hello from apps/one"));
  EXPECT_EQ(seen.app_path, "apps/one");
  EXPECT_EQ(seen.application.name, "shop");
  EXPECT_EQ(seen.application.project, "retail");
  EXPECT_EQ(seen.application.environment.at("ARGOCD_ENV_A"), "b=c");
  EXPECT_EQ(seen.application.environment.count(""), 0U);
  EXPECT_EQ(seen.parameters.String("renderer"), "helm");
  EXPECT_FALSE(seen.budget.deadline.has_value());
  EXPECT_NE(seen.root, seen.run_dir);
}

TEST(GenerateManifest, ResolvesTheApplicationsPath) {
  const std::map<std::string, std::string> paths{
      {".", "."},           {"", "."},
      {"./.", "."},         {"apps/one", "apps/one"},
      {"link", "apps/one"}, {"apps/../apps/one/", "apps/one"}};
  for (const auto& [sent, expected] : paths) {
    std::string seen;
    RunningServer server([&](const render::RenderRequest& request) {
      seen = request.app_path;
      return EchoRender(request);
    });
    EXPECT_TRUE(server.NewClient().Generate(AnswerArchive("x"), sent).status.ok()) << sent;
    EXPECT_EQ(seen, expected) << sent;
  }
}

TEST(GenerateManifest, RefusesAnApplicationPathThatIsNoFolderOfTheRepository) {
  RunningServer server;
  const std::string archive = AnswerArchive("x");
  EXPECT_THAT(server.NewClient().Generate(archive, "apps/file.txt").status.error_message(),
              HasSubstr("apps/file.txt: app path does not exist"));
  for (const char* outside : {"..", "apps/../../x", "../../../../../../tmp"}) {
    const Answer answer = server.NewClient().Generate(archive, outside);
    EXPECT_FALSE(answer.status.ok()) << outside;
    EXPECT_THAT(answer.manifests, IsEmpty());
  }
}

TEST(GenerateManifest, RefusesBadParameters) {
  RunningServer server;
  const Answer answer =
      server.NewClient().Generate(AnswerArchive("x"), ".", {{"ARGOCD_APP_PARAMETERS", "{"}});
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  for (const char* none : {"null", "[]", ""}) {
    EXPECT_TRUE(server.NewClient()
                    .Generate(AnswerArchive("x"), ".", {{"ARGOCD_APP_PARAMETERS", none}})
                    .status.ok());
  }
}

TEST(GenerateManifest, SaysTheSameAtEveryAttempt) {
  RunningServer server([](const render::RenderRequest& request) -> Result<render::Rendered> {
    return Fail(Code::kToolFailed,
                "kustomize: exit 1\nError: " + request.root + "/apps/x.yaml: no such file\n" +
                    request.run_dir + "/home",
                "look at x.yaml");
  });
  const Env env{{"ARGOCD_APP_NAME", "shop"},
                {"ARGOCD_APP_PROJECT_NAME", "retail"},
                {"ARGOCD_APP_SOURCE_PATH", "apps"}};
  const std::string archive = AnswerArchive("x");
  std::set<std::string> texts;
  for (int i = 0; i < 3; ++i) {
    const Answer answer = server.NewClient().Generate(archive, ".", env);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    texts.insert(answer.status.error_message());
  }
  EXPECT_THAT(texts, ElementsAre("kustomize: exit 1\nError: apps/x.yaml: no such file\n<run>/home\n"
                                 "application: shop, project: retail, path: apps, phase: render\n"
                                 "hint: look at x.yaml"));
}

TEST(GenerateManifest, NamesDecryptionAsThePhase) {
  RunningServer server([](const render::RenderRequest&) -> Result<render::Rendered> {
    return Fail(Error{Code::kAuthFailed, "a.yaml: MAC mismatch"}.At(Stage::kMac));
  });
  EXPECT_THAT(server.NewClient().Generate(AnswerArchive("x")).status.error_message(),
              HasSubstr("phase: decrypt"));
}

TEST(GenerateManifest, SaysNothingOfAnUnknownException) {
  RunningServer server([](const render::RenderRequest&) -> Result<render::Rendered> {
    throw std::runtime_error("password: hunter2");
  });
  const Answer answer = server.NewClient().Generate(AnswerArchive("x"));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(answer.status.error_message(), StartsWith("internal error\n"));
  EXPECT_THAT(answer.status.error_message(), Not(HasSubstr("hunter2")));
  server.Records(1);
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(GenerateManifest, RefusesAnAnswerThatTheClientCouldNotTake) {
  ServiceSettings settings;
  settings.max_message_bytes = 1U << 20U;
  std::size_t size = 0;
  RunningServer server(
      [&](const render::RenderRequest&) -> Result<render::Rendered> {
        render::Rendered rendered;
        rendered.manifests.assign(4, std::string(size, 'x'));
        return rendered;
      },
      settings);
  size = (1U << 18U) - 6;
  EXPECT_TRUE(server.NewClient().Generate(AnswerArchive("x")).status.ok());
  size += 1;
  const Answer answer = server.NewClient().Generate(AnswerArchive("x"));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("ARGOCD_GRPC_MAX_SIZE_MB"));
}

TEST(GenerateManifest, LeavesARecordOfEachCall) {
  RunningServer server;
  const std::string archive = AnswerArchive("hello");
  const Env env{{"ARGOCD_APP_NAME", "shop"}, {"ARGOCD_APP_PROJECT_NAME", "retail"}};
  server.NewClient().Generate(archive, ".", env);
  server.NewClient().Generate(archive, "nowhere", env);
  const auto records = server.Records(2);
  const RequestRecord& good = records.at(0);
  EXPECT_EQ(good.method, "GenerateManifest");
  EXPECT_EQ(good.application, "shop");
  EXPECT_EQ(good.project, "retail");
  EXPECT_EQ(good.renderer, "fake");
  EXPECT_EQ(good.code, "OK");
  EXPECT_EQ(good.error, "");
  EXPECT_EQ(good.received_bytes, archive.size());
  EXPECT_EQ(good.manifests, 1U);
  EXPECT_EQ(good.manifest_bytes, 5U);
  EXPECT_EQ(good.files_decrypted, 1U);
  EXPECT_GT(good.entries, 0U);
  std::vector<std::string> phases;
  for (const auto& phase : good.phases) phases.push_back(phase.first);
  EXPECT_THAT(phases, ElementsAre("receive", "wait", "render"));
  EXPECT_EQ(records.at(1).code, "NOT_FOUND");
  EXPECT_EQ(records.at(1).error, "nowhere: app path does not exist");
}

TEST(GenerateManifest, KeepsConcurrentCallsApart) {
  constexpr int kCalls = 200;
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  ServiceSettings settings;
  settings.queue.max_running = 3;
  RunningServer server(
      [&](const render::RenderRequest& request) {
        most = std::max(most.load(), ++inside);
        workspace::testing::TestFolder other;  // some work
        auto rendered = EchoRender(request);
        --inside;
        return rendered;
      },
      settings);
  std::vector<std::string> archives(10);
  for (std::size_t i = 0; i < archives.size(); ++i) {
    archives[i] = AnswerArchive("answer " + std::to_string(i));
  }
  std::vector<std::string> failures(kCalls);
  std::vector<std::thread> threads;
  threads.reserve(kCalls);
  for (int i = 0; i < kCalls; ++i) {
    threads.emplace_back([&, i] {
      const std::size_t which = static_cast<std::size_t>(i) % archives.size();
      const Answer answer = server.NewClient().Generate(archives[which]);
      const std::vector<std::string> expected{"answer " + std::to_string(which)};
      if (!answer.status.ok()) {
        failures[static_cast<std::size_t>(i)] = answer.status.error_message();
      } else if (answer.manifests != expected) {
        failures[static_cast<std::size_t>(i)] = "another call's answer";
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(failures, ::testing::Each(""));
  EXPECT_LE(most, 3);
  server.Records(kCalls);
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(CheckPluginConfiguration, SaysNoDiscoveryAndNoCredentials) {
  RunningServer server;
  auto client = server.NewClient();
  grpc::ClientContext context;
  plugin::CheckPluginConfigurationResponse response;
  ASSERT_TRUE(client.stub().CheckPluginConfiguration(&context, {}, &response).ok());
  EXPECT_FALSE(response.isdiscoveryconfigured());
  EXPECT_FALSE(response.providegitcreds());
}

TEST(Health, KnowsTheServerAsAWholeOnly) {
  RunningServer server;
  auto client = server.NewClient();
  const auto stub = grpc::health::v1::Health::NewStub(client.channel());
  grpc::health::v1::HealthCheckRequest request;
  grpc::health::v1::HealthCheckResponse response;
  grpc::ClientContext first;
  ASSERT_TRUE(stub->Check(&first, request, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
  request.set_service("something");
  grpc::ClientContext second;
  EXPECT_EQ(stub->Check(&second, request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace acd::server
