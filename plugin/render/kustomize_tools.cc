#include "plugin/render/kustomize_tools.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <initializer_list>
#include <system_error>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "plugin/render/ksops_broker.h"
#include "plugin/render/source_session.h"
#include "plugin/render/substitute.h"
#include "plugin/sources/git_settings.h"

namespace acd::render {
namespace {

constexpr const char* kTransports = "https:http:ssh";
constexpr const char* kNoTransports = "none";

Status MakeFolders(std::string path, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    path += std::string("/") + name;
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      return SystemFailure("the run folder", errno);
    }
  }
  return {};
}

Status LinkSelf(const std::string& self, const std::string& link) {
  if (self.empty()) return Fail(Code::kInternal, "kustomize: this program does not know its path");
  if (::symlink(self.c_str(), link.c_str()) == 0 || errno == EEXIST) return {};
  return SystemFailure("the run folder", errno);
}

// kustomize and helm name folders by their real paths.
std::string Real(const std::string& path) {
  std::error_code error;
  const auto real = std::filesystem::canonical(path, error);
  return error ? path : real.native();
}

}  // namespace

Result<std::map<std::string, std::string>> InstallTools(const Context& context,
                                                        const ToolHome& home) {
  auto environment = SubstitutionVariables(context.request.application.environment);
  if (environment.contains("ARGOCD_APP_SOURCE_REPO_URL")) {
    environment["ARGOCD_APP_SOURCE_REPO_URL"] = context.request.application.repository;
  }
  environment.insert(home.environment.begin(), home.environment.end());
  environment["PATH"] = home.path + "/bin";
  environment["KUSTOMIZE_PLUGIN_HOME"] = home.path + "/plugins";
  // Remote bases: no local repositories, no transport helpers (`ext::sh -c ...`), no questions.
  environment["GIT_ALLOW_PROTOCOL"] = kTransports;
  environment["GIT_TERMINAL_PROMPT"] = "0";
  environment["ARGOCD_DECRYPT_GUARD_PATH"] = context.settings.tool_path;
  environment["ARGOCD_DECRYPT_GUARD_TREE"] = Real(context.request.root);
  environment["ARGOCD_DECRYPT_GUARD_TMP"] = Real(home.path + "/tmp");
  ACD_CHECK(MakeFolders(home.path, {"bin"}));
  if (auto git = exec::FindProgram("git", context.settings.tool_path)) {
    environment["ARGOCD_DECRYPT_GUARD_GIT"] = *std::move(git);
    ACD_CHECK(LinkSelf(context.settings.self, home.path + "/bin/git"));
  }
  return environment;
}

Status InstallHelm(const Context& context, const ToolHome& home, bool may_pull,
                   std::map<std::string, std::string>& environment) {
  ACD_TRY(environment["ARGOCD_DECRYPT_GUARD_HELM"],
          exec::FindProgram(context.settings.helm, context.settings.tool_path));
  // helm's own folders, whatever a kustomization asks for; credentials of chart repositories would
  // belong into `config`.
  environment["ARGOCD_DECRYPT_GUARD_HELM_HOME"] = home.path + "/helm";
  environment["ARGOCD_DECRYPT_GUARD_PULL"] = may_pull ? "allowed" : "";
  for (const char* name : {"cache", "config", "data"}) {
    ACD_CHECK(MakeFolders(home.path, {"helm", name}));
  }
  return LinkSelf(context.settings.self, home.path + "/bin/helm");
}

Status AllowRemoteBases(const Context& context, const ToolHome& home,
                        std::map<std::string, std::string>& environment) {
  sources::Session session = MakeSourceSession(context);
  ACD_TRY(const auto settings, sources::GitSettings(session, home.path + "/config"));
  for (const auto& [name, value] : settings) environment[name] = value;
  return {};
}

void ForbidRemoteBases(std::map<std::string, std::string>& environment) {
  environment["GIT_ALLOW_PROTOCOL"] = kNoTransports;
}

Status InstallKsops(const Context& context, const ToolHome& home) {
  const std::string program = KsopsProgram(context.settings.self);
  ACD_CHECK(LinkSelf(program, home.path + "/bin/ksops"));
  ACD_CHECK(MakeFolders(home.path, {"plugins", "viaduct.ai", "v1", "ksops"}));
  return LinkSelf(program, home.path + "/plugins/viaduct.ai/v1/ksops/ksops");
}

}  // namespace acd::render
