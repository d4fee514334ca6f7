#include <algorithm>
#include <string>
#include <string_view>

#include "plugin/render/renderer.h"

namespace acd::render {
namespace {

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) items.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

// `https://user:token@host/x` without `user:token@`. A user alone (`ssh://git@host`) is no secret,
// and scp-like addresses (`git@host:x`) carry nothing else.
std::string WithoutCredentials(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const std::size_t begin = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.rfind('@', end == 0 ? 0 : end - 1);
  if (at == std::string::npos || at < begin || at >= end) return url;
  const bool plain_user = url.compare(0, scheme, "ssh") == 0 &&
                          url.substr(begin, at - begin).find(':') == std::string::npos;
  return plain_user ? url : url.substr(0, begin) + url.substr(at + 1);
}

}  // namespace

Application Application::FromEnvironment(
    const std::vector<std::pair<std::string, std::string>>& env) {
  Application app;
  for (const auto& [name, value] : env) {
    if (!name.empty()) app.environment[name] = value;
  }
  const auto get = [&](const char* name) {
    const auto it = app.environment.find(name);
    return it == app.environment.end() ? std::string() : it->second;
  };
  app.name = get("ARGOCD_APP_NAME");
  app.project = get("ARGOCD_APP_PROJECT_NAME");
  app.repository = WithoutCredentials(get("ARGOCD_APP_SOURCE_REPO_URL"));
  app.source_path = get("ARGOCD_APP_SOURCE_PATH");
  app.namespace_ = get("ARGOCD_APP_NAMESPACE");
  app.kube_version = get("KUBE_VERSION");
  app.api_versions = SplitList(get("KUBE_API_VERSIONS"));
  return app;
}

}  // namespace acd::render
