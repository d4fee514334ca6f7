#include "plugin/custom/commands.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "plugin/custom/announcement_json.h"
#include "plugin/custom/command_environment.h"
#include "plugin/guard/output_guard.h"
#include "plugin/guard/redact.h"
#include "plugin/render/text_encoding.h"
#include "plugin/render/tool_message.h"

namespace acd::custom {
namespace {

using Clock = exec::Budget::Clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// Of what is no manifest: a list that people look at, or a word.
constexpr std::size_t kMaxAnswerBytes = 2U << 20U;
constexpr std::size_t kEnoughBytes = 64U << 10U;

bool AllowsEmpty(const render::Application& application) {
  const auto found = application.environment.find("ARGOCD_APP_PARAMETERS");
  if (found == application.environment.end()) return false;
  const auto allowed =
      render::Parameters::FromJsonLeniently(found->second).Bool("allowEmpty", false);
  return allowed && *allowed;
}

// As Go finds a command's program: with a slash in its name it is relative to the working
// directory, else it is looked for in the server's PATH.
Result<std::string> FindProgram(const std::string& name, const std::string& app_dir,
                                const std::string& tool_path) {
  if (name.starts_with('/')) return name;
  if (name.find('/') != std::string::npos) return app_dir + "/" + name;
  return exec::FindProgram(name, tool_path);
}

std::string Ending(const exec::Outcome& outcome) {
  if (outcome.signal != 0) return "ended by signal " + std::to_string(outcome.signal);
  return "exit status " + std::to_string(outcome.exit_code);
}

}  // namespace

Result<SecretBytes> Commands::Run(std::string_view field, const CommandLine& line,
                                  const CommandPlace& place, std::size_t max_output_bytes,
                                  bool drops_more) {
  const std::string label =
      std::string(field) + ": " + line.front().substr(line.front().rfind('/') + 1);
  exec::Command command;
  auto program = FindProgram(line.front(), place.app_dir, settings_.tool_path);
  if (!program) {
    Error error = std::move(program).error().With(field);
    error.hint = "it has to be in the image of the plugin's container, on its PATH";
    return Fail(std::move(error));
  }
  command.program = *std::move(program);
  command.called = line.front();
  command.args.assign(line.begin() + 1, line.end());
  command.directory = place.app_dir;
  command.max_stdout_bytes = max_output_bytes;
  command.drops_more_stdout = drops_more;
  command.has_exact_timers = true;
  command.environment = CommandEnvironment(settings_.environment, place.application);
  // For temporary files, so that they go with the request. A command may have removed it.
  if (::mkdir(place.run_dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return SystemFailure("the run folder", errno);
  }
  command.environment["TMPDIR"] = place.run_dir;
  if (command.environment.contains("ARGOCD_GIT_ASKPASS_NONCE")) {
    command.environment["GIT_ASKPASS"] = settings_.self;
  }

  command.time_limit = settings_.time_limit;
  command.term_grace = settings_.fatal_time_limit;

  auto outcome = runner_.Run(command, place.budget);
  if (!outcome) {
    Error error = std::move(outcome).error();
    if (error.code == Code::kDeadline && place.budget.Check()) {
      error = std::move(error).Hint(
          "ARGOCD_EXEC_TIMEOUT of the plugin's container bounds each command");
    }
    return Fail(std::move(error).With(field));
  }
  std::string said;
  if (!outcome->err.empty()) {
    guard::Redactor redactor;
    AddSecretValues(command.environment, redactor);
    said = render::CommandMessage(WithoutSecretForms(outcome->err), place.root, place.run_dir,
                                  redactor);
  }
  if (settings_.report) {
    settings_.report({field, place.application.name, outcome->exit_code, outcome->wall, said});
  }
  if (outcome->exit_code != 0) {
    return Fail(Code::kToolFailed, label + ": " + Ending(*outcome) + ": " +
                                       (said.empty() ? "no message on standard error" : said));
  }
  return std::move(outcome->out);
}

Result<render::Rendered> Commands::Generate(const PluginConfig& plugin,
                                            const render::RenderRequest& request) {
  const CommandPlace place{
      request.root, request.app_path == "." ? request.root : request.root + "/" + request.app_path,
      request.run_dir, request.application, request.budget};
  render::Rendered rendered;
  rendered.renderer = "commands";
  auto last = Clock::now();
  const auto lap = [&](const char* phase) {
    const auto now = Clock::now();
    rendered.phases.emplace_back(phase, std::chrono::duration_cast<microseconds>(now - last));
    last = now;
  };
  if (!plugin.init.empty()) {
    ACD_TRY([[maybe_unused]] const SecretBytes ignored,
            Run("spec.init", plugin.init, place, settings_.max_output_bytes));
    lap("init");
  }
  ACD_TRY(const SecretBytes output,
          Run("spec.generate", plugin.generate, place, settings_.max_output_bytes));
  lap("generate");
  const guard::Stream stream{output.ExposeText(), "output of spec.generate"};
  guard::GuardOptions options;
  options.allow_empty = AllowsEmpty(request.application);
  auto manifests = guard::CheckManifests({&stream, 1}, options);
  if (!manifests) return Fail(std::move(manifests).error().With("guard"));
  rendered.manifests = *std::move(manifests);
  lap("guard");
  return rendered;
}

Result<bool> Commands::Find(const PluginConfig& plugin, const CommandPlace& place) {
  // What is listed does not matter, but that something is.
  ACD_TRY(const SecretBytes output,
          Run("spec.discover.find", plugin.discover_command, place, kEnoughBytes, true));
  const std::string_view text = output.ExposeText();
  return !text.empty() && text != "\n";
}

Result<std::vector<Announcement>> Commands::DynamicParameters(const PluginConfig& plugin,
                                                              const CommandPlace& place) {
  constexpr const char* kField = "spec.parameters.dynamic";
  ACD_TRY(SecretBytes output, Run(kField, plugin.dynamic_parameters, place, kMaxAnswerBytes));
  // As Go's JSON does it.
  output = render::ReplaceBrokenUtf8(std::move(output));
  auto announcements = AnnouncementsFromJson(output.ExposeText());
  if (!announcements) return Fail(std::move(announcements).error().With(kField));
  return announcements;
}

}  // namespace acd::custom
