#include "plugin/commands/tool_guard_command.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "decrypt/base/system_failure.h"
#include "plugin/commands/tool_guard_policy.h"

namespace acd::commands {
namespace {

namespace fs = std::filesystem;

// kustomize inflates charts with Helm 3 only and asks each time. The few arguments that it gives,
// which are all that passes here, are the same in Helm 4, which doesn't know the question.
constexpr const char* kHelmVersion = "v3.99.0+argocd-decrypt\n";

std::string Setting(const char* name) {
  const char* value = std::getenv((std::string("ARGOCD_DECRYPT_GUARD_") + name).c_str());
  return value == nullptr ? std::string() : std::string(value);
}

bool Inside(const std::string& path) {
  std::error_code error;
  const std::string real = fs::weakly_canonical(path, error).native();
  if (error) return false;
  for (const char* name : {"TREE", "TMP"}) {
    const std::string folder = Setting(name);
    if (!folder.empty() && real.starts_with(folder + "/")) return true;
  }
  return false;
}

// The environment of the real tool: kustomize's, without what is ours or helm's.
std::vector<std::string> Environment(bool helm) {
  std::vector<std::string> out;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const bool ours = text.starts_with("ARGOCD_DECRYPT_") || text.starts_with("PATH=") ||
                      text.starts_with("HELM_");
    if (!ours) out.emplace_back(text);
  }
  out.push_back("PATH=" + Setting("PATH"));
  if (!helm) return out;
  const std::string home = Setting("HELM_HOME");
  out.push_back("HELM_CACHE_HOME=" + home + "/cache");
  out.push_back("HELM_CONFIG_HOME=" + home + "/config");
  out.push_back("HELM_DATA_HOME=" + home + "/data");
  out.push_back("HELM_PLUGINS=" + home + "/no-plugins");
  return out;
}

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

int Refused(const std::string& tool, const std::string& reason) {
  std::fprintf(stderr, "%s guard: %s\n", tool.c_str(), reason.c_str());
  return 1;
}

}  // namespace

int RunToolGuard(std::span<char*> argv) {
  const std::string_view called = argv.empty() ? std::string_view() : argv[0];
  const std::string tool(called.substr(called.rfind('/') + 1));
  const bool helm = tool == "helm";
  const std::string program = Setting(helm ? "HELM" : "GIT");
  if (!program.starts_with('/') || (helm && Setting("HELM_HOME").empty())) {
    return Refused(tool, "by this name, argocd-decrypt is for kustomize only");
  }
  const Words args(argv.begin() + 1, argv.end());
  if (helm && AsksVersion(args)) {
    std::fputs(kHelmVersion, stdout);
    return 0;
  }
  if (helm && !args.empty() && args[0] == "pull" && Setting("PULL") != "allowed") {
    return Refused(tool, "charts are not pulled beside KSOPS generators or LoadRestrictionsNone");
  }
  auto allowed = helm ? GuardHelm(args, Inside) : GuardGit(args);
  if (!allowed) return Refused(tool, allowed.error().message);
  allowed->insert(allowed->begin(), tool);
  std::vector<std::string> environment = Environment(helm);
  ::execve(program.c_str(), Pointers(*allowed).data(), Pointers(environment).data());
  return Refused(tool, "cannot be started: " + SystemWords(errno));
}

}  // namespace acd::commands
