// Charts, by the real helm: `helm template` with the arguments that Argo CD gives it
// (util/helm/cmd.go, reposerver helmTemplate), values through memory.

#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/render/context.h"
#include "plugin/render/helm_chart.h"
#include "plugin/render/helm_defaults.h"
#include "plugin/render/helm_sets.h"
#include "plugin/render/helm_tool.h"
#include "plugin/render/helm_values.h"
#include "plugin/render/kube_version.h"
#include "plugin/render/source_session.h"
#include "plugin/render/substitute.h"
#include "plugin/render/tool.h"
#include "plugin/sources/dependencies.h"

namespace acd::render {
namespace {

// Of Chart.yaml, and of requirements.yaml; as in Argo CD's IsMissingDependencyErr.
constexpr std::string_view kMissingDependency = "missing in charts";
constexpr std::size_t kManyVersions = 1000;
constexpr std::size_t kMaxJoined = 64U << 10U;

// helm takes a comma for the end of a value; `{a,b}` is its list.
std::string EscapeCommas(std::string_view value) {
  if (!value.empty() && value.front() == '{' && value.back() == '}') return std::string(value);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == ',' && (i == 0 || value[i - 1] != '\\')) out += '\\';
    out += value[i];
  }
  return out;
}

// `<namespace>_<app>` or `<app>`.
std::string AppName(const std::string& instance) {
  return instance.substr(instance.find('_') + 1);  // npos + 1 is 0
}

class HelmArguments {
 public:
  explicit HelmArguments(Context& context)
      : context_(context), parameters_(context.request.parameters), files_(context) {}

  /// Everything behind `helm`.
  Result<std::vector<std::string>> Build() {
    ACD_CHECK(CheckVersion());
    ACD_CHECK(AddIdentity());
    ACD_CHECK(AddSets());
    ACD_CHECK(AddValues());
    AddApiVersions();
    ACD_TRY(const bool skip_crds, parameters_.Bool("skipCrds", false));
    if (!skip_crds) arguments_.emplace_back("--include-crds");
    ACD_TRY(const bool skip_schema, parameters_.Bool("skipSchemaValidation", false));
    if (skip_schema) arguments_.emplace_back("--skip-schema-validation");
    ACD_TRY(const bool skip_tests, parameters_.Bool("skipTests", false));
    if (skip_tests) arguments_.emplace_back("--skip-tests");
    return std::move(arguments_);
  }

  const HelmFiles& files() const { return files_; }

 private:
  void Add(const char* flag, const std::string& value) {
    arguments_.emplace_back(flag);
    arguments_.push_back(value);
  }

  Status CheckVersion() const {
    const std::string version = parameters_.String("version");
    if (version.empty() || version == "v3" || version == "v4") return {};
    return Fail(Code::kInvalidInput,
                "parameter version: helm version is not supported, expected v3 or v4");
  }

  Status AddIdentity() {
    const Application& app = context_.request.application;
    std::string release = parameters_.String("releaseName");
    if (release.empty()) release = AppName(app.name);
    if (release.empty()) {
      return Fail(Code::kInvalidInput, "releaseName: empty, and the application has no name",
                  "set the parameter releaseName");
    }
    arguments_ = {"template", ".", "--name-template", release};
    std::string ns = parameters_.String("namespace");
    if (ns.empty()) ns = app.namespace_;
    if (!ns.empty()) Add("--namespace", ns);
    std::string version = parameters_.String("kubeVersion");
    if (version.empty()) version = app.kube_version;
    ACD_TRY(version, StripKubeVersion(version));
    if (!version.empty()) Add("--kube-version", version);
    return {};
  }

  // No value of an encrypted file is in there: arguments can be seen by others.
  Result<HelmSets> Sets() const {
    const auto parameters = parameters_.Map("parameters");
    if (parameters.empty()) return HelmSets();
    const RenderRequest& request = context_.request;
    ACD_TRY(const auto defaults, FindHelmDefaults({request.root, context_.app_dir, parameters_,
                                                   request.application.environment, request.budget,
                                                   [this](const std::string& path) {
                                                     return context_.files.Replaced(path);
                                                   }}));
    return EditedParameters(parameters, defaults);
  }

