// What the stock server has on its socket beside the plugin's service, and that none of it holds up
// the end.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "decrypt/base/unique_fd.h"
#include "health.grpc.pb.h"
#include "plugin/server/open_streams.h"
#include "reflection.grpc.pb.h"
#include "tests/plugin/server/server_fixture.h"
#include "version.grpc.pb.h"

namespace acd::server {
namespace {

using namespace acd::server::testing;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using HealthStub = grpc::health::v1::Health;
using Reflection = grpc::reflection::v1::ServerReflection;

// A watch of the service with this name.
struct Watch {
  Watch(const Client& client, const std::string& name)
      : stub(HealthStub::NewStub(client.channel())) {
    HealthCheckRequest request;
    request.set_service(name);
    reader = stub->Watch(&context, request);
  }
  // -1: it has ended.
  int Next() {
    HealthCheckResponse response;
    return reader->Read(&response) ? static_cast<int>(response.status()) : -1;
  }

  std::unique_ptr<HealthStub::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader;
};

// An open stream of questions.
struct Questions {
  explicit Questions(const Client& client) : stub(Reflection::NewStub(client.channel())) {
    stream = stub->ServerReflectionInfo(&context);
  }
  bool Ask(const ServerReflectionRequest& request, ServerReflectionResponse& response) {
    return stream->Write(request) && stream->Read(&response);
  }
  bool List() {
    ServerReflectionRequest request;
    ServerReflectionResponse response;
    request.set_list_services("");
    return Ask(request, response) && response.list_services_response().service_size() == 5;
  }

  std::unique_ptr<Reflection::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<ServerReflectionRequest, ServerReflectionResponse>>
      stream;
};

milliseconds TimeOf(const std::function<void()>& what) {
  const auto start = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
}

TEST(HealthWatch, TellsEachChange) {
  std::atomic<bool> serving = true;
  RunningServer server(EchoRender, {}, {}, [&] { return Health{serving, {}}; });
  Watch watch(server.NewClient(), "");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
  serving = false;
  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  serving = true;
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
}

TEST(HealthWatch, TellsThatAServiceIsUnknown) {
  RunningServer server;
  Watch watch(server.NewClient(), "plugin.ConfigManagementPluginService");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVICE_UNKNOWN);
}

TEST(HealthWatch, FailsWhenHealthCannotBeKnown) {
  RunningServer server(EchoRender, {}, {}, []() -> Health { throw std::runtime_error("secret"); });
  Watch watch(server.NewClient(), "");
  EXPECT_EQ(watch.Next(), -1);
  const grpc::Status status = watch.reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(status.error_message(), "internal error");
}

TEST(HealthList, HasTheServerAsAWhole) {
  RunningServer server(EchoRender, {}, {}, [] { return Health{false, {}}; });
  grpc::ClientContext context;
  grpc::health::v1::HealthListResponse response;
  ASSERT_TRUE(
      HealthStub::NewStub(server.NewClient().channel())->List(&context, {}, &response).ok());
  ASSERT_EQ(response.statuses_size(), 1);
  EXPECT_EQ(response.statuses().at("").status(), HealthCheckResponse::NOT_SERVING);
}

TEST(Reflection, RefusesWhatIsTooLongOrAsksNothing) {
  RunningServer server;
  ServerReflectionRequest longer;
  longer.set_file_containing_symbol(std::string(70'000, 'x'));
  for (const auto& request : {longer, ServerReflectionRequest()}) {
    Questions questions(server.NewClient());
    ServerReflectionResponse response;
    EXPECT_FALSE(questions.Ask(request, response));
    EXPECT_EQ(questions.stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST(OpenStreams, MayBeSoManyAndNoMore) {
  RunningServer server;
  const Client client = server.NewClient();
  std::vector<std::unique_ptr<Questions>> open;
  for (std::size_t i = 0; i < OpenStreams::kMax; ++i) {
    open.push_back(std::make_unique<Questions>(client));
    ASSERT_TRUE(open.back()->List()) << i;
  }
  Questions more(client);
  EXPECT_FALSE(more.List());
  EXPECT_EQ(more.stream->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  open.front()->stream->WritesDone();
  EXPECT_TRUE(open.front()->stream->Finish().ok());
  Questions again(client);
  EXPECT_TRUE(again.List());
}

TEST(Version, IsAnsweredWithoutAReport) {
  RunningServer server;
  grpc::ClientContext context;
  version::VersionMessage response;
  ASSERT_TRUE(version::VersionService::NewStub(server.NewClient().channel())
                  ->Version(&context, {}, &response)
                  .ok());
  EXPECT_TRUE(response.platform().starts_with("linux")) << response.platform();
  EXPECT_FALSE(response.compiler().empty());
  EXPECT_EQ(response.goversion(), "");
}

TEST(StopOfAnIdleServer, WaitsForNoStreamAndNoConnection) {
  RunningServer server;
  const Client client = server.NewClient();
  Questions questions(client);
  ASSERT_TRUE(questions.List());
  Watch watch(client, "");
  ASSERT_EQ(watch.Next(), HealthCheckResponse::SERVING);
  // A client that never says a word.
  const UniqueFd silent(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  server.socket_path().copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::connect(silent.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
            0);
  EXPECT_LT(TimeOf([&] { server.server().Stop(seconds(60)); }), seconds(10));
  EXPECT_EQ(watch.Next(), -1);
  EXPECT_FALSE(questions.List());
}

TEST(StopOfAServer, WaitsForItsCallAndForNothingElse) {
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
  Questions questions(server.NewClient());
  ASSERT_TRUE(questions.List());
  std::thread stop([&] { server.server().Stop(seconds(60)); });
  EXPECT_FALSE(questions.stream->Finish().ok());  // while the call still runs
  release.Open();
  EXPECT_LT(TimeOf([&] { stop.join(); }), seconds(10));
  call.join();
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_THAT(answer.manifests, ElementsAre("hello"));
}

}  // namespace
}  // namespace acd::server
