#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "plugin.grpc.pb.h"
#include "plugin/archive/pack.h"
#include "plugin/server/cmp_server.h"
#include "plugin/server/manifest_service.h"
#include "plugin/server/sha256.h"
#include "plugin/server/unix_socket.h"
#include "tests/plugin/workspace/test_folder.h"

namespace acd::server::testing {

using Env = std::vector<std::pair<std::string, std::string>>;
using Writer = grpc::ClientWriter<plugin::AppStreamRequest>;

/// An event that tests wait for, instead of sleeping.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }
  bool WaitFor(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

inline std::string PackFolder(const std::string& path) {
  std::string archive;
  const Status packed = archive::Pack(path, {}, [&](std::span<const std::uint8_t> bytes) -> Status {
    archive += AsText(bytes);
    return {};
  });
  if (!packed) ADD_FAILURE() << packed.error().message;
  return archive;
}

inline std::string ChecksumOf(const std::string& archive) {
  Sha256 digest;
  digest.Update(AsBytes(archive));
  return digest.FinishHex();
}

inline plugin::AppStreamRequest MetadataMessage(const std::string& app_path,
                                                const std::string& checksum, const Env& env = {}) {
  plugin::AppStreamRequest message;
  auto* metadata = message.mutable_metadata();
  metadata->set_appname("app");
  metadata->set_apprelpath(app_path);
  metadata->set_checksum(checksum);
  for (const auto& [name, value] : env) {
    auto* entry = metadata->add_env();
    entry->set_name(name);
    entry->set_value(value);
  }
  return message;
}

inline plugin::AppStreamRequest FileMessage(const std::string& chunk) {
  plugin::AppStreamRequest message;
  message.mutable_file()->set_chunk(chunk);
  return message;
}

/// What a client got.
struct Answer {
  grpc::Status status;
  std::vector<std::string> manifests;
  std::size_t sent = 0;  ///< messages that could be written
};

/// A client with a connection of its own, as the repo-server makes one for each call.
class Client {
 public:
  explicit Client(const std::string& socket) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(-1);
    channel_ =
        grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), arguments);
    stub_ = plugin::ConfigManagementPluginService::NewStub(channel_);
  }

  plugin::ConfigManagementPluginService::Stub& stub() { return *stub_; }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }

  /// Sends the messages one by one and takes the answer.
  Answer Send(const std::vector<plugin::AppStreamRequest>& messages) {
    grpc::ClientContext context;
    return Send(context, messages);
  }
  Answer Send(grpc::ClientContext& context, const std::vector<plugin::AppStreamRequest>& messages) {
    Answer answer;
    plugin::ManifestResponse response;
    const auto writer = stub_->GenerateManifest(&context, &response);
    for (const auto& message : messages) {
      if (!writer->Write(message)) break;
      ++answer.sent;
    }
    writer->WritesDone();
    answer.status = writer->Finish();
    answer.manifests.assign(response.manifests().begin(), response.manifests().end());
    return answer;
  }

  Answer Generate(const std::string& archive, const std::string& app_path = ".",
                  const Env& env = {}, std::size_t chunk = 1024) {
    grpc::ClientContext context;
    return Generate(context, archive, app_path, env, chunk);
  }
  Answer Generate(grpc::ClientContext& context, const std::string& archive,
                  const std::string& app_path = ".", const Env& env = {},
                  std::size_t chunk = 1024) {
    return Send(context, Messages(archive, app_path, env, chunk));
  }

  static std::vector<plugin::AppStreamRequest> Messages(const std::string& archive,
                                                        const std::string& app_path = ".",
                                                        const Env& env = {},
                                                        std::size_t chunk = 1024) {
    std::vector<plugin::AppStreamRequest> messages{
        MetadataMessage(app_path, ChecksumOf(archive), env)};
    for (std::size_t at = 0; at < archive.size(); at += chunk) {
      messages.push_back(FileMessage(archive.substr(at, chunk)));
    }
    return messages;
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<plugin::ConfigManagementPluginService::Stub> stub_;
};

/// A renderer for tests: one manifest with the content of the application's `answer.txt`.
inline Result<render::Rendered> EchoRender(const render::RenderRequest& request) {
  render::Rendered rendered;
  rendered.renderer = "fake";
  rendered.files_decrypted = 1;
  rendered.phases.emplace_back("render", std::chrono::microseconds(5));
  rendered.manifests.push_back(
      workspace::testing::Content(request.root + "/" + request.app_path + "/answer.txt"));
  return rendered;
}

/// A running server on a socket of its own, with a fake renderer.
class RunningServer {
 public:
  explicit RunningServer(RenderFunction render = EchoRender, ServiceSettings settings = {},
                         custom::PluginConfig plugin = {}, HealthCheck health = {}) {
    auto root = workspace::WorkspaceRoot::Open(folder_.path(), true);
    if (!root) {
      ADD_FAILURE() << root.error().message;
      return;
    }
    root_ = *std::move(root);
    runner_ = exec::MakeProcessRunner();
    custom::CommandSettings command_settings;
    command_settings.environment = {{"PATH", "/usr/bin:/bin"}};
    command_settings.tool_path = "/usr/bin:/bin";
    commands_ = std::make_unique<custom::Commands>(*runner_, std::move(command_settings));
    plugin_ = std::make_unique<Plugin>(std::move(plugin), commands_.get());
    service_ = std::make_unique<ManifestService>(*root_, *plugin_, std::move(render), settings);
    auto socket = ListeningSocket::Listen(socket_path());
    if (!socket) {
      ADD_FAILURE() << socket.error().message;
      return;
    }
    auto server = CmpServer::Start(
        *std::move(socket), *service_,
        [this](const RequestRecord& r) {
          const std::lock_guard lock(mutex_);
          records_.push_back(r);
          changed_.notify_all();
        },
        std::move(health));
    if (!server) {
      ADD_FAILURE() << server.error().message;
      return;
    }
    server_ = *std::move(server);
  }

  std::string socket_path() const { return folder_ / "plugin.sock"; }
  CmpServer& server() { return *server_; }
  Client NewClient() const { return Client(socket_path()); }
  const workspace::testing::TestFolder& folder() const { return folder_; }

  /// Waits until `count` calls have ended on the server's side.
  std::vector<RequestRecord> Records(std::size_t count) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(30),
                           [&] { return records_.size() >= count; })) {
      ADD_FAILURE() << "only " << records_.size() << " calls have ended";
    }
    return records_;
  }

  /// Names of the requests' folders that exist now.
  std::vector<std::string> Workspaces() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root_->path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

 private:
  workspace::testing::TestFolder folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RequestRecord> records_;
  std::unique_ptr<workspace::WorkspaceRoot> root_;
  std::unique_ptr<exec::CommandRunner> runner_;
  std::unique_ptr<custom::Commands> commands_;
  std::unique_ptr<Plugin> plugin_;
  std::unique_ptr<ManifestService> service_;
  std::unique_ptr<CmpServer> server_;  // last: it ends before what it uses
};

/// An archive whose `answer.txt` holds `answer`, in the root and in `apps/one`.
inline std::string AnswerArchive(const std::string& answer) {
  const workspace::testing::TestFolder tree;
  tree.Write("answer.txt", answer);
  tree.Write("apps/one/answer.txt", answer + " from apps/one");
  tree.Link("apps/one", "link");
  tree.Write("apps/file.txt", "no folder");
  return PackFolder(tree.path());
}

}  // namespace acd::server::testing