  Status AddSets() {
    const auto variables = SubstitutionVariables(context_.request.application.environment);
    ACD_TRY(const HelmSets sets, Sets());
    for (const auto& [name, json] : sets.lists) Add("--set-json", name + "=" + json);
    for (const auto& [name, value] : sets.changed) {
      Add("--set", name + "=" + EscapeCommas(Substitute(value, variables)));
    }
    for (const auto& [name, value] : parameters_.Map("forceStringParameters")) {
      Add("--set-string", name + "=" + EscapeCommas(Substitute(value, variables)));
    }
    for (const auto& [name, entry] : parameters_.Map("fileParameters")) {
      // `a=/sops/age/keys.txt,b`: helm would open a file that nobody looked at.
      if (NamesSeveral(name)) {
        return Fail(Code::kInvalidInput, "fileParameters: a name with a comma or an equals sign",
                    "give each name its own entry; in a name, write \\, and \\=");
      }
      auto path = files_.File(entry);
      if (!path) return Fail(std::move(path).error().With("fileParameters: " + name));
      Add("--set-file", name + "=" + EscapeCommas(*path));
    }
    return {};
  }

  Status AddValues() {
    ACD_TRY(const bool ignore_missing, parameters_.Bool("ignoreMissingValueFiles", false));
    ACD_TRY(const auto paths, files_.ValueFiles(parameters_.Array("valueFiles"), ignore_missing));
    for (const std::string& path : paths) Add("--values", path);
    std::string values = parameters_.String("valuesObject");
    if (values.empty()) values = parameters_.String("values");
    if (values.empty()) return {};
    ACD_TRY(const std::string path, files_.Inline(values));
    Add("--values", path);
    return {};
  }

  // One flag each, as from Argo CD. Of many the flags alone would come near to what the kernel
  // takes, and helm takes a comma list, too.
  void AddApiVersions() {
    std::vector<std::string> versions = parameters_.Array("apiVersions");
    if (versions.empty()) versions = context_.request.application.api_versions;
    const bool many = versions.size() > kManyVersions;
    std::string joined;
    for (const std::string& version : versions) {
      if (!many || version.find_first_of(",\"\r\n") != std::string::npos) {
        Add("--api-versions", version);
        continue;
      }
      if (joined.size() + version.size() > kMaxJoined) {
        Add("--api-versions", std::exchange(joined, {}));
      }
      joined += (joined.empty() ? "" : ",") + version;
    }
    if (!joined.empty()) Add("--api-versions", joined);
  }

  Context& context_;
  const Parameters& parameters_;
  HelmFiles files_;
  std::vector<std::string> arguments_;
};

/// `helm template` may leave a Chart.lock where there was none, and then `helm dependency build`
/// fails. As in Argo CD (cleanupChartLockFile, helm/helm#6870) it is removed.
class ChartLock {
 public:
  explicit ChartLock(const std::string& chart)
      : path_(chart + "/Chart.lock"), was_there_(::access(path_.c_str(), F_OK) == 0) {}
  ~ChartLock() {
    if (!was_there_) ::unlink(path_.c_str());
  }
  ChartLock(const ChartLock&) = delete;
  ChartLock& operator=(const ChartLock&) = delete;

 private:
  const std::string path_;
  const bool was_there_;
};

Result<exec::Outcome> RunTemplate(Context& context, const ToolRun& run) {
  const ChartLock lock(context.app_dir);
  return RunTool(context, run);
}

}  // namespace

Result<std::vector<Produced>> RenderHelm(Context& context) {
  ACD_CHECK(DecryptChart(context));
  HelmArguments arguments(context);
  ACD_TRY(std::vector<std::string> args, arguments.Build());
  ACD_TRY(ToolRun run, HelmRun(context, "helm template", std::move(args), context.app_dir));
  run.command.pass_fds = arguments.files().fds();
  run.renames = arguments.files().renames();
  ACD_TRY(exec::Outcome outcome, RunTemplate(context, run));
  if (outcome.exit_code != 0 && outcome.err.find(kMissingDependency) != std::string::npos) {
    ACD_TRY(const bool pass_credentials, context.request.parameters.Bool("passCredentials", false));
    sources::Session session = MakeSourceSession(context);
    ACD_CHECK(sources::BuildDependencies(session, context.app_dir, pass_credentials));
    ACD_TRY(outcome, RunTemplate(context, run));
  }
  if (outcome.exit_code != 0) return ToolFailure(context, run, outcome, "");
  std::vector<Produced> produced;
  produced.push_back({std::move(outcome.out), run.label});
  return produced;
}

}  // namespace acd::render
