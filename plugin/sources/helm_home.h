#pragma once

#include <map>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/sources/access.h"
#include "plugin/sources/session.h"
#include "plugin/sources/tool_folder.h"

namespace acd::sources {

/// A home for one run of helm that may download: no plugins, no settings of anybody else, and the
/// credentials in files that only it reads (repositories.yaml, the registries' config.json, client
/// certificates; mode 0600, on tmpfs). Nothing secret is in an argument or in the environment.
class HelmHome {
 public:
  static Result<HelmHome> Make(const Session& session);

  /// Lets helm reach a repository. `name`: for `@name` in a Chart.yaml; empty: any.
  /// Errors: kInvalidInput when one run of helm can't serve this one and an earlier one (two
  /// proxies, TLS settings of two registries); kIo.
  Status Add(const Access& access, const std::string& name, bool pass_credentials);

  /// `helm dependency build FOLDER`, patiently. Errors: kToolFailed in helm's words; kNotFound (no
  /// helm); those of the budget.
  Status BuildDependencies(const std::string& folder);
  /// `helm package CHART --destination FOLDER`: packs a folder that is a chart.
  Status Package(const std::string& chart, const std::string& folder);

 private:
  HelmHome(const Session& session, ToolFolder folder)
      : session_(session), folder_(std::move(folder)) {}
  Status AddRepository(const Access& access, const std::string& name, bool pass_credentials);
  Status AddRegistry(const Access& access);
  Status SetProxy(const Access& access);
  Result<std::string> PutCertificate(const SecretBytes& content);
  Status WriteConfiguration();
  Result<exec::Outcome> Run(std::vector<std::string> args, const std::string& directory);
  Failure Explain(const exec::Outcome& outcome, const std::string& label) const;

  const Session& session_;
  ToolFolder folder_;
  std::vector<const Access*> used_;
  SecretBytes repositories_;                             ///< JSON objects, comma between
  std::map<std::string, const Repository*> registries_;  ///< by host
  std::vector<std::string> registry_flags_;
  bool has_registry_ = false;
  std::string proxy_;
  std::string no_proxy_;
  int certificates_ = 0;
};

/// The CA certificates that an operator gave for a host (argocd-tls-certs-cm); empty: none.
std::string CertificatesFor(const Session& session, const std::string& url);

}  // namespace acd::sources
