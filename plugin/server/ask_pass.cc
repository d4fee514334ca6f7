#include "plugin/server/ask_pass.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>

#include "askpass.grpc.pb.h"
#include "plugin/server/error_text.h"

namespace acd::server {
namespace {

constexpr const char* kDefaultSocket = "/tmp/reposerver-ask-pass.sock";  // Argo CD's own
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMaxMessageBytes = 1U << 20U;

}  // namespace

Result<sources::Login> AskRepoServer(const std::string& socket, const std::string& nonce,
                                     const exec::Budget& budget) {
  const std::string path = socket.empty() ? kDefaultSocket : socket;
  if (path.front() != '/') {
    return Fail(Code::kInvalidInput, "ARGOCD_ASK_PASS_SOCK: must be an absolute path");
  }
  ACD_CHECK(budget.Check());
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(kMaxMessageBytes));
  // gRPC keeps channels with equal arguments for each other; the next request's socket is another
  // process's, after a restart of the repo-server.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto channel =
      grpc::CreateCustomChannel("unix:" + path, grpc::InsecureChannelCredentials(), arguments);
  const auto stub = askpass::AskPassService::NewStub(channel);
  grpc::ClientContext context;
  auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
  if (budget.deadline) {
    wait = std::min(wait, std::chrono::duration_cast<std::chrono::milliseconds>(
                              *budget.deadline - exec::Budget::Clock::now()));
  }
  context.set_deadline(std::chrono::system_clock::now() + wait);
  askpass::CredentialsRequest request;
  request.set_nonce(nonce);
  askpass::CredentialsResponse response;
  const grpc::Status status = stub->GetCredentials(&context, request, &response);
  ACD_CHECK(budget.Check());
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    return Fail(Code::kNotFound, "the repo-server no longer knows the credentials of this request");
  }
  if (!status.ok()) {
    return Fail(Code::kIo,
                "the repo-server's askpass socket " + path +
                    " does not answer: " + std::string(FirstLine(status.error_message())),
                "mount the folder with it into both containers, and name it in "
                "ARGOCD_ASK_PASS_SOCK of the repo-server");
  }
  sources::Login login;
  login.username = SecretBytes::CopyOf(response.username());
  login.password = SecretBytes::CopyOf(response.password());
  return login;
}

}  // namespace acd::server
