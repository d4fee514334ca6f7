#include "plugin/archive/entry_path.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "decrypt/base/encoding.h"

namespace acd::archive {
namespace {

constexpr std::size_t kMaxShown = 200;

using Components = std::vector<std::string_view>;

/// Components with "." dropped and ".." applied; what can't be applied stays at the front.
Components CleanComponents(std::string_view path) {
  Components result;
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view component = path.substr(start, end - start);
    start = end + 1;
    if (component.empty() || component == ".") continue;
    if (component == ".." && !result.empty() && result.back() != "..") {
      result.pop_back();
    } else {
      result.push_back(component);
    }
  }
  return result;
}

std::string Join(const Components& components) {
  std::string path;
  for (const std::string_view component : components) {
    if (!path.empty()) path += '/';
    path += component;
  }
  return path.empty() ? "." : path;
}

bool LeadsOut(const Components& components) {
  return !components.empty() && components.front() == "..";
}

}  // namespace

std::string_view FolderOf(std::string_view clean) {
  const std::size_t slash = clean.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : clean.substr(0, slash);
}

Result<std::string> EntryPath(std::string_view name) {
  const Components components = CleanComponents(name);
  if (name.starts_with('/') || LeadsOut(components)) {
    return Fail(Code::kInvalidInput, "illegal filepath in archive: " + Printable(name),
                "the archive was not made by Argo CD's repo-server");
  }
  return Join(components);
}

Result<std::string> LinkTarget(std::string_view clean, std::string_view target) {
  const std::string_view folder = FolderOf(clean);
  const std::string from_root = std::string(folder) + "/" + std::string(target);
  const Components components = CleanComponents(from_root);
  if (target.starts_with('/') || LeadsOut(components)) {
    return Fail(Code::kInvalidInput, "illegal filepath in symlink: " + Printable(clean),
                "symlinks must stay inside the application's repository");
  }
  const Components base = CleanComponents(folder);
  const auto [from, to] =
      std::mismatch(base.begin(), base.end(), components.begin(), components.end());
  Components relative(static_cast<std::size_t>(base.end() - from), "..");
  relative.insert(relative.end(), to, components.end());
  return Join(relative);
}

std::string Printable(std::string_view name) {
  const bool cut = name.size() > kMaxShown;
  const std::string_view shown = name.substr(0, kMaxShown);
  const bool escape_high = cut || !IsUtf8(shown);
  std::string text;
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && (byte < 0x80 || !escape_high)) {
      text += c;
      continue;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof(escaped), "\\x%02x", byte);
    text += escaped;
  }
  return cut ? text + "..." : text;
}

}  // namespace acd::archive
