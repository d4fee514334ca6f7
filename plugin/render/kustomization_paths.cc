#include "plugin/render/kustomization_paths.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

namespace acd::render {
namespace {

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

// `git@host`: what kustomize takes for a user name.
bool HasUser(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || (text[0] >= '0' && text[0] <= '9')) return false;
  return text[0] != '-' && std::all_of(text.begin(), text.begin() + static_cast<int>(at), IsWord);
}

// An entry may be a whole patch.
std::string Shown(const std::string& entry) {
  constexpr std::size_t kMax = 200;
  std::string shown = entry.substr(0, std::min(entry.find('\n'), kMax));
  return shown.size() == entry.size() ? shown : shown + "...";
}

// `path` is absolute. Nearly always there is nothing to do.
std::string Normal(std::string path) {
  const bool plain = path.find("//") == std::string::npos && path.find("/.") == std::string::npos;
  return plain ? std::move(path) : std::filesystem::path(path).lexically_normal().native();
}

// An entry that is a name in the folder itself, as most are: one look tells. `dir` is real. Links,
// and what is not there, take the long way.
std::optional<workspace::Located> LocateName(const std::string& dir, const std::string& entry) {
  if (entry.find('/') != std::string::npos || entry == "." || entry == "..") return std::nullopt;
  std::string path = dir;
  path.append("/").append(entry);
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return std::nullopt;
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) return std::nullopt;
  return workspace::Located{std::move(path), S_ISDIR(info.st_mode)};
}

Failure Refuse(const std::string& field, const std::string& entry, const char* what,
               const char* hint) {
  return Fail(Code::kInvalidInput, field + ": " + Shown(entry) + ": " + what, hint);
}

}  // namespace

bool IsKustomizationName(const std::string& path) {
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  return std::find(kKustomizationNames.begin(), kKustomizationNames.end(), name) !=
         kKustomizationNames.end();
}

bool HasKustomization(const std::string& dir) {
  return std::any_of(kKustomizationNames.begin(), kKustomizationNames.end(), [&](const char* name) {
    struct stat info {};
    return ::stat((dir + "/" + name).c_str(), &info) == 0 && S_ISREG(info.st_mode);
  });
}

Result<std::vector<std::string>> KustomizationsIn(const std::string& root, const std::string& dir) {
  std::vector<std::string> paths;
  for (const char* name : kKustomizationNames) {
    auto found = workspace::LocateInside(root, dir, name);
    if (found && !found->is_folder) {
      paths.push_back(std::move(found->path));
    } else if (!found && found.error().code != Code::kNotFound) {
      return Fail(std::move(found).error());
    }
  }
  return paths;
}

bool IsWebFile(const std::string& entry) {
  const std::string lower = Lower(entry.substr(0, 8));
  return lower.starts_with("http://") || lower.starts_with("https://");
}

bool IsGitRepository(const std::string& entry) {
  std::string lower = Lower(entry);
  if (lower.starts_with("git::")) lower.erase(0, 5);
  return lower.starts_with("http://") || lower.starts_with("https://") ||
         lower.starts_with("ssh://") || lower.starts_with("file://") ||
         lower.starts_with("github.com/") || lower.starts_with("github.com:") || HasUser(lower);
}

Result<std::optional<workspace::Located>> LocateEntry(const std::string& root,
                                                      const std::string& dir,
                                                      const std::string& entry,
                                                      const std::string& field) {
  constexpr std::optional<workspace::Located> kElsewhere;
  if (entry.empty()) return kElsewhere;
  const std::string lower = Lower(entry);
  for (const char* part : {"ref=-", "version=-", "file://"}) {
    if (lower.find(part) == std::string::npos) continue;
    return Refuse(field, entry, "not allowed as a remote reference",
                  "bases are fetched from https, http and ssh addresses");
  }
  if (entry.front() == '/') {
    return Refuse(field, entry, "an absolute path", "name it relative to the kustomization");
  }
  if (entry.find('\0') == std::string::npos) {
    if (auto here = LocateName(dir, entry)) return here;
  }
  // Also for what looks remote: what it can't fetch, kustomize may look for here.
  const std::string path = Normal(dir + "/" + entry);
  const bool inside = path == root || path == root + "/" || path.starts_with(root + "/");
  if (!inside) {
    return Refuse(field, entry, "leaves the repository",
                  "paths and symlinks must stay inside the application's repository");
  }
  if (IsWebFile(entry)) return kElsewhere;
  auto found = workspace::LocateInside(
      root, root, std::string_view(path).substr(std::min(path.size(), root.size() + 1)));
  if (!found && found.error().code == Code::kNotFound) return kElsewhere;
  if (!found) return Fail(std::move(found).error().With(field));
  return std::optional(*std::move(found));
}

}  // namespace acd::render
