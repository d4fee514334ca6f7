#include "plugin/sources/git_settings.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/sources/git_login.h"
#include "plugin/sources/git_ssh.h"
#include "plugin/sources/git_text.h"
#include "plugin/sources/repository_url.h"
#include "plugin/workspace/workspace.h"

namespace acd::sources {
namespace {

bool IsHttp(const std::string& url) { return UrlScheme(url).starts_with("http"); }

/// It may have no line break, and be no pattern: git knows `*` for a part of a host's name.
bool IsPlainUrl(std::string_view url) {
  return url.find_first_of(std::string_view("\r\n\0\"\\*?#[]", 10)) == std::string_view::npos;
}

std::string WithoutEnd(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with(".git")) url.resize(url.size() - 4);
  return url;
}

/// As it is written, and with or without the `.git` that kustomize, or the Secret, leaves out.
std::vector<std::string> Spellings(const std::string& url) {
  const std::string bare = WithoutEnd(url);
  return {bare, bare + ".git"};
}

/// The same for SSH, where `git@host:path` and `ssh://git@host/path` are one repository.
std::vector<std::string> SshSpellings(const std::string& url) {
  constexpr std::string_view kScheme = "ssh://";
  const std::string bare = WithoutEnd(url);
  std::vector<std::string> forms = {bare};
  if (bare.starts_with(kScheme)) {
    const std::size_t slash = bare.find('/', kScheme.size());
    const std::string host = bare.substr(kScheme.size(), slash - kScheme.size());
    if (slash != std::string::npos && host.find(':') == std::string::npos) {
      forms.push_back(host + ":" + bare.substr(slash + 1));
    }
  } else if (const std::size_t colon = bare.find(':'); colon != std::string::npos) {
    forms.push_back(std::string(kScheme) + bare.substr(0, colon) + "/" + bare.substr(colon + 1));
  }
  const std::size_t count = forms.size();
  for (std::size_t i = 0; i < count; ++i) forms.push_back(forms[i] + ".git");
  return forms;
}

/// git's patterns for the repositories that a Secret is for.
std::vector<std::string> PatternsFor(const Repository& repository) {
  std::vector<std::string> patterns = SshSpellings(repository.url);
  if (!repository.is_template) return patterns;
  const std::size_t count = patterns.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (!patterns[i].ends_with(".git")) patterns.push_back(patterns[i] + "/**");
  }
  return patterns;
}

class Config {
 public:
  explicit Config(std::string folder) : folder_(std::move(folder)) {}

  void AddHttp(const std::string& url, const GitLogin& login) {
    if (!IsPlainUrl(url) || (login.header.empty() && !login.insecure)) return;
    text_.Append("[http ");
    AppendGitValue(text_, url);
    text_.Resize(text_.size() - 1);
    text_.Append("]\n\tfollowRedirects = false\n");
    if (login.insecure) text_.Append("\tsslVerify = false\n");
    if (login.header.empty()) return;
    text_.Append("\textraHeader = ");
    AppendGitValue(text_, login.header.ExposeText());
  }

  /// For repositories that no Secret is for.
  void SetSsh(const std::string& command) { AppendSsh(text_, command); }

  /// What is added later goes before what was added earlier.
  Status AddSsh(const Session& session, const Repository& repository, const GitLogin& login) {
    const std::string number = std::to_string(keys_);
    const std::string key = folder_ + "/ssh-key-" + number;
    const auto command = SshCommand(session, login, key);
    if (!command || !IsPlainUrl(repository.url)) return {};
    ++keys_;
    ACD_CHECK(WriteSshKey(*login.access.credentials, key));
    SecretBytes included;
    AppendSsh(included, *command);
    const std::string path = folder_ + "/gitconfig-ssh-" + number;
    ACD_CHECK(workspace::WriteSecretFile(path, included.Expose()));
    for (const std::string& pattern : PatternsFor(repository)) {
      text_.Append("[includeIf \"hasconfig:remote.*.url:" + pattern + "\"]\n\tpath = ");
      AppendGitValue(text_, path);
    }
    return {};
  }

  const SecretBytes& text() const { return text_; }

 private:
  static void AppendSsh(SecretBytes& text, const std::string& command) {
    text.Append("[ssh]\n\tvariant = ssh\n[core]\n\tsshCommand = ");
    AppendGitValue(text, command);
  }

  const std::string folder_;
  SecretBytes text_ = SecretBytes::CopyOf("[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n");
  std::size_t keys_ = 0;
};

bool IsUsable(const Session& session, const Repository& one) {
  const bool visible = one.project.empty() || one.project == session.project;
  return visible && one.problem.empty() && !one.is_chart_repository() && !UrlHasPassword(one.url);
}

// A longer prefix goes before a shorter one, a repository before each prefix.
std::vector<const Repository*> SshRepositories(const Session& session,
                                               const std::vector<Repository>& all) {
  std::vector<const Repository*> found;
  for (const Repository& one : all) {
    if (IsUsable(session, one) && !IsHttp(one.url)) found.push_back(&one);
  }
  std::stable_sort(found.begin(), found.end(), [](const Repository* a, const Repository* b) {
    return std::pair(!a->is_template, a->url.size()) < std::pair(!b->is_template, b->url.size());
  });
  return found;
}

Status AddSsh(Session& session, const std::vector<Repository>& all, Config& config) {
  if (const auto command = SshCommand(session, GitLogin(), "")) config.SetSsh(*command);
  std::set<std::string> seen;
  for (const Repository* one : SshRepositories(session, all)) {
    if (!seen.insert((one->is_template ? "prefix " : "") + NormalGitUrl(one->url)).second) continue;
    // Which Secret counts for an address is decided in one place.
    const auto login = FindGitLogin(session, one->url);
    const bool has_key = login && login->access.credentials != nullptr &&
                         !login->access.credentials->ssh_key.empty();
    if (has_key) ACD_CHECK(config.AddSsh(session, *one, *login));
  }
  return {};
}

}  // namespace

Result<std::map<std::string, std::string>> GitSettings(Session& session,
                                                       const std::string& folder) {
  ACD_TRY(const std::vector<Repository>* repositories, session.Repositories());
  std::map<std::string, GitLogin> logins;
  for (const Repository& one : *repositories) {
    if (!IsUsable(session, one) || !IsHttp(one.url)) continue;
    for (const std::string& url : Spellings(one.url)) {
      if (logins.contains(url)) continue;
      auto login = FindGitLogin(session, one.url);
      const bool found = login && login->access.credentials != nullptr;
      if (found) logins.emplace(url, *std::move(login));
    }
  }
  Config config(folder);
  const std::string own = session.Variable("ARGOCD_APP_SOURCE_REPO_URL");
  std::string origin = UrlOrigin(own);
  if (IsHttp(own) && !origin.empty() && !UrlHasPassword(own)) {
    ACD_TRY(const GitLogin shared, FindGitLogin(session, own));
    if (shared.access.credentials == nullptr) config.AddHttp(origin.append("/"), shared);
  }
  for (const auto& [url, login] : logins) config.AddHttp(url, login);
  ACD_CHECK(AddSsh(session, *repositories, config));
  std::string path = folder;
  path.append("/gitconfig");
  ACD_CHECK(workspace::WriteSecretFile(path, config.text().Expose()));
  std::map<std::string, std::string> environment = session.settings.network;
  environment.insert_or_assign("GIT_CONFIG_NOSYSTEM", std::string(1, '1'));
  environment.insert_or_assign("GIT_CONFIG_GLOBAL", std::move(path));
  return environment;
}

}  // namespace acd::sources
