// Kustomizations, by the real kustomize: encrypted files that it reads are decrypted in the
// request's own folder before it reads any, and KSOPS generators get theirs from this process while
// it runs.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "plugin/render/context.h"
#include "plugin/render/ksops_broker.h"
#include "plugin/render/kube_version.h"
#include "plugin/render/kustomization_paths.h"
#include "plugin/render/kustomization_walk.h"
#include "plugin/render/kustomize_charts.h"
#include "plugin/render/kustomize_edit.h"
#include "plugin/render/kustomize_options.h"
#include "plugin/render/kustomize_run.h"
#include "plugin/render/kustomize_tools.h"
#include "plugin/render/kustomize_version.h"
#include "plugin/render/tool.h"
#include "plugin/sources/retry.h"

namespace acd::render {
namespace {

constexpr const char* kNotAllowed = "transport '";
constexpr std::size_t kManyFiles = 250;
constexpr const char* kRestricted = "is not in or below";

// Nobody can look at a remote base before kustomize reads it: why, then, it is not fetched. Null:
// it is.
const char* WhyNoRemoteBases(const KustomizationGraph& graph, const BuildOptions& options) {
  if (graph.runs_ksops) {
    return "a remote base cannot be combined with KSOPS generators: it could name any program to "
           "run; copy it into the repository";
  }
  if (options.load_anywhere) {
    return "a remote base cannot be combined with LoadRestrictionsNone: it could name any file of "
           "this server; copy it into the repository";
  }
  return nullptr;
}

bool HasRemoteComponents(const Context& context) {
  const std::vector<std::string> components = context.request.parameters.Array("components");
  return std::any_of(components.begin(), components.end(), [](const std::string& component) {
    return component.find_first_of(":@") != std::string::npos;
  });
}

// A remote base comes from a server that may be busy for a moment.
Result<exec::Outcome> RunBuild(Context& context, const ToolRun& run,
                               const KustomizationGraph& graph) {
  bool decrypted = false;
  const auto attempt = [&] {
    if (std::exchange(decrypted, true)) return RunTool(context, run);
    return RunBesideDecryption(context, run, graph);
  };
  return graph.is_remote ? sources::TryPatiently(context.request.budget, attempt) : attempt();
}

Result<SecretBytes> Build(Context& context, const ToolRun& run, const KustomizationGraph& graph,
                          const KsopsBroker* broker, const char* why_no_remote) {
  ACD_TRY(exec::Outcome outcome, RunBuild(context, run, graph));
  const auto refused = broker == nullptr ? std::nullopt : broker->first_error();
  if (outcome.exit_code == 0 && !refused) return std::move(outcome.out);
  if (outcome.exit_code == 0) return Fail(Error(*refused).With("ksops").With(run.label));
  Failure failure = ToolFailure(context, run, outcome, "");
  if (why_no_remote != nullptr && outcome.err.find(kNotAllowed) != std::string::npos) {
    failure.error.hint = why_no_remote;
  }
  if (outcome.err.find(kRestricted) != std::string::npos) {
    failure.error.hint =
        "kustomize reads no file from outside of the kustomization's folder: move it there, or set "
        "the parameter buildOptions to `--load-restrictor LoadRestrictionsNone`, beside what it "
        "holds";
  }
  if (refused) {  // knows more about the cause than an exit status does
    failure.error.code = refused->code;
    failure.error.hint = refused->hint;
    failure.error.stage = refused->stage;
  }
  return failure;
}

// An Application's own options replace the operator's.
Result<BuildOptions> OptionsOf(const Context& context) {
  const Parameters& parameters = context.request.parameters;
  if (parameters.Has("buildOptions")) {
    return ReadBuildOptions(parameters.String("buildOptions"), "parameter buildOptions");
  }
  return ReadBuildOptions(context.settings.kustomize_build_options, "--kustomize-build-options");
}

// The commands that edit a kustomization read it, too.
Status DecryptOwnKustomization(Context& context) {
  ACD_TRY(const auto paths, KustomizationsIn(context.request.root, context.app_dir));
  return context.files.DecryptInPlace(paths, "kustomization");
}

// What charts are told about the cluster.
Status AddCluster(Context& context, exec::Command& command) {
  constexpr int kMajor = 5;
  constexpr int kMinor = 3;  // has the flags
  const Application& app = context.request.application;
  const Parameters& parameters = context.request.parameters;
  std::string version = parameters.String("kubeVersion");
  if (version.empty()) version = app.kube_version;
  ACD_TRY(version, StripKubeVersion(version));
  std::vector<std::string> apis = parameters.Array("apiVersions");
  if (apis.empty()) apis = app.api_versions;
  if (version.empty() && apis.empty()) return {};
  ACD_TRY(const bool has_flags, KustomizeIsAtLeast(context, command, kMajor, kMinor));
  if (!has_flags) return {};
  for (std::string& arg : ClusterArguments(version, apis)) command.args.push_back(std::move(arg));
  return {};
}

// Charts, where they are allowed.
Status AddHelm(Context& context, const ToolHome& home, const BuildOptions& options,
               const KustomizationGraph& graph, exec::Command& command) {
  if (!options.enable_helm && !options.enable_plugins) {
    if (!graph.uses_charts) return {};
    return Fail(Code::kInvalidInput, "kustomize build: helmCharts: must specify --enable-helm",
                "set the parameter buildOptions to --enable-helm, or for all applications "
                "--kustomize-build-options (ARGOCD_DECRYPT_KUSTOMIZE_BUILD_OPTIONS)");
  }
  // A chart may bring files of any name, over those of the repository that were looked at: with
  // these, kustomize would run a program, or read outside of the repository.
  const bool may_pull = !graph.runs_ksops && !options.load_anywhere;
  if (!may_pull && !graph.remote_charts.empty()) {
    return Fail(Code::kInvalidInput,
                "kustomize build: helmCharts: " + graph.remote_charts.front().name +
                    ": a chart to be pulled cannot be combined with KSOPS generators or "
                    "LoadRestrictionsNone",
                "commit it: helm pull --untar --untardir charts");
  }
  auto installed = InstallHelm(context, home, may_pull, command.environment);
  // A remote base may have charts, too; without helm it is kustomize that says so.
  if (!installed && graph.uses_charts) return installed;
  command.args.emplace_back("--enable-helm");
  return options.enable_helm ? AddCluster(context, command) : Status();
}

// Charts from elsewhere are fetched before anything is decided upon: they are part of it then.
Result<KustomizationGraph> Prepare(Context& context, const BuildOptions& options) {
  ACD_TRY(KustomizationGraph graph, PrepareKustomization(context));
  if (graph.remote_charts.empty() || !(options.enable_helm || options.enable_plugins)) {
    return graph;
  }
  ACD_TRY(const bool pulled, PullRemoteCharts(context, graph));
  if (!pulled) return graph;
  return PrepareKustomization(context);
}

}  // namespace

Result<std::vector<Produced>> RenderKustomize(Context& context) {
  ToolRun run;
  run.label = "kustomize build";
  ACD_TRY(const BuildOptions options, OptionsOf(context));
  ACD_TRY(run.command.program, FindKustomize(context));
  ACD_TRY(const ToolHome home, MakeToolHome(context.request.run_dir, "kustomize"));
  ACD_TRY(run.command.environment, InstallTools(context, home));
  ACD_CHECK(DecryptOwnKustomization(context));
  if (HasRemoteComponents(context)) {  // which are looked at when they are added
    ACD_CHECK(AllowRemoteBases(context, home, run.command.environment));
  }
  ACD_CHECK(ApplyKustomizeParameters(context, run.command));
  ACD_TRY(const KustomizationGraph graph, Prepare(context, options));
  exec::Command command = run.command;
  // Of a heap that grows, fresh memory costs more than what is collected: measured.
  if (graph.files > kManyFiles) command.environment["GOGC"] = "250";
  command.args = {"build", context.app_dir};
  command.args.insert(command.args.end(), options.args.begin(), options.args.end());
  ACD_CHECK(AddHelm(context, home, options, graph, command));
  const char* const why_no_remote = WhyNoRemoteBases(graph, options);
  if (why_no_remote != nullptr) {
    ForbidRemoteBases(command.environment);
  } else if (graph.is_remote) {
    ACD_CHECK(AllowRemoteBases(context, home, command.environment));
  }
  std::unique_ptr<KsopsBroker> broker;
  if (graph.runs_ksops) {
    ACD_CHECK(InstallKsops(context, home));
    ACD_TRY(broker, KsopsBroker::Start(context, graph.ksops_files));
    command.environment["ARGOCD_DECRYPT_BROKER"] = broker->address();
    command.args.insert(command.args.end(), {"--enable-alpha-plugins", "--enable-exec"});
  }
  command.directory = context.request.root;
  run.command = std::move(command);
  ACD_TRY(SecretBytes text, Build(context, run, graph, broker.get(), why_no_remote));
  std::vector<Produced> produced;
  produced.push_back({std::move(text), run.label});
  return produced;
}

}  // namespace acd::render
