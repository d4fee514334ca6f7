#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/render/context.h"

namespace acd::render {

/// A folder of its own under the request's run folder for one tool: home, caches, temporary files.
struct ToolHome {
  std::string path;
  /// HOME, TMPDIR and XDG_* inside it, and how eagerly a Go program collects garbage.
  std::map<std::string, std::string> environment;
};
Result<ToolHome> MakeToolHome(const std::string& run_dir, const std::string& tool);

/// Texts to put in place of others in a tool's messages, such as a descriptor's path by the name of
/// the file that it carries.
using Renames = std::vector<std::pair<std::string, std::string>>;

/// One run of a tool, up to its exit.
struct ToolRun {
  std::string label;      ///< "helm template"
  exec::Command command;  ///< `max_stdout_bytes` is set here
  Renames renames = {};
};

/// Runs a tool to its exit, whatever the status. Errors: what the runner says.
Result<exec::Outcome> RunTool(Context& context, const ToolRun& run);

/// The error for a tool that exited with a failure: kToolFailed "LABEL: exit status N: CAUSE", with
/// the tool's stderr cleaned: decrypted values redacted, paths relative to the repository, nothing
/// that differs between two attempts, usage dumps cut. `cause` goes first when it is not empty.
Failure ToolFailure(const Context& context, const ToolRun& run, const exec::Outcome& outcome,
                    const std::string& cause);

/// RunTool and ToolFailure in one, for a tool whose own words are all there is to say.
Result<SecretBytes> RunToolOrFail(Context& context, const ToolRun& run);

}  // namespace acd::render
