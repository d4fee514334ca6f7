#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <vector>

#include "decrypt/base/system_failure.h"
#include "plugin/workspace/workspace.h"

namespace acd::workspace {
namespace {

constexpr int kMaxLinks = 40;  // as in the kernel

using Components = std::vector<std::string>;

/// Components in order; empty ones and "." say nothing.
Components Split(std::string_view path) {
  Components components;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view component = path.substr(start, end - start);
    if (!component.empty() && component != ".") components.emplace_back(component);
    start = end + 1;
  }
  return components;
}

std::string Join(std::string path, const Components& components) {
  for (const std::string& component : components) {
    if (!path.empty() && path.back() != '/') path += '/';
    path += component;
  }
  return path;
}

/// What follows `prefix` in `path`, by whole components: "/w1" is no prefix of "/w10".
std::optional<Components> Below(const Components& prefix, const Components& path) {
  if (path.size() < prefix.size() || !std::equal(prefix.begin(), prefix.end(), path.begin())) {
    return std::nullopt;
  }
  return Components(path.begin() + static_cast<std::ptrdiff_t>(prefix.size()), path.end());
}

class Resolver {
 public:
  /// `wanted` is borrowed.
  Resolver(std::string root, const Components& wanted) : root_(std::move(root)), wanted_(wanted) {}

  Result<Located> Resolve() {
    todo_.assign(wanted_.rbegin(), wanted_.rend());
    while (!todo_.empty()) {
      const std::string name = std::move(todo_.back());
      todo_.pop_back();
      ACD_CHECK(Step(name));
    }
    return Located{Join(root_, done_), is_folder_};
  }

 private:
  std::string Shown() const {
    std::string shown = std::filesystem::path(Join("", wanted_)).lexically_normal().string();
    return shown.empty() ? "." : shown;
  }

  Status Step(const std::string& name) {
    if (name == "..") {
      if (done_.empty()) return Leaves();
      done_.pop_back();
      is_folder_ = true;
      return {};
    }
    done_.push_back(name);
    const std::string here = Join(root_, done_);
    struct stat info;
    if (::lstat(here.c_str(), &info) != 0) return Explain(errno);
    if (S_ISLNK(info.st_mode)) return Follow(here);
    is_folder_ = S_ISDIR(info.st_mode);
    if (!todo_.empty() && !is_folder_) return Explain(ENOTDIR);
    return {};
  }

  Status Follow(const std::string& link) {
    if (++links_ > kMaxLinks) return Fail(Code::kInvalidInput, Shown() + ": too many symlinks");
    char target[PATH_MAX];
    const ssize_t size = ::readlink(link.c_str(), target, sizeof(target));
    if (size < 0) return Explain(errno);
    const std::string_view text(target, static_cast<std::size_t>(size));
    Components next = Split(text);
    done_.pop_back();
    if (text.starts_with('/')) {
      std::optional<Components> inside = InsideRoot(next);
      if (!inside) return Leaves();
      next = *std::move(inside);
      done_.clear();
    }
    is_folder_ = true;  // where the target starts from
    todo_.insert(todo_.end(), next.rbegin(), next.rend());
    return {};
  }

  /// An absolute link may name the root as the caller does, or by its real path.
  std::optional<Components> InsideRoot(const Components& target) const {
    if (auto inside = Below(Split(root_), target)) return inside;
    char* real = ::realpath(root_.c_str(), nullptr);
    if (real == nullptr) return std::nullopt;
    const Components root = Split(real);
    std::free(real);
    return Below(root, target);
  }

  Failure Leaves() const {
    return Fail(Code::kInvalidInput, Shown() + ": leaves the repository",
                "paths and symlinks must stay inside the application's repository");
  }
  Failure Explain(int error) const {
    if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG) {
      return Fail(Code::kNotFound, Shown() + ": no such file or folder");
    }
    return SystemFailure(Shown(), error);
  }

  std::string root_;
  const Components& wanted_;
  Components done_;
  Components todo_;        // next one last
  bool is_folder_ = true;  // what done_ leads to; the root is one
  int links_ = 0;
};

}  // namespace

Result<Located> LocateInside(const std::string& root, const std::string& base,
                             std::string_view path) {
  if (path.find('\0') != std::string_view::npos) {
    return Fail(Code::kInvalidInput, "path: has a NUL byte");
  }
  Components todo;
  if (!path.starts_with('/')) {
    todo = Split(base);
    if (base.starts_with('/')) {
      std::optional<Components> inside = Below(Split(root), todo);
      if (!inside) return Fail(Code::kInternal, "base folder: leaves the repository");
      todo = *std::move(inside);
    }
  }
  for (std::string& component : Split(path)) todo.push_back(std::move(component));
  std::string folder = root;
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  return Resolver(std::move(folder), todo).Resolve();
}

Result<std::string> ResolveInside(const std::string& root, const std::string& base,
                                  std::string_view path) {
  ACD_TRY(Located located, LocateInside(root, base, path));
  return std::move(located.path);
}

std::string RelativeTo(const std::string& root, const std::string& path) {
  // Nearly always `path` is what ResolveInside made: nothing in it has to be taken apart.
  if (!root.empty() && path.size() > root.size() && path.starts_with(root) &&
      path[root.size()] == '/') {
    const std::string_view below = std::string_view(path).substr(root.size());
    const bool plain = below.find("//") == std::string_view::npos &&
                       below.find("/.") == std::string_view::npos && !below.ends_with('/');
    if (plain) return std::string(below.substr(1));
  }
  const std::optional<Components> below = Below(Split(root), Split(path));
  if (!below || root.starts_with('/') != path.starts_with('/')) return path;
  return below->empty() ? "." : Join("", *below);
}

}  // namespace acd::workspace
