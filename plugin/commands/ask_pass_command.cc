#include "plugin/commands/ask_pass_command.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "plugin/commands/cli.h"
#include "plugin/server/ask_pass.h"

namespace acd::commands {
namespace {

constexpr std::chrono::seconds kMaxTime{30};
constexpr const char* kDefaultSocket = "/tmp/reposerver-ask-pass.sock";

Status Answer(std::string_view question) {
  exec::Budget budget;
  budget.deadline = exec::Budget::Clock::now() + kMaxTime;
  ACD_TRY(const sources::Login login,
          server::AskRepoServer(EnvironmentOr("ARGOCD_ASK_PASS_SOCK", kDefaultSocket),
                                EnvironmentOr("ARGOCD_GIT_ASKPASS_NONCE", ""), budget));
  const SecretBytes& answer = question.starts_with("Username") ? login.username : login.password;
  const std::string_view text = answer.ExposeText();
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                       std::fputc('\n', stdout) != EOF && std::fflush(stdout) == 0;
  return written ? Status() : Fail(Code::kIo, "standard output: cannot be written");
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
