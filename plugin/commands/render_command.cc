#include "plugin/commands/render_command.h"

#include <string>

#include "plugin/commands/cli.h"
#include "plugin/commands/manifest_output.h"
#include "plugin/commands/preview_output.h"
#include "plugin/commands/preview_session.h"
#include "plugin/preview/yaml_writer.h"

namespace acd::commands {
namespace {

std::string Masked(const Rendering& rendering, const preview::Presentation& presentation) {
  std::vector<std::string> texts;
  texts.reserve(rendering.objects.size());
  for (const preview::Object& object : rendering.objects) {
    texts.push_back(preview::WriteYaml(presentation.value(object)));
  }
  return ToYamlStream(texts);
}

Status Render(PreviewFlags& flags) {
  ACD_TRY(const auto session, PreviewSession::Start(flags));
  ACD_TRY(const Rendering rendering, session->RenderFolder(session->subject().place));
  const Rendering* const all[] = {&rendering};
  ACD_TRY(const preview::Presentation presentation, session->Present(all));
  session->Warn(preview::CheckObjects(rendering.objects, session->check_options()), presentation);
  ACD_CHECK(WritePreview(flags.output, flags.reveal ? ToYamlStream(rendering.manifests)
                                                    : Masked(rendering, presentation)));
  session->Note(Summary(rendering.record));
  return {};
}

}  // namespace

int RunRender(std::span<char*> args) {
  PreviewFlags flags;
  CLI::App app(
      "Renders an Application's folder as the sidecar does and prints the manifests, for a look "
      "at\n"
      "them before they are pushed. Secrets, and decrypted values wherever they end up, are shown\n"
      "as keyed hashes: equal for equal values, useless to whoever lacks the key. With --reveal "
      "the\n"
      "output is what Argo CD gets. What the cluster would do differently is said on standard\n"
      "error. Each setting is a flag, or the variable in brackets.",
      "argocd-decrypt render");
  flags.AddTo(app);
  app.footer(
      "Keys: as for `argocd-decrypt decrypt`, and all files in age/, ssh/ and pgp/ of --key-dir.\n"
      "Examples: argocd-decrypt render apps/shop --namespace shop\n"
      "          argocd-decrypt render --app argocd/shop.yaml --kube-version 1.33.2\n"
      "          argocd-decrypt render apps/shop --param valueFiles=values-test.yaml --reveal | "
      "kubectl diff -f -");
  if (const auto code = ParseArguments(app, args)) return *code;
  const Status status = Render(flags);
  return status ? kDone : ReportFailure("render", status.error());
}

}  // namespace acd::commands
