// Kustomizations, by the real kustomize: encrypted files that it reads are decrypted in the
// request's own folder before it starts, and KSOPS generators get theirs from this process while it
// runs.

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "plugin/render/context.h"
#include "plugin/render/ksops_broker.h"
#include "plugin/render/kustomization_walk.h"
#include "plugin/render/kustomize_edit.h"
#include "plugin/render/substitute.h"
#include "plugin/render/tool.h"

namespace acd::render {
namespace {

constexpr const char* kTransports = "https:http:ssh";
// With exec functions on, a remote base could name any program, and nobody could look at it first.
constexpr const char* kNoTransports = "none";
constexpr const char* kNotAllowed = "transport '";

Status MakeFolders(std::string path, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    path += std::string("/") + name;
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      return Fail(Code::kIo, "the run folder: " + std::generic_category().message(errno));
    }
  }
  return {};
}

Status LinkSelf(const std::string& self, const std::string& link) {
  if (self.empty()) return Fail(Code::kInternal, "ksops: this program does not know its own path");
  if (::symlink(self.c_str(), link.c_str()) == 0 || errno == EEXIST) return {};
  return Fail(Code::kIo, "the run folder: " + std::generic_category().message(errno));
}

// A PATH on which `ksops` is this program, for exec functions, and a plugin home for the old kind.
Status InstallKsops(const Context& context, const ToolHome& home) {
  ACD_CHECK(MakeFolders(home.path, {"bin"}));
  ACD_CHECK(LinkSelf(context.settings.self, home.path + "/bin/ksops"));
  ACD_CHECK(MakeFolders(home.path, {"plugins", "viaduct.ai", "v1", "ksops"}));
  return LinkSelf(context.settings.self, home.path + "/plugins/viaduct.ai/v1/ksops/ksops");
}

std::map<std::string, std::string> KustomizeEnvironment(const Context& context,
                                                        const ToolHome& home) {
  auto environment = SubstitutionVariables(context.request.application.environment);
  if (environment.contains("ARGOCD_APP_SOURCE_REPO_URL")) {
    environment["ARGOCD_APP_SOURCE_REPO_URL"] = context.request.application.repository;
  }
  environment.insert(home.environment.begin(), home.environment.end());
  environment["PATH"] = home.path + "/bin";
  if (!context.settings.tool_path.empty()) {
    environment["PATH"] += ":" + context.settings.tool_path;
  }
  environment["KUSTOMIZE_PLUGIN_HOME"] = home.path + "/plugins";
  // Remote bases: no local repositories, no transport helpers (`ext::sh -c ...`), no questions.
  // This also disarms `?ref=--upload-pack=...`, which runs a program with local repositories only.
  environment["GIT_ALLOW_PROTOCOL"] = "https:http:ssh";
  environment["GIT_TERMINAL_PROMPT"] = "0";
  return environment;
}

Result<SecretBytes> Build(Context& context, const ToolRun& run, const KsopsBroker* broker) {
  ACD_TRY(exec::Outcome outcome, RunTool(context, run));
  const auto refused = broker == nullptr ? std::nullopt : broker->first_error();
  if (outcome.exit_code == 0 && !refused) return std::move(outcome.out);
  if (outcome.exit_code == 0) return Fail(Error(*refused).With("ksops").With(run.label));
  Failure failure = ToolFailure(context, run, outcome, "");
  if (broker != nullptr && outcome.err.find(kNotAllowed) != std::string::npos) {
    failure.error.hint =
        "a remote base cannot be combined with KSOPS generators: it could name any program to run; "
        "copy it into the repository";
  }
  if (refused) {  // knows more about the cause than an exit status does
    failure.error.code = refused->code;
    failure.error.hint = refused->hint;
    failure.error.stage = refused->stage;
  }
  return failure;
}

}  // namespace

Result<std::vector<Produced>> RenderKustomize(Context& context) {
  ToolRun run;
  run.label = "kustomize build";
  ACD_TRY(run.command.program,
          exec::FindProgram(context.settings.kustomize, context.settings.tool_path));
  ACD_TRY(const ToolHome home, MakeToolHome(context.request.run_dir, "kustomize"));
  run.command.environment = KustomizeEnvironment(context, home);
  ACD_CHECK(ApplyKustomizeParameters(context, run.command));
  ACD_TRY(const KustomizationGraph graph, PrepareKustomization(context));
  run.command.args = {"build"};
  std::unique_ptr<KsopsBroker> broker;
  if (graph.runs_ksops) {
    ACD_CHECK(InstallKsops(context, home));
    ACD_TRY(broker, KsopsBroker::Start(context));
    run.command.environment["GIT_ALLOW_PROTOCOL"] = kNoTransports;
    run.command.environment["ARGOCD_DECRYPT_BROKER"] = broker->address();
    run.command.args.insert(run.command.args.end(), {"--enable-alpha-plugins", "--enable-exec"});
  }
  run.command.args.push_back(context.app_dir);
  run.command.directory = context.request.root;
  ACD_TRY(SecretBytes text, Build(context, run, broker.get()));
  std::vector<Produced> produced;
  produced.push_back({std::move(text), run.label});
  return produced;
}

}  // namespace acd::render
