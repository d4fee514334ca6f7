#include "plugin/sources/git_url.h"

#include <algorithm>

#include "plugin/sources/repository_url.h"

namespace acd::sources {
namespace {

constexpr std::string_view kForm = "secrets+git://HOST/REPOSITORY//FILE?ref=COMMIT";
constexpr std::size_t kMaxUrlBytes = 4096;

Failure Wrong(std::string_view url, const std::string& what) {
  return Fail(Code::kInvalidInput, UrlWithoutPassword(url) + ": " + what,
              "write it as " + std::string(kForm));
}

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool IsControl(char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; }

/// Every component names something below the one before it, and none is git's own folder.
bool IsPlainPath(std::string_view path) {
  if (path.empty()) return false;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view component = path.substr(start, end - start);
    if (component.empty() || component == "." || component == ".." || component == ".git") {
      return false;
    }
    start = end + 1;
  }
  return true;
}

Status CheckRepository(std::string_view url, const GitFile& file) {
  const std::string scheme = UrlScheme(file.repository);
  const bool scp_like = scheme.empty();
  if (!scp_like && scheme != "https" && scheme != "http" && scheme != "ssh") {
    return Wrong(url, "the repository's scheme must be https, http or ssh");
  }
  const std::string host = UrlHostName(file.repository);
  const bool clean = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '[' || c == ']' || c == ':';
  });
  if (!clean || host.front() == '-' || file.repository.front() == '-') {
    return Wrong(url, "the repository has no host");
  }
  if (UrlHasPassword(file.repository)) {
    return Fail(Code::kInvalidInput,
                UrlWithoutPassword(file.repository) + ": the URL has a password in it",
                "leave it out, and mount a repository Secret (--repository-secrets)");
  }
  return {};
}

}  // namespace

Result<GitFile> ParseGitFile(std::string_view url) {
  if (!url.starts_with(kGitScheme)) return Wrong(url, "not a file of a git repository");
  if (url.size() > kMaxUrlBytes) {
    return Fail(Code::kLimitExceeded, std::string(kGitScheme) + ": too long");
  }
  if (std::any_of(url.begin(), url.end(), IsControl)) {
    return Fail(Code::kInvalidInput,
                std::string(kGitScheme) + ": has blanks or control characters");
  }
  std::string_view rest = url.substr(kGitScheme.size());
  GitFile file;
  const std::size_t question = rest.rfind("?ref=");
  if (question == std::string_view::npos) return Wrong(url, "no ?ref=COMMIT at its end");
  file.commit = rest.substr(question + 5);
  rest = rest.substr(0, question);
  const std::size_t scheme = rest.find("://");
  const std::size_t parted = rest.find("//", scheme == std::string_view::npos ? 0 : scheme + 3);
  if (parted == std::string_view::npos) return Wrong(url, "no // between repository and file");
  file.repository = rest.substr(0, parted);
  file.path = rest.substr(parted + 2);
  if (UrlScheme(file.repository).empty() && file.repository.find('@') == std::string::npos) {
    file.repository = "https://" + file.repository;
  }
  for (char& c : file.commit) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c | 0x20);
  }
  if (file.commit.size() != 40 || !std::all_of(file.commit.begin(), file.commit.end(), IsHex)) {
    return Fail(Code::kInvalidInput,
                UrlWithoutPassword(url) +
                    ": ref must be a commit, all 40 digits of it: Argo CD does not know of this "
                    "repository, so what a branch or a tag leads to later would not be rendered",
                "write the commit that `git rev-parse` prints; a tool like Renovate can raise it");
  }
  if (!IsPlainPath(file.path)) return Wrong(url, "the file's path is missing or leaves");
  ACD_CHECK(CheckRepository(url, file));
  return file;
}

}  // namespace acd::sources
