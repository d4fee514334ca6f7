#include "plugin/render/kustomize_version.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>
#include <utility>

#include "plugin/render/tool.h"

namespace acd::render {
namespace {

constexpr const char* kFlag = "--kustomize-versions";

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '-' || c == '_' || c == '+';
         });
}

bool IsFolder(std::string_view setting) {
  return setting.starts_with('/') && setting.find('=') == std::string_view::npos;
}

Result<std::map<std::string, std::string>> ReadList(std::string_view setting) {
  std::map<std::string, std::string> versions;
  while (!setting.empty()) {
    const std::size_t comma = std::min(setting.find(','), setting.size());
    const std::string_view entry = setting.substr(0, comma);
    setting.remove_prefix(std::min(comma + 1, setting.size()));
    if (entry.empty()) continue;
    const std::size_t equals = entry.find('=');
    const bool good = equals != std::string_view::npos && IsName(entry.substr(0, equals)) &&
                      entry.substr(equals + 1).starts_with('/');
    if (!good) {
      return Fail(Code::kInvalidInput, std::string(kFlag) + ": expected NAME=/PATH,... or a folder",
                  "for example v5.6.0=/usr/local/bin/kustomize-5.6.0");
    }
    versions[std::string(entry.substr(0, equals))] = entry.substr(equals + 1);
  }
  return versions;
}

// Empty: there is none.
Result<std::string> Registered(const std::string& setting, const std::string& version) {
  if (!IsFolder(setting)) {
    ACD_TRY(auto versions, ReadList(setting));
    return versions[version];
  }
  const std::string path = setting + "/" + version;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::string();
  return S_ISDIR(info.st_mode) ? path + "/kustomize" : path;
}

}  // namespace

Status CheckKustomizeVersions(std::string_view setting) {
  if (IsFolder(setting)) return {};
  ACD_TRY([[maybe_unused]] const auto versions, ReadList(setting));
  return {};
}

Result<std::string> FindKustomize(const Context& context) {
  const RenderSettings& settings = context.settings;
  const std::string version = context.request.parameters.String("version");
  if (version.empty()) return exec::FindProgram(settings.kustomize, settings.tool_path);
  std::string path;
  if (IsName(version)) {
    ACD_TRY(path, Registered(settings.kustomize_versions, version));
  }
  if (path.empty()) {
    return Fail(Code::kInvalidInput,
                "parameter version: kustomize version " +
                    (IsName(version) ? version : "(not a version)") + " is not registered",
                "the operator registers versions with --kustomize-versions "
                "(ARGOCD_DECRYPT_KUSTOMIZE_VERSIONS)");
  }
  return exec::FindProgram(path, settings.tool_path);
}

Result<bool> KustomizeIsAtLeast(Context& context, const exec::Command& base, int major, int minor) {
  ToolRun run;
  run.label = "kustomize version";
  run.command = base;
  run.command.args = {"version"};
  run.command.directory = context.request.root;
  ACD_TRY(const exec::Outcome outcome, RunTool(context, run));
  const std::string text(outcome.out.ExposeText());
  const std::size_t digits = text.find_first_of("0123456789");
  if (outcome.exit_code != 0 || digits == std::string::npos) return true;
  char* end = nullptr;
  const long found_major = std::strtol(text.c_str() + digits, &end, 10);
  const long found_minor = *end == '.' ? std::strtol(end + 1, nullptr, 10) : 0;
  return std::tuple(found_major, found_minor) >= std::tuple<long, long>(major, minor);
}

}  // namespace acd::render
