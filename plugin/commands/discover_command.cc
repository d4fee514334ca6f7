#include "plugin/commands/discover_command.h"

#include <chrono>

#include "decrypt/base/secret_bytes.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/local_place.h"
#include "plugin/commands/output_file.h"
#include "plugin/render/content_renderer.h"
#include "plugin/render/encrypted_content.h"

namespace acd::commands {
namespace {

constexpr std::chrono::seconds kMaxTime{10};

Status PrintMatch() {
  ACD_TRY(const LocalPlace place, FindLocalPlace());
  exec::Budget budget;
  budget.deadline = exec::Budget::Clock::now() + kMaxTime;
  if (!render::HoldsEncrypted(place.root, place.app_dir, budget)) return {};
  return PrintResult(AsBytes(render::RendererByContent(place.app_dir) + "\n"));
}

}  // namespace

int RunDiscover(std::span<char*> args) {
  CLI::App app(
      "Prints the renderer's name if the current folder holds something encrypted that would be\n"
      "decrypted: an encrypted manifest, a kustomization that reaches an encrypted file or runs\n"
      "KSOPS, a chart with an encrypted file in it. Prints nothing if not; exit status 0 in both\n"
      "cases, as a stock argocd-cmp-server expects of spec.discover.find.command. What cannot be\n"
      "looked at for want of descriptors counts as encrypted.\n"
      "An Application that names its plugin is safer: one that is not discovered is rendered by\n"
      "Argo CD itself, which applies the ciphertext.",
      "argocd-decrypt discover");
  app.footer("Example: cd apps/shop && argocd-decrypt discover");
  if (const auto code = ParseArguments(app, args)) return *code;
  const Status status = PrintMatch();
  return status ? kDone : ReportFailure("discover", status.error());
}

}  // namespace acd::commands
