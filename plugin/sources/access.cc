#include "plugin/sources/access.h"

#include <algorithm>

#include "plugin/sources/repository_url.h"

namespace acd::sources {
namespace {

std::string Normal(std::string_view url, bool charts) {
  return charts ? NormalChartUrl(url) : NormalGitUrl(url);
}

Failure PasswordInUrl(std::string_view url) {
  return Fail(Code::kInvalidInput, UrlWithoutPassword(url) + ": the URL has a password in it",
              "leave it out, and mount a repository Secret (--repository-secrets)");
}

/// Everything in it is public: the Secret's name, whose it is, and its user.
std::string Grant(const Repository& credentials) {
  return "secret " + credentials.secret + "\n" + credentials.project + "\n" + credentials.url;
}

}  // namespace

bool AccessFinder::Visible(const Repository& repository) const {
  return repository.project.empty() || repository.project == project_;
}

const Repository* AccessFinder::ByName(std::string_view name) const {
  const Repository* found = nullptr;
  for (const Repository& one : repositories_) {
    if (one.is_template || !one.is_chart_repository() || one.name != name || !Visible(one)) {
      continue;
    }
    if (!one.project.empty()) return &one;
    if (found == nullptr) found = &one;
  }
  return found;
}

const Repository* AccessFinder::Exact(std::string_view normal, bool charts) const {
  const Repository* found = nullptr;
  for (const Repository& one : repositories_) {
    if (one.is_template || one.is_chart_repository() != charts || !Visible(one)) continue;
    if (Normal(one.url, charts) != normal) continue;
    if (!one.project.empty()) return &one;
    if (found == nullptr) found = &one;
  }
  return found;
}

const Repository* AccessFinder::Template(std::string_view normal, bool charts) const {
  const Repository* found = nullptr;
  std::size_t longest = 0;
  for (const Repository& one : repositories_) {
    if (!one.is_template || one.is_chart_repository() != charts || !Visible(one)) continue;
    const std::string prefix = Normal(one.url, charts);
    if (!IsUrlPrefix(prefix, normal)) continue;
    const bool better = found == nullptr || prefix.size() > longest ||
                        (prefix.size() == longest && found->project.empty());
    if (!better) continue;
    found = &one;
    longest = prefix.size();
  }
  return found;
}

/// A dependency names its registry and folder (oci://host/team), a Secret often the registry only,
/// or the chart itself. As in Argo CD either may be the beginning of the other.
const Repository* AccessFinder::Registry(std::string_view normal) const {
  const Repository* found = nullptr;
  std::size_t longest = 0;
  for (const Repository& one : repositories_) {
    if (one.is_template || !one.is_oci() || !Visible(one)) continue;
    const std::string other = NormalChartUrl(one.url);
    std::size_t common = 0;
    if (IsUrlPrefix(other, normal)) common = other.size();
    if (IsUrlPrefix(normal, other)) common = normal.size();
    if (common <= longest) continue;
    found = &one;
    longest = common;
  }
  return found;
}

Result<Access> AccessFinder::Finish(Access access, const Repository* exact,
                                    const Repository* prefix) const {
  access.settings = exact != nullptr ? exact : prefix;
  access.credentials = exact != nullptr && exact->has_credentials() ? exact : prefix;
  if (access.credentials != nullptr && !access.credentials->has_credentials()) {
    access.credentials = nullptr;
  }
  for (const Repository* used : {access.settings, access.credentials}) {
    if (used == nullptr || used->problem.empty()) continue;
    return Fail(Code::kInvalidInput, "repository Secret " + used->secret + ": " + used->problem);
  }
  access.grant = access.credentials == nullptr ? "public" : Grant(*access.credentials);
  return access;
}

Result<Access> AccessFinder::Charts(std::string_view repository) const {
  std::string_view name = repository;
  if (name.starts_with('@')) {
    name.remove_prefix(1);
  } else if (name.starts_with("alias:")) {
    name.remove_prefix(6);
  }
  Access access;
  if (name.size() != repository.size()) {
    const Repository* found = ByName(name);
    if (found == nullptr) {
      return Fail(Code::kNotFound,
                  std::string(repository) + ": no repository Secret of this name for project \"" +
                      project_ + "\"",
                  "mount one whose field name is \"" + std::string(name) +
                      "\" and whose project is empty or this one, in --repository-secrets");
    }
    access.oci = found->is_oci();
    access.url = found->url;
    if (access.oci && UrlScheme(access.url) != "oci") access.url = "oci://" + access.url;
    return Finish(std::move(access), found, Template(NormalChartUrl(found->url), true));
  }
  const std::string scheme = UrlScheme(repository);
  if (scheme != "https" && scheme != "http" && scheme != "oci") {
    return Fail(Code::kInvalidInput, std::string(repository) + ": not a chart repository's address",
                "https://..., oci://..., @name or alias:name of a repository Secret");
  }
  if (UrlHasPassword(repository)) return PasswordInUrl(repository);
  access.url = repository;
  access.oci = scheme == "oci";
  const std::string normal = NormalChartUrl(repository);
  const Repository* exact = Exact(normal, true);
  const Repository* prefix = Template(normal, true);
  if (exact == nullptr && prefix == nullptr && access.oci) prefix = Registry(normal);
  return Finish(std::move(access), exact, prefix);
}

Result<Access> AccessFinder::Git(std::string_view url) const {
  if (UrlHasPassword(url)) return PasswordInUrl(url);
  Access access;
  access.url = url;
  const std::string normal = NormalGitUrl(url);
  return Finish(std::move(access), Exact(normal, false), Template(normal, false));
}

}  // namespace acd::sources
