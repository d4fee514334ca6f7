#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <string_view>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/sources/repository.h"
#include "plugin/sources/repository_url.h"

namespace acd::sources {
namespace {

constexpr std::size_t kMaxKeyBytes = 1U << 20U;  // what Kubernetes allows a whole Secret
constexpr std::size_t kMaxSecrets = 10'000;
constexpr const char* kSetting = "--repository-secrets";

using Fields = std::map<std::string, SecretBytes, std::less<>>;

Failure IoError(const std::string& what) { return SystemFailure(what, errno); }

/// Names in a folder, sorted; none that begins with a dot (kubelet's own).
Result<std::vector<std::string>> NamesIn(int folder, const std::string& shown) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* list = copy < 0 ? nullptr : ::fdopendir(copy);
  if (list == nullptr) {
    if (copy >= 0) ::close(copy);
    return IoError(shown);
  }
  std::vector<std::string> names;
  while (const struct dirent* entry = ::readdir(list)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    if (names.size() > kMaxSecrets) break;
  }
  ::closedir(list);
  if (names.size() > kMaxSecrets) {
    return Fail(Code::kLimitExceeded,
                shown + ": more than " + std::to_string(kMaxSecrets) + " entries");
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<SecretBytes> ReadKey(int folder, const std::string& name, const std::string& shown) {
  const UniqueFd fd(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return IoError(shown);
  if (!S_ISREG(info.st_mode)) return Fail(Code::kIo, shown + ": not a regular file");
  SecretBytes content(kMaxKeyBytes + 1);
  std::size_t filled = 0;
  while (filled <= kMaxKeyBytes) {
    const auto room = content.ExposeMutable().subspan(filled);
    const ssize_t size = ::read(fd.get(), room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return IoError(shown);
    if (size == 0) break;
    filled += static_cast<std::size_t>(size);
  }
  if (filled > kMaxKeyBytes) {
    return Fail(Code::kLimitExceeded,
                shown + ": more than " + std::to_string(kMaxKeyBytes) + " bytes");
  }
  return SecretBytes::CopyOf(content.Expose().first(filled));
}

std::string Text(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : std::string(found->second.ExposeText());
}

SecretBytes Take(Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? SecretBytes() : std::move(found->second);
}

bool Has(const Fields& fields, std::string_view name) { return !Text(fields, name).empty(); }

/// Go's strconv.ParseBool.
bool Flag(const Fields& fields, std::string_view name, std::string& problem) {
  const auto found = fields.find(name);
  if (found == fields.end()) return false;
  const std::string text = Text(fields, name);
  for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == yes) return true;
  }
  for (const char* no : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == no) return false;
  }
  problem = std::string(name) + ": must be true or false";
  return false;
}

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return text;
}

/// What this program can't log in with.
constexpr std::array<std::string_view, 7> kUnsupported = {
    "githubAppPrivateKey",           "githubAppID",
    "gcpServiceAccountKey",          "azureServicePrincipalClientSecret",
    "azureServicePrincipalClientId", "azureServicePrincipalClientID",
    "githubAppInstallationID"};

std::string FindProblem(const Repository& repository, const Fields& fields) {
  for (const std::string_view name : kUnsupported) {
    if (Has(fields, name)) {
      return std::string(name) +
             ": not supported by this plugin; give the Secret a username and password (a token)";
    }
  }
  if (repository.url.empty()) return "url: missing";
  if (UrlHasPassword(repository.url)) {
    return "url: has a password in it; put it into the fields username and password";
  }
  if (repository.type != "git" && repository.type != "helm" && repository.type != "oci") {
    return "type: must be git, helm or oci";
  }
  if (repository.tls_certificate.empty() != repository.tls_key.empty()) {
    return "tlsClientCertData and tlsClientCertKey: need each other";
  }
  if (UrlHasPassword(repository.proxy)) {
    return "proxy: has a password in it, which the tools take from their environment only";
  }
  return {};
}

Repository FromFields(std::string secret, bool is_template, Fields fields) {
  Repository repository;
  repository.secret = std::move(secret);
  repository.is_template = is_template;
  repository.url = Text(fields, "url");
  repository.name = Text(fields, "name");
  repository.type = Lower(Text(fields, "type"));
  if (repository.type.empty()) repository.type = "git";
  repository.project = Text(fields, "project");
  repository.proxy = Text(fields, "proxy");
  repository.no_proxy = Text(fields, "noProxy");
  std::string problem;
  repository.enable_oci = Flag(fields, "enableOCI", problem);
  repository.insecure = Flag(fields, "insecure", problem);
  repository.insecure_ignore_host_key =
      Flag(fields, "insecureIgnoreHostKey", problem) || repository.insecure;
  repository.plain_http = Flag(fields, "insecureOCIForceHttp", problem);
  if (Flag(fields, "useAzureWorkloadIdentity", problem)) {
    problem = "useAzureWorkloadIdentity: not supported by this plugin";
  }
  // Sent with each request anyway, so it asks for nothing; but it has to be well-formed.
  (void)Flag(fields, "forceHttpBasicAuth", problem);
  repository.username = Take(fields, "username");
  repository.password = Take(fields, "password");
  repository.bearer_token = Take(fields, "bearerToken");
  repository.ssh_key = Take(fields, "sshPrivateKey");
  repository.tls_certificate = Take(fields, "tlsClientCertData");
  repository.tls_key = Take(fields, "tlsClientCertKey");
  repository.problem = problem.empty() ? FindProblem(repository, fields) : problem;
  return repository;
}

Result<Repository> ReadSecret(int folder, const std::string& shown, bool is_template) {
  // One look at the link: what it leads to is one version of the Secret, whole.
  UniqueFd data(::openat(folder, "..data", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!data && errno == ENOENT)
    data.Reset(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!data) return IoError(shown);
  ACD_TRY(const std::vector<std::string> names, NamesIn(data.get(), shown));
  Fields fields;
  for (const std::string& name : names) {
    ACD_TRY(fields[name], ReadKey(data.get(), name, shown + "/" + name));
  }
  return FromFields(shown, is_template, std::move(fields));
}

Status ReadKind(int root, const char* kind, std::vector<Repository>& repositories) {
  const UniqueFd folder(::openat(root, kind, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder && errno == ENOENT) return {};
  if (!folder) return IoError(std::string(kSetting) + ": " + kind);
  ACD_TRY(const std::vector<std::string> names, NamesIn(folder.get(), kind));
  for (const std::string& name : names) {
    const UniqueFd secret(::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!secret && errno == ENOTDIR) continue;  // a lone file is no Secret
    const std::string shown = std::string(kind) + "/" + name;
    if (!secret) return IoError(std::string(kSetting) + ": " + shown);
    auto repository = ReadSecret(secret.get(), shown, kind == std::string_view("repo-creds"));
    if (!repository) return Fail(std::move(repository).error().With(kSetting));
    repositories.push_back(*std::move(repository));
  }
  return {};
}

}  // namespace

Result<std::vector<Repository>> ReadRepositorySecrets(const std::string& folder) {
  const UniqueFd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) {
    return FileFailure(std::string(kSetting) + " " + folder, errno,
                       "mount each repository Secret at repository/NAME or repo-creds/NAME in it");
  }
  std::vector<Repository> repositories;
  ACD_CHECK(ReadKind(root.get(), "repository", repositories));
  ACD_CHECK(ReadKind(root.get(), "repo-creds", repositories));
  return repositories;
}

}  // namespace acd::sources
