#include "plugin/sources/git_home.h"

#include "plugin/sources/git_ssh.h"
#include "plugin/sources/git_text.h"
#include "plugin/sources/helm_home.h"
#include "plugin/sources/repository_url.h"
#include "plugin/sources/retry.h"
#include "plugin/sources/tool_words.h"

namespace acd::sources {
namespace {

constexpr std::size_t kMaxFileBytes = 256U << 20U;  // of a pack

bool IsGone(const std::string& words) {
  for (const char* sign : {"not our ref", "unadvertised object", "couldn't find remote ref"}) {
    if (words.find(sign) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Result<GitHome> GitHome::Make(const Session& session, const GitLogin& login) {
  ACD_TRY(ToolFolder folder, ToolFolder::Make(session.run_dir));
  GitHome home(session, login, std::move(folder));
  ACD_TRY(home.program_, exec::FindProgram(session.settings.git, session.tool_path));
  ACD_CHECK(home.Configure());
  ACD_TRY(const exec::Outcome made,
          home.Look({"init", "--quiet", "--bare", "--template=", home.folder_.path() + "/bare"},
                    64U << 10U));
  if (made.exit_code != 0) return Fail(Code::kToolFailed, "git init: " + made.err);
  home.environment_["GIT_DIR"] = home.folder_.path() + "/bare";
  return home;
}

Status GitHome::Configure() {
  const Access& access = login_.access;
  SecretBytes text;
  text.Append(
      "[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n"
      "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[submodule]\n\trecurse = false\n"
      "[fetch]\n\trecurseSubmodules = false\n\tunpackLimit = 1\n"
      "[protocol]\n\tallow = never\n[protocol \"https\"]\n\tallow = always\n"
      "[protocol \"http\"]\n\tallow = always\n[protocol \"ssh\"]\n\tallow = always\n"
      "[http]\n\tfollowRedirects = false\n");
  if (login_.insecure) text.Append("\tsslVerify = false\n");
  if (const std::string ca = CertificatesFor(session_, access.url); !ca.empty()) {
    text.Append("\tsslCAInfo = ");
    AppendGitValue(text, ca);
  }
  if (access.settings != nullptr && !access.settings->proxy.empty()) {
    text.Append("\tproxy = ");
    AppendGitValue(text, access.settings->proxy);
  }
  const Repository* secret = access.credentials;
  if (secret != nullptr && !secret->tls_certificate.empty()) {
    ACD_TRY(const std::string certificate,
            folder_.Put("tls-certificate", secret->tls_certificate.Expose()));
    ACD_TRY(const std::string key, folder_.Put("tls-key", secret->tls_key.Expose()));
    text.Append("\tsslCert = ");
    AppendGitValue(text, certificate);
    text.Append("\tsslKey = ");
    AppendGitValue(text, key);
  }
  if (!login_.header.empty()) {
    text.Append("[http \"" + UrlOrigin(access.url) + "/\"]\n\textraHeader = ");
    AppendGitValue(text, login_.header.ExposeText());
  }
  ACD_TRY(const std::string config, folder_.Put("config/gitconfig", text.Expose()));
  environment_ = folder_.Environment();
  for (const auto& [name, value] : session_.settings.network) environment_[name] = value;
  if (access.settings != nullptr && !access.settings->no_proxy.empty()) {
    environment_["NO_PROXY"] = access.settings->no_proxy;
  }
  environment_["GIT_CONFIG_NOSYSTEM"] = "1";
  environment_["GIT_CONFIG_GLOBAL"] = config;
  environment_["GIT_TERMINAL_PROMPT"] = "0";
  environment_["GIT_ALLOW_PROTOCOL"] = "https:http:ssh";
  environment_["GIT_NO_REPLACE_OBJECTS"] = "1";
  environment_["LC_ALL"] = "C";
  environment_["PATH"] = session_.tool_path;
  return UrlScheme(access.url).starts_with("http") ? Status() : ConfigureSsh();
}

Status GitHome::ConfigureSsh() {
  const Repository* secret = login_.access.credentials;
  std::string key;
  if (secret != nullptr && !secret->ssh_key.empty()) {
    key = folder_.path() + "/ssh-key";
    ACD_CHECK(WriteSshKey(*secret, key));
  }
  ACD_TRY(environment_["GIT_SSH_COMMAND"], SshCommand(session_, login_, key));
  environment_["GIT_SSH_VARIANT"] = "ssh";
  return {};
}

exec::Command GitHome::Base(std::vector<std::string> args) const {
  exec::Command command;
  command.program = program_;
  command.args = std::move(args);
  command.environment = environment_;
  command.directory = folder_.path();
  command.max_file_bytes = kMaxFileBytes;
  return command;
}

Status GitHome::Fetch(const std::string& commit) {
  const std::string& url = login_.access.url;
  exec::Command command =
      Base({"fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules",
            "--no-write-fetch-head", "--end-of-options", url, commit});
  command.max_stdout_bytes = 1U << 20U;
  const std::string label = "git fetch " + url + " " + commit;
  auto outcome = RunPatiently(session_, command);
  if (!outcome) return Fail(std::move(outcome).error().With(label));
  if (outcome->exit_code == 0) return {};
  const std::string words = CleanWords(outcome->err, session_, {&login_.access});
  if (IsGone(words)) {
    return Fail(Code::kNotFound, url + ": has no commit " + commit + ", or does not give it out",
                "push the commit to a branch of the repository; it has to be reachable");
  }
  Failure failure = Fail(Code::kToolFailed, label + ": " + words);
  if (words.find("edirect") != std::string::npos) {
    failure.error.hint =
        "redirects are not followed: write the repository's final address, "
        "with .git at its end if the server has it so";
  }
  const Repository* secret = login_.access.credentials;
  const bool refused = words.find("uthentication") != std::string::npos ||
                       words.find("could not read Username") != std::string::npos ||
                       words.find("401") != std::string::npos ||
                       words.find("403") != std::string::npos ||
                       words.find("ermission denied") != std::string::npos;
  if (refused) {
    failure.error.hint =
        secret != nullptr
            ? "used the credentials of repository Secret " + secret->secret + "; check them"
        : !login_.header.empty()
            ? "used the credentials of the Application's own repository, which Argo CD shares"
            : "no mounted repository Secret of type git matches it for project \"" +
                  session_.project + "\"";
  }
  return failure;
}

Result<exec::Outcome> GitHome::Look(std::vector<std::string> args, std::size_t max_bytes) const {
  exec::Command command = Base(std::move(args));
  // Nothing is fetched behind our back.
  command.environment["GIT_ALLOW_PROTOCOL"] = "none";
  command.environment.erase("GIT_SSH_COMMAND");
  command.max_stdout_bytes = max_bytes;
  return session_.runner.Run(command, session_.budget);
}

}  // namespace acd::sources
