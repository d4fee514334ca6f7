// How calls and servers end.
#include <thread>

#include "tests/plugin/server/server_fixture.h"
#include "tests/support/matchers.h"

namespace acd::server {
namespace {

using namespace acd::server::testing;
using acd::testing::Fails;
using acd::testing::IsOk;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Renders until its budget ends, as a tool that takes too long does.
Result<render::Rendered> EndlessRender(const render::RenderRequest& request) {
  while (true) {
    ACD_CHECK(request.budget.Check());
    std::this_thread::yield();
  }
}

TEST(Deadline, IsAnsweredInTimeWithTheServersOwnWords) {
  RunningServer server(EndlessRender);
  auto client = server.NewClient();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + seconds(4));
  const Answer answer = client.Generate(context, AnswerArchive("x"));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("phase: render"));
  server.Records(1);
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(Deadline, MayBeShortenedByTheServer) {
  ServiceSettings settings;
  settings.max_run_time = milliseconds(50);
  RunningServer server(EndlessRender, settings);
  EXPECT_EQ(server.NewClient().Generate(AnswerArchive("x")).status.error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST(Deadline, SaysWhoseItWasAndWhereTheTimeWent) {
  ServiceSettings settings;
  settings.max_run_time = milliseconds(900);  // enough to receive in, and still under 1 s
  RunningServer server(EndlessRender, settings);
  EXPECT_THAT(server.NewClient().Generate(AnswerArchive("x")).status.error_message(),
              HasSubstr("time: --max-run-time gave under 1 s; spent on receive under 1 s, wait "
                        "under 1 s, render under 1 s\n"));
  RunningServer other(EndlessRender);
  auto client = other.NewClient();
  const auto archive = AnswerArchive("x");
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + milliseconds(4400));
  EXPECT_THAT(
      client.Generate(context, archive).status.error_message(),
      HasSubstr("time: the caller's deadline gave 4 s; spent on receive under 1 s, wait under 1 s, "
                "render"));
}

TEST(Deadline, LeavesTimeForTheAnswer) {
  const auto now = exec::Budget::Clock::now();
  exec::Budget client;
  EXPECT_FALSE(WorkBudget(client, std::nullopt).deadline.has_value());
  client.deadline = now + seconds(60);
  EXPECT_EQ(*WorkBudget(client, std::nullopt).deadline, *client.deadline - seconds(1));
  client.deadline = now + milliseconds(400);
  EXPECT_GE(*WorkBudget(client, std::nullopt).deadline, *client.deadline - milliseconds(100));
  EXPECT_LT(*WorkBudget(client, std::nullopt).deadline, *client.deadline);
  client.deadline = now - seconds(1);
  EXPECT_LE(*WorkBudget(client, std::nullopt).deadline, *client.deadline);
  client.deadline = now + seconds(60);
  EXPECT_LT(*WorkBudget(client, milliseconds(100)).deadline, now + seconds(5));
}

TEST(Overload, IsAnErrorThatSaysTryLater) {
  Gate rendering;
  Gate go_on;
  ServiceSettings settings;
  settings.queue.max_running = 1;
  settings.queue.max_waiting = 0;
  RunningServer server(
      [&](const render::RenderRequest& request) {
        rendering.Open();
        go_on.Wait();
        return EchoRender(request);
      },
      settings);
  std::thread first(
      [&] { EXPECT_TRUE(server.NewClient().Generate(AnswerArchive("x")).status.ok()); });
  rendering.Wait();
  const Answer refused = server.NewClient().Generate(AnswerArchive("x"));
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.status.error_message(), HasSubstr("overloaded"));
  EXPECT_THAT(refused.status.error_message(), HasSubstr("try again later"));
  go_on.Open();
  first.join();
  EXPECT_TRUE(server.NewClient().Generate(AnswerArchive("x")).status.ok());
}

TEST(Client, ThatVanishesWhileSendingLeavesNothing) {
  RunningServer server;
  {
    auto client = server.NewClient();
    grpc::ClientContext context;
    plugin::ManifestResponse response;
    const auto writer = client.stub().GenerateManifest(&context, &response);
    const auto messages =
        Client::Messages(AnswerArchive("x"), ".", {{"ARGOCD_APP_NAME", "shop"}}, 100);
    for (std::size_t i = 0; i < 3; ++i) ASSERT_TRUE(writer->Write(messages[i]));
    context.TryCancel();
    writer->Finish();
  }
  EXPECT_EQ(server.Records(1).at(0).code, "CANCELLED");
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(Client, ThatVanishesWhileRenderingEndsTheRender) {
  Gate rendering;
  RunningServer server([&](const render::RenderRequest& request) {
    rendering.Open();
    return EndlessRender(request);
  });
  grpc::ClientContext context;
  std::thread call([&] {
    auto client = server.NewClient();
    EXPECT_FALSE(client.Generate(context, AnswerArchive("x")).status.ok());
  });
  rendering.Wait();
  EXPECT_THAT(server.Workspaces(), ::testing::Not(IsEmpty()));
  context.TryCancel();
  call.join();
  EXPECT_EQ(server.Records(1).at(0).code, "CANCELLED");
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(Client, ThatIsSlowToSendHoldsUpNoOther) {
  ServiceSettings settings;
  settings.queue.max_running = 1;
  RunningServer server(EchoRender, settings);
  const std::string archive = AnswerArchive("hello");
  auto slow = server.NewClient();
  grpc::ClientContext context;
  plugin::ManifestResponse response;
  const auto writer = slow.stub().GenerateManifest(&context, &response);
  const auto messages = Client::Messages(archive);
  ASSERT_TRUE(writer->Write(messages[0]));
  EXPECT_THAT(server.NewClient().Generate(archive).manifests, ElementsAre("hello"));
  for (std::size_t i = 1; i < messages.size(); ++i) ASSERT_TRUE(writer->Write(messages[i]));
  writer->WritesDone();
  EXPECT_TRUE(writer->Finish().ok());
}

TEST(Stop, FinishesARunningCallAndTakesNoNewOne) {
  Gate rendering;
  Gate release;
  RunningServer server([&](const render::RenderRequest& request) {
    rendering.Open();
    release.Wait();
    return EchoRender(request);
  });
  Answer answer;
  std::thread call([&] { answer = server.NewClient().Generate(AnswerArchive("hello")); });
  rendering.Wait();
  std::thread stop([&] { server.server().Stop(seconds(30)); });
  while (workspace::testing::Exists(server.socket_path())) std::this_thread::yield();
  grpc::ClientContext context;
  plugin::CheckPluginConfigurationResponse response;
  auto late = server.NewClient();
  EXPECT_FALSE(late.stub().CheckPluginConfiguration(&context, {}, &response).ok());
  release.Open();
  stop.join();
  call.join();
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_THAT(answer.manifests, ElementsAre("hello"));
}

TEST(Stop, CancelsWhatOutlastsTheGrace) {
  Gate rendering;
  RunningServer server([&](const render::RenderRequest& request) {
    rendering.Open();
    return EndlessRender(request);
  });
  Answer answer;
  std::thread call([&] { answer = server.NewClient().Generate(AnswerArchive("x")); });
  rendering.Wait();
  server.server().Stop(milliseconds(50));
  call.join();
  EXPECT_FALSE(answer.status.ok());
  EXPECT_THAT(server.Workspaces(), IsEmpty());
}

TEST(Stop, CanBeHastened) {
  Gate rendering;
  RunningServer server([&](const render::RenderRequest& request) {
    rendering.Open();
    return EndlessRender(request);
  });
  Answer answer;
  std::thread call([&] { answer = server.NewClient().Generate(AnswerArchive("x")); });
  rendering.Wait();
  std::thread stop([&] { server.server().Stop(std::chrono::hours(1)); });
  server.server().CancelCalls();
  stop.join();
  call.join();
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::CANCELLED);
}

TEST(Stop, EndsACallWhoseClientIsSilent) {
  RunningServer server;
  auto client = server.NewClient();
  grpc::ClientContext context;
  plugin::ManifestResponse response;
  const auto writer = client.stub().GenerateManifest(&context, &response);
  ASSERT_TRUE(writer->Write(MetadataMessage(".", "")));
  plugin::CheckPluginConfigurationResponse checked;
  grpc::ClientContext other;  // the connection is up, so the stream has reached the server, too
  ASSERT_TRUE(client.stub().CheckPluginConfiguration(&other, {}, &checked).ok());
  server.server().Stop(milliseconds(20));
  EXPECT_FALSE(writer->Finish().ok());
}

}  // namespace
}  // namespace acd::server
