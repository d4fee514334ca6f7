#include "plugin/sources/helm_home.h"

#include <sys/stat.h>

#include "decrypt/base/encoding.h"
#include "plugin/sources/json_text.h"
#include "plugin/sources/repository_url.h"
#include "plugin/sources/retry.h"
#include "plugin/sources/tool_words.h"

namespace acd::sources {
namespace {

constexpr std::size_t kMaxFileBytes = 64U << 20U;  // of an index, or of a chart
constexpr std::size_t kMaxOutputBytes = 1U << 20U;

bool Mentions(const std::string& text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::string CertificatesFor(const Session& session, const std::string& url) {
  const std::string host = UrlHostName(url);
  if (session.settings.tls_certificates.empty() || host.empty() || host.front() == '.') return {};
  std::string path = session.settings.tls_certificates + "/" + host;
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) ? path : std::string();
}

Result<HelmHome> HelmHome::Make(const Session& session) {
  ACD_TRY(ToolFolder folder, ToolFolder::Make(session.run_dir));
  return HelmHome(session, std::move(folder));
}

Status HelmHome::Add(const Access& access, const std::string& name, bool pass_credentials) {
  used_.push_back(&access);
  ACD_CHECK(SetProxy(access));
  return access.oci ? AddRegistry(access) : AddRepository(access, name, pass_credentials);
}

Result<std::string> HelmHome::PutCertificate(const SecretBytes& content) {
  return folder_.Put("tls-" + std::to_string(++certificates_), content.Expose());
}

Status HelmHome::AddRepository(const Access& access, const std::string& name,
                               bool pass_credentials) {
  SecretBytes entry;
  entry.Append('{');
  AppendJsonField(entry, "name",
                  name.empty() ? "repository-" + std::to_string(used_.size()) : name);
  entry.Append(',');
  AppendJsonField(entry, "url", access.url);
  if (const Repository* login = access.credentials; login != nullptr) {
    entry.Append(',');
    AppendJsonField(entry, "username", login->username.ExposeText());
    entry.Append(',');
    AppendJsonField(entry, "password", login->password.ExposeText());
    if (!login->tls_certificate.empty()) {
      ACD_TRY(const std::string certificate, PutCertificate(login->tls_certificate));
      ACD_TRY(const std::string key, PutCertificate(login->tls_key));
      entry.Append(',');
      AppendJsonField(entry, "certFile", certificate);
      entry.Append(',');
      AppendJsonField(entry, "keyFile", key);
    }
  }
  if (const std::string ca = CertificatesFor(session_, access.url); !ca.empty()) {
    entry.Append(',');
    AppendJsonField(entry, "caFile", ca);
  }
  if (access.settings != nullptr && access.settings->insecure) {
    entry.Append(",\"insecure_skip_tls_verify\":true");
  }
  if (pass_credentials) entry.Append(",\"pass_credentials_all\":true");
  entry.Append('}');
  if (!repositories_.empty()) repositories_.Append(',');
  repositories_.Append(entry.Expose());
  return {};
}

Status HelmHome::AddRegistry(const Access& access) {
  const std::string host = UrlHost(access.url);
  std::vector<std::string> flags;
  const Repository* settings = access.settings;
  if (settings != nullptr && settings->plain_http) flags.emplace_back("--plain-http");
  if (settings != nullptr && settings->insecure) flags.emplace_back("--insecure-skip-tls-verify");
  if (const std::string ca = CertificatesFor(session_, access.url); !ca.empty()) {
    flags.insert(flags.end(), {"--ca-file", ca});
  }
  const Repository* login = access.credentials;
  const auto [known, is_new] = registries_.emplace(host, login);
  if (!is_new && known->second != login) {
    return Fail(Code::kInvalidInput,
                host + ": two repository Secrets for one registry, which helm can't tell apart",
                "commit a Chart.lock: then each dependency is fetched by itself");
  }
  if (is_new && login != nullptr && !login->tls_certificate.empty()) {
    ACD_TRY(const std::string certificate, PutCertificate(login->tls_certificate));
    ACD_TRY(const std::string key, PutCertificate(login->tls_key));
    flags.insert(flags.end(), {"--cert-file", certificate, "--key-file", key});
  }
  if (has_registry_ && is_new && flags != registry_flags_) {
    return Fail(Code::kInvalidInput,
                host +
                    ": TLS settings other than those of another registry, which helm has for "
                    "all of them",
                "commit a Chart.lock: then each dependency is fetched by itself");
  }
  if (!has_registry_) registry_flags_ = std::move(flags);
  has_registry_ = true;
  return {};
}

Status HelmHome::SetProxy(const Access& access) {
  if (access.settings == nullptr || access.settings->proxy.empty()) return {};
  if (!proxy_.empty() && proxy_ != access.settings->proxy) {
    return Fail(Code::kInvalidInput,
                UrlHost(access.url) +
                    ": another proxy than another "
                    "dependency's, which helm can't tell apart",
                "commit a Chart.lock: then each dependency is fetched by itself");
  }
  proxy_ = access.settings->proxy;
  no_proxy_ = access.settings->no_proxy;
  return {};
}

Status HelmHome::WriteConfiguration() {
  SecretBytes text;
  text.Append("{\"apiVersion\":\"v1\",\"repositories\":[");
  text.Append(repositories_.Expose());
  text.Append("]}\n");
  ACD_TRY([[maybe_unused]] const std::string path,
          folder_.Put("config/repositories.yaml", text.Expose()));
  SecretBytes auths;
  auths.Append("{\"auths\":{");
  bool first = true;
  for (const auto& [host, login] : registries_) {
    if (login == nullptr || login->password.empty()) continue;
    if (!first) auths.Append(',');
    first = false;
    AppendJson(auths, host);
    SecretBytes both = login->username.Clone();
    both.Append(':');
    both.Append(login->password.Expose());
    auths.Append(":{");
    AppendJsonField(auths, "auth", EncodeBase64(both.Expose()).ExposeText());
    auths.Append('}');
  }
  auths.Append("}}\n");
  ACD_TRY([[maybe_unused]] const std::string config,
          folder_.Put("config/registry.json", auths.Expose()));
  return {};
}

Result<exec::Outcome> HelmHome::Run(std::vector<std::string> args, const std::string& directory) {
  exec::Command command;
  ACD_TRY(command.program, exec::FindProgram(session_.helm, session_.tool_path));
  command.args = std::move(args);
  command.environment = folder_.Environment();
  const std::string& home = folder_.path();
  command.environment["HELM_CACHE_HOME"] = home + "/cache";
  command.environment["HELM_CONFIG_HOME"] = home + "/config";
  command.environment["HELM_DATA_HOME"] = home + "/data";
  command.environment["HELM_PLUGINS"] = home + "/tmp/no-plugins";
  command.environment["HELM_REPOSITORY_CONFIG"] = home + "/config/repositories.yaml";
  command.environment["HELM_REGISTRY_CONFIG"] = home + "/config/registry.json";
  for (const auto& [name, value] : session_.settings.network) command.environment[name] = value;
  if (!proxy_.empty()) {
    command.environment["HTTP_PROXY"] = proxy_;
    command.environment["HTTPS_PROXY"] = proxy_;
    command.environment["NO_PROXY"] = no_proxy_;
  }
  command.directory = directory;
  command.max_stdout_bytes = kMaxOutputBytes;
  command.max_file_bytes = kMaxFileBytes;
  return RunPatiently(session_, command);
}

Failure HelmHome::Explain(const exec::Outcome& outcome, const std::string& label) const {
  std::string said(outcome.out.ExposeText());
  // What helm says first is the consequence; why an index could not be had is in its output.
  const std::size_t cause = said.find("...Unable to get an update");
  said = cause == std::string::npos ? outcome.err : said.substr(cause + 3);
  for (std::size_t at = said.find(":\n\t"); at != std::string::npos; at = said.find(":\n\t")) {
    said.replace(at, 3, ": ");
  }
  Failure failure =
      Fail(Code::kToolFailed, label + ": exit status " + std::to_string(outcome.exit_code) + ": " +
                                  CleanWords(said, session_, used_));
  if (!Mentions(said, {"401", "403", "nauthorized", "orbidden", "denied", "authentication",
                       "credential not found"})) {
    return failure;
  }
  std::string secrets;
  for (const Access* access : used_) {
    if (access->credentials == nullptr) continue;
    secrets += (secrets.empty() ? "" : ", ") + access->credentials->secret;
  }
  failure.error.hint =
      secrets.empty()
          ? "no mounted repository Secret matches it for project \"" + session_.project +
                "\": mount one of type helm or oci at repository/NAME "
                "or repo-creds/NAME in --repository-secrets"
          : "used the credentials of repository Secret " + secrets + "; check them";
  return failure;
}

Status HelmHome::BuildDependencies(const std::string& folder) {
  ACD_CHECK(WriteConfiguration());
  std::vector<std::string> args = {"dependency", "build", "."};
  args.insert(args.end(), registry_flags_.begin(), registry_flags_.end());
  auto outcome = Run(std::move(args), folder);
  if (!outcome) return Fail(std::move(outcome).error().With("helm dependency build"));
  if (outcome->exit_code != 0) return Explain(*outcome, "helm dependency build");
  return {};
}

Status HelmHome::Package(const std::string& chart, const std::string& folder) {
  auto outcome = Run({"package", chart, "--destination", folder}, chart);
  if (!outcome) return Fail(std::move(outcome).error().With("helm package"));
  if (outcome->exit_code != 0) return Explain(*outcome, "helm package");
  return {};
}

}  // namespace acd::sources
