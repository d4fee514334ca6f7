#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/keys/key_service.h"
#include "plugin/exec/command_runner.h"
#include "plugin/guard/decrypted_values.h"
#include "plugin/render/decrypted_files.h"
#include "plugin/render/helm_secrets_policy.h"
#include "plugin/render/key_import.h"
#include "plugin/render/parameters.h"
#include "plugin/sources/session.h"

namespace acd::render {

/// What Argo CD says about the Application, from its ARGOCD_* and KUBE_* variables.
struct Application {
  std::string name;                       ///< ARGOCD_APP_NAME, `<app>` or `<namespace>_<app>`
  std::string project;                    ///< ARGOCD_APP_PROJECT_NAME
  std::string repository;                 ///< ARGOCD_APP_SOURCE_REPO_URL, credentials removed
  std::string source_path;                ///< ARGOCD_APP_SOURCE_PATH
  std::string namespace_;                 ///< ARGOCD_APP_NAMESPACE, the destination's
  std::string kube_version;               ///< KUBE_VERSION; empty under the source hydrator
  std::vector<std::string> api_versions;  ///< KUBE_API_VERSIONS, split
  std::map<std::string, std::string>
      environment;  ///< every variable of the request, for substitution

  /// From the request's environment (or the process's, for `generate`); later entries win.
  static Application FromEnvironment(const std::vector<std::pair<std::string, std::string>>& env);
};

/// Where the tools are, and what the operator allows.
struct RenderSettings {
  std::string helm = "helm";  ///< name or path
  std::string kustomize = "kustomize";
  std::string kustomize_versions;       ///< see CheckKustomizeVersions
  std::string kustomize_build_options;  ///< where an Application has none of its own
  std::string tool_path;                ///< PATH for finding tools and for children
  std::string self;                     ///< this binary, which kustomize runs as `ksops`
  std::string key_dir = "/sops";        ///< key files an Application may name must lie in here
  KeyImportSettings key_imports;        ///< how; without folders: in key_dir
  HelmSecretsPolicy helm_secrets;       ///< which value files it may name by a secrets URL
  sources::Settings sources;            ///< charts and files from elsewhere, and what opens them
  bool allow_hydrator = false;          ///< decrypt although KUBE_VERSION is empty
  std::size_t max_output_bytes = 90U << 20U;
  std::size_t max_directory_bytes = 10'000'000;  ///< of a plain folder's manifests; 0: no limit
  std::size_t max_jsonnet_bytes = 1U << 30U;     ///< memory of one jsonnet evaluation
  guard::DecryptedValues* decrypted = nullptr;   ///< gets every value, for a preview; borrowed
};

/// One render: a folder that may be written to, and who asks.
struct RenderRequest {
  std::string root;      ///< absolute, real path of the repository's files; ours alone
  std::string app_path;  ///< relative to root, `.` for the root
  std::string run_dir;   ///< private folder for tool homes and the broker's socket
  Application application;
  Parameters parameters;
  exec::Budget budget;
};

/// The manifests, one document each, and what the log line says about them.
struct Rendered {
  std::vector<std::string> manifests;
  std::string renderer;  ///< "directory", "kustomize", "helm"
  std::size_t files_decrypted = 0;
  DecryptedFiles decrypted;
  std::vector<std::pair<std::string, std::chrono::microseconds>>
      phases;  ///< decrypt, render, guard
};

/// Renders one application: picks the renderer, decrypts what it reaches, runs the tool, guards the
/// output. All or nothing. Errors name phase, tool, exit code and file (relative to the
/// repository), never a value. Threads: concurrent calls need separate `root` and `run_dir`.
Result<Rendered> Render(const RenderRequest& request, const RenderSettings& settings,
                        keys::KeyService& keys, exec::CommandRunner& runner);

}  // namespace acd::render
