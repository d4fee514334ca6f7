#include "plugin/render/tool.h"

#include <sys/stat.h>

#include <cerrno>

#include "decrypt/base/system_failure.h"
#include "plugin/render/tool_message.h"

namespace acd::render {
namespace {

Status MakeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return SystemFailure("the run folder: cannot make a folder", errno);
}

}  // namespace

Result<ToolHome> MakeToolHome(const std::string& run_dir, const std::string& tool) {
  ToolHome home;
  home.path = run_dir + "/" + tool;
  ACD_CHECK(MakeFolder(home.path));
  for (const char* name : {"home", "cache", "config", "data", "tmp"}) {
    ACD_CHECK(MakeFolder(home.path + "/" + name));
  }
  // helm and kustomize live for some ten milliseconds, a fifth of them spent on collecting garbage
  // at Go's default pace. The limit brings that pace back for the rare large one.
  home.environment = {{"GOGC", "400"},
                      {"GOMEMLIMIT", "256MiB"},
                      {"HOME", home.path + "/home"},
                      {"TMPDIR", home.path + "/tmp"},
                      {"XDG_CACHE_HOME", home.path + "/cache"},
                      {"XDG_CONFIG_HOME", home.path + "/config"},
                      {"XDG_DATA_HOME", home.path + "/data"}};
  return home;
}

Result<exec::Outcome> RunTool(Context& context, const ToolRun& run) {
  exec::Command command = run.command;
  command.max_stdout_bytes = context.settings.max_output_bytes;
  auto outcome = context.runner.Run(command, context.request.budget);
  if (!outcome) return Fail(std::move(outcome).error().With(run.label));
  return outcome;
}

Failure ToolFailure(const Context& context, const ToolRun& run, const exec::Outcome& outcome,
                    const std::string& cause) {
  std::string message = CleanMessage(outcome.err, context.request.root, context.request.run_dir,
                                     run.renames, context.redactor);
  if (!cause.empty()) message = message.empty() ? cause : cause + "\n" + message;
  if (message.empty()) message = "no message";
  return Fail(Code::kToolFailed,
              run.label + ": exit status " + std::to_string(outcome.exit_code) + ": " + message);
}

Result<SecretBytes> RunToolOrFail(Context& context, const ToolRun& run) {
  ACD_TRY(exec::Outcome outcome, RunTool(context, run));
  if (outcome.exit_code != 0) return ToolFailure(context, run, outcome, "");
  return std::move(outcome.out);
}

}  // namespace acd::render
