#include "plugin/commands/ask_pass_command.h"

#include <chrono>
#include <string>
#include <string_view>

#include "decrypt/base/secret_bytes.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/output_file.h"
#include "plugin/server/ask_pass.h"
#include "plugin/sources/repository_url.h"

namespace acd::commands {
namespace {

constexpr std::chrono::seconds kMaxTime{30};
constexpr const char* kDefaultSocket = "/tmp/reposerver-ask-pass.sock";

// The address in git's question, `Username for 'https://host': `, without a user in it.
std::string AskedFor(std::string_view question) {
  const std::size_t begin = question.find('\'');
  const std::size_t end = question.rfind('\'');
  if (begin == std::string_view::npos || end <= begin) return {};
  return sources::UrlOrigin(question.substr(begin + 1, end - begin - 1));
}

// The credentials are for one host; git asks for whatever a repository names.
Status CheckHost(std::string_view question) {
  const std::string own = sources::UrlOrigin(EnvironmentOr("ARGOCD_APP_SOURCE_REPO_URL", ""));
  if (own.empty() || AskedFor(question) == own) return {};
  return Fail(Code::kUnsupported, "Argo CD's credentials are for " + own + " only");
}

Status Answer(std::string_view question) {
  ACD_CHECK(CheckHost(question));
  exec::Budget budget;
  budget.deadline = exec::Budget::Clock::now() + kMaxTime;
  ACD_TRY(const sources::Login login,
          server::AskRepoServer(EnvironmentOr("ARGOCD_ASK_PASS_SOCK", kDefaultSocket),
                                EnvironmentOr("ARGOCD_GIT_ASKPASS_NONCE", ""), budget));
  const SecretBytes& answer = question.starts_with("Username") ? login.username : login.password;
  SecretBytes line;
  line.Append(answer.Expose());
  line.Append(AsBytes("\n"));
  return PrintResult(line.Expose());
}

}  // namespace

bool IsAskedByGit(std::span<char*> argv) {
  if (argv.size() != 2) return false;
  if (EnvironmentOr("ARGOCD_BINARY_NAME", "") != "argocd-git-ask-pass") return false;
  const std::string_view question = argv[1];
  return question.starts_with("Username") || question.starts_with("Password");
}

int RunAskPass(std::span<char*> argv) {
  const Status status = Answer(argv[1]);
  return status ? kDone : ReportFailure("askpass", status.error());
}

}  // namespace acd::commands
