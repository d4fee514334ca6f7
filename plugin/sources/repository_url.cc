#include "plugin/sources/repository_url.h"

#include <algorithm>

namespace acd::sources {
namespace {

char LowerChar(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), LowerChar);
  return out;
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// Where the host part ("user@host:port") begins and ends; both npos when there is none.
struct Authority {
  std::size_t begin = std::string_view::npos;
  std::size_t end = std::string_view::npos;
};

Authority FindAuthority(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) {
    const std::size_t begin = scheme + 3;
    return {begin, std::min(url.find_first_of("/?#", begin), url.size())};
  }
  // git@host:path, or an OCI repository's host/path.
  const std::size_t slash = std::min(url.find('/'), url.size());
  const std::size_t at = url.find('@');
  if (at != std::string_view::npos && at < slash) {
    return {0, std::min(url.find_first_of(":/", at), url.size())};
  }
  return {0, slash};
}

std::string_view HostPart(std::string_view url) {
  const Authority where = FindAuthority(url);
  std::string_view host = url.substr(where.begin, where.end - where.begin);
  const std::size_t at = host.rfind('@');
  return at == std::string_view::npos ? host : host.substr(at + 1);
}

bool IsScpLike(std::string_view url) {
  const std::size_t at = url.find('@');
  if (at == std::string_view::npos || url.find('@', at + 1) != std::string_view::npos) return false;
  return at + 1 < url.size() && url.substr(0, at).find_first_of(":/") == std::string_view::npos;
}

}  // namespace

std::string UrlScheme(std::string_view url) {
  const std::size_t end = url.find("://");
  return end == std::string_view::npos ? std::string() : Lower(url.substr(0, end));
}

std::string UrlHost(std::string_view url) { return Lower(HostPart(Trim(url))); }

std::string UrlHostName(std::string_view url) {
  const std::string host = UrlHost(url);
  if (host.starts_with('[')) return host.substr(0, std::min(host.find(']'), host.size() - 1) + 1);
  return host.substr(0, std::min(host.find(':'), host.size()));
}

std::string UrlOrigin(std::string_view url) {
  const std::string host = UrlHost(url);
  const std::string scheme = UrlScheme(url);
  if (host.empty() || scheme.empty()) return {};
  // The port that a scheme has anyway is not written, so that origins compare as texts.
  const std::string_view usual = scheme == "https" ? ":443" : scheme == "http" ? ":80" : "";
  std::string origin = scheme + "://" + host;
  if (!usual.empty() && host.ends_with(usual)) origin.resize(origin.size() - usual.size());
  return origin;
}

bool UrlHasPassword(std::string_view url) {
  if (UrlScheme(url).empty()) return false;
  const Authority where = FindAuthority(url);
  const std::string_view part = url.substr(where.begin, where.end - where.begin);
  const std::size_t at = part.rfind('@');
  if (at == std::string_view::npos) return false;
  const bool has_colon = part.substr(0, at).find(':') != std::string_view::npos;
  return has_colon || UrlScheme(url) != "ssh";  // https://TOKEN@host is a password too
}

std::string UrlWithoutPassword(std::string_view url) {
  if (!UrlHasPassword(url)) return std::string(url);
  const Authority where = FindAuthority(url);
  const std::size_t at = url.substr(0, where.end).rfind('@');
  return std::string(url.substr(0, where.begin)) + std::string(url.substr(at + 1));
}

std::string NormalGitUrl(std::string_view url) {
  std::string text = Lower(Trim(url));
  if (!text.starts_with("ssh://") && UrlScheme(text).empty() && IsScpLike(text)) {
    if (const std::size_t colon = text.find(':'); colon != std::string::npos) text[colon] = '/';
  }
  if (text.starts_with("ssh://")) text.erase(0, 6);
  while (text.ends_with('/')) text.pop_back();
  if (text.ends_with(".git")) text.resize(text.size() - 4);
  return text;
}

std::string NormalChartUrl(std::string_view url) {
  std::string text(Trim(url));
  if (UrlScheme(text) == "oci") text.erase(0, 6);
  const Authority where = FindAuthority(text);
  std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(where.end), text.begin(),
                 LowerChar);
  while (text.ends_with('/')) text.pop_back();
  return text;
}

bool IsUrlPrefix(std::string_view prefix, std::string_view url) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.empty() || prefix.ends_with(":") || !url.starts_with(prefix)) return false;
  return url.size() == prefix.size() || url[prefix.size()] == '/';
}

}  // namespace acd::sources
