#include "plugin/commands/parameters_command.h"

#include <chrono>
#include <string>

#include "decrypt/base/secret_bytes.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/local_place.h"
#include "plugin/commands/output_file.h"
#include "plugin/custom/announcement_json.h"
#include "plugin/render/renderer.h"
#include "plugin/server/announcements.h"

namespace acd::commands {
namespace {

constexpr std::chrono::seconds kMaxTime{10};

Status PrintParameters() {
  ACD_TRY(const LocalPlace place, FindLocalPlace());
  exec::Budget budget;
  budget.deadline = exec::Budget::Clock::now() + kMaxTime;
  const auto announcements = server::Announcements(
      {place.root, place.app_dir, render::Application::FromEnvironment(place.environment), budget});
  return PrintResult(AsBytes(custom::AnnouncementsJson(announcements) + "\n"));
}

}  // namespace

int RunParameters(std::span<char*> args) {
  CLI::App app(
      "Prints the parameters that the current folder's renderer takes, as the JSON array that a\n"
      "stock argocd-cmp-server expects of spec.parameters.dynamic.command: with what holds when\n"
      "they are absent, such as a chart's values and a kustomization's images. Nothing encrypted\n"
      "is read, and no key is needed.",
      "argocd-decrypt parameters");
  app.footer("Example: ARGOCD_APP_SOURCE_PATH=apps/shop argocd-decrypt parameters");
  if (const auto code = ParseArguments(app, args)) return *code;
  const Status status = PrintParameters();
  return status ? kDone : ReportFailure("parameters", status.error());
}

}  // namespace acd::commands
