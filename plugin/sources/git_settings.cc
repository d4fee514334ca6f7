#include "plugin/sources/git_settings.h"

#include <utility>
#include <vector>

#include "plugin/sources/git_login.h"
#include "plugin/sources/git_text.h"
#include "plugin/sources/repository_url.h"
#include "plugin/workspace/workspace.h"

namespace acd::sources {
namespace {

bool IsHttp(const std::string& url) { return UrlScheme(url).starts_with("http"); }

/// It may have no line break, and be no pattern: git knows `*` for a part of a host's name.
bool IsPlainUrl(std::string_view url) {
  return url.find_first_of(std::string_view("\r\n\0\"\\*?#", 8)) == std::string_view::npos;
}

class Config {
 public:
  void Add(const std::string& url, const GitLogin& login) {
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
  const SecretBytes& text() const { return text_; }

 private:
  SecretBytes text_ = SecretBytes::CopyOf("[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n");
};

/// As it is written, and with or without the `.git` that kustomize, or the Secret, leaves out.
std::vector<std::string> Spellings(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with(".git")) url.resize(url.size() - 4);
  std::vector<std::string> both = {url, url};
  both.back().append(".git");
  return both;
}

}  // namespace

Result<std::map<std::string, std::string>> GitSettings(Session& session,
                                                       const std::string& folder) {
  ACD_TRY(const std::vector<Repository>* repositories, session.Repositories());
  std::map<std::string, GitLogin> logins;
  for (const Repository& one : *repositories) {
    const bool visible = one.project.empty() || one.project == session.project;
    const bool usable = one.problem.empty() && !one.is_chart_repository() && IsHttp(one.url) &&
                        !UrlHasPassword(one.url);
    if (!visible || !usable) continue;
    for (const std::string& url : Spellings(one.url)) {
      if (logins.contains(url)) continue;
      // Which Secret counts for an address is decided in one place.
      auto login = FindGitLogin(session, one.url);
      const bool found = login && login->access.credentials != nullptr;
      if (found) logins.emplace(url, *std::move(login));
    }
  }
  Config config;
  const std::string own = session.Variable("ARGOCD_APP_SOURCE_REPO_URL");
  std::string origin = UrlOrigin(own);
  if (IsHttp(own) && !origin.empty() && !UrlHasPassword(own)) {
    ACD_TRY(const GitLogin shared, FindGitLogin(session, own));
    if (shared.access.credentials == nullptr) config.Add(origin.append("/"), shared);
  }
  for (const auto& [url, login] : logins) config.Add(url, login);
  std::string path = folder;
  path.append("/gitconfig");
  ACD_CHECK(workspace::WriteSecretFile(path, config.text().Expose()));
  std::map<std::string, std::string> environment = session.settings.network;
  environment.insert_or_assign("GIT_CONFIG_NOSYSTEM", std::string(1, '1'));
  environment.insert_or_assign("GIT_CONFIG_GLOBAL", std::move(path));
  return environment;
}

}  // namespace acd::sources
