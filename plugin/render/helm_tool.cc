#include "plugin/render/helm_tool.h"

#include <algorithm>
#include <utility>

namespace acd::render {
namespace {

// MAX_ARG_STRLEN of Linux, and less than the 2 MiB that all of them may be with the usual limit of
// the stack.
constexpr std::size_t kMaxArgument = (128U << 10U) - 1;
constexpr std::size_t kMaxArguments = 1800U << 10U;

// The flag and, of `name=value`, the name: a value is not for messages.
std::string Shown(const std::vector<std::string>& args, std::size_t number) {
  const std::string flag = number > 0 && args[number - 1].starts_with('-') ? args[number - 1] : "";
  return flag + " " + args[number].substr(0, std::min<std::size_t>(args[number].find('='), 100));
}

Status CheckSizes(const std::vector<std::string>& args) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < args.size(); ++i) {
    total += args[i].size() + 1 + sizeof(char*);
    if (args[i].size() <= kMaxArgument) continue;
    return Fail(Code::kLimitExceeded, Shown(args, i) + ": longer than 128 KiB",
                "put it into a value file, or into the parameter values");
  }
  if (total <= kMaxArguments) return {};
  return Fail(Code::kLimitExceeded, "parameters and API versions: more than helm can be given",
              "put parameters into a value file; the parameter apiVersions shortens the list");
}

}  // namespace

Result<std::map<std::string, std::string>> HelmEnvironment(const Context& context) {
  ACD_TRY(ToolHome home, MakeToolHome(context.request.run_dir, "helm"));
  home.environment["HELM_CACHE_HOME"] = home.path + "/cache";
  home.environment["HELM_CONFIG_HOME"] = home.path + "/config";
  home.environment["HELM_DATA_HOME"] = home.path + "/data";
  home.environment["HELM_PLUGINS"] = home.path + "/tmp/no-plugins";
  return home.environment;
}

Result<ToolRun> HelmRun(const Context& context, std::string label, std::vector<std::string> args,
                        std::string directory) {
  if (const Status fits = CheckSizes(args); !fits) return Fail(Error(fits.error()).With(label));
  ToolRun run;
  run.label = std::move(label);
  run.command.args = std::move(args);
  ACD_TRY(run.command.program,
          exec::FindProgram(context.settings.helm, context.settings.tool_path));
  ACD_TRY(run.command.environment, HelmEnvironment(context));
  run.command.directory = std::move(directory);
  return run;
}

}  // namespace acd::render
