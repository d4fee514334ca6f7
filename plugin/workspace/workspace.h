#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::workspace {

/// The folder under which every request of this process gets its own.
///
/// Several processes may share a workdir: each has `<workdir>/argocd-decrypt/process-XXXXXX` for
/// itself, and beside it `request-XXXXXX-YYYYYY` for each tree of its requests. On tmpfs, so that
/// plaintext never meets a disk; elsewhere only when explicitly allowed. Leftovers of a dead
/// predecessor are removed when it is opened; a live one (its folder is locked) is left alone.
class WorkspaceRoot {
 public:
  /// Makes `<workdir>/argocd-decrypt` and the process's folder in it (both 0700); `workdir` must
  /// exist. Errors: kInvalidInput (not on tmpfs and
  /// `allow_disk` is false; names the setting), kIo.
  static Result<std::unique_ptr<WorkspaceRoot>> Open(const std::string& workdir, bool allow_disk);
  ~WorkspaceRoot();
  WorkspaceRoot(const WorkspaceRoot&) = delete;
  WorkspaceRoot& operator=(const WorkspaceRoot&) = delete;

  /// The process's folder.
  const std::string& path() const { return path_; }
  /// How the paths of its requests' trees begin.
  const std::string& tree_prefix() const { return tree_prefix_; }
  /// Removes all that this process has, when it is going to end at once.
  void RemoveNow() const noexcept;
  /// Removes a request's folder. What can't go now (nothing can be listed while no descriptor is
  /// free) is tried again with each later one, and at the end. Threads: safe to call concurrently.
  void Discard(const std::string& folder) const noexcept;
  /// From now on a thread of ours does that, right away, and nobody waits for it: unless several
  /// folders are there already, for they are memory. For a server. May throw std::system_error.
  void RemoveInBackground();

 private:
  WorkspaceRoot(std::string path, std::string tree_prefix, int lock_fd);
  void RemoveAll(std::vector<std::string> folders) const;
  void RemoveAsTheyCome(const std::stop_token& stop) const;

  std::string path_;
  std::string tree_prefix_;
  int lock_fd_;
  mutable std::mutex mutex_;                  ///< guards what follows, except the thread
  mutable std::vector<std::string> waiting_;  ///< folders to be removed
  mutable std::vector<std::string> left_;     ///< folders that could not be
  mutable std::condition_variable_any news_;
  std::jthread remover_;
};

/// One request's folders: `tree()` holds the application's files, `run()` everything else: tool
/// homes and sockets of ours, or the temporary files of a plugin.yaml's commands. Mode 0700;
/// removed, whatever is in them, on destruction. Move-only. The tree has as few folders above it as
/// can be: kustomize looks at each of them for each file.
class Workspace {
 public:
  /// `root` is borrowed for the workspace's lifetime.
  static Result<Workspace> Create(const WorkspaceRoot& root);
  Workspace(Workspace&& other) noexcept;
  Workspace& operator=(Workspace&& other) noexcept;
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace();

  const std::string& tree() const { return tree_; }
  const std::string& run() const { return run_; }

 private:
  Workspace() = default;
  void Remove() noexcept;
  const WorkspaceRoot* root_ = nullptr;
  std::string tree_;
  std::string run_;
};

struct Located {
  std::string path;
  bool is_folder;
};

/// Where a path really is, symlinks followed, if that is inside `root` (an absolute, existing
/// folder). `path`: relative to `base`, or absolute = from `root`, as in Argo CD.
/// Errors: kNotFound; kInvalidInput "leaves the repository". Messages name paths relative to root.
Result<Located> LocateInside(const std::string& root, const std::string& base,
                             std::string_view path);
Result<std::string> ResolveInside(const std::string& root, const std::string& base,
                                  std::string_view path);

/// The whole content of a regular file, at most `max_bytes`. Errors: kNotFound, kIo (also when it
/// is no regular file), kNoRoom, kLimitExceeded; they name the last component of the path only.
Result<SecretBytes> ReadFile(const std::string& path, std::size_t max_bytes);

/// The names in a folder, sorted. Errors: kNotFound (also when it is no folder), kIo, kNoRoom, as
/// in ReadFile: an error is no empty folder.
Result<std::vector<std::string>> ListFolder(const std::string& path);

/// Puts a file with this content in place of whatever has the path: mode 0600, a symlink is not
/// followed but replaced, other hard links keep what they had. Errors as in ReadFile.
Status WriteSecretFile(const std::string& path, std::span<const std::uint8_t> content);

/// Shows a file's content to `edit`, and does as WriteSecretFile with what that returns; nullopt
/// leaves the file alone. For a folder that nobody else has access to: a file that is nothing but
/// this path is written over, which is quicker. Errors: those of ReadFile and of `edit`.
using Edit = std::function<Result<std::optional<SecretBytes>>(const SecretBytes&)>;
Status EditFile(const std::string& path, std::size_t max_bytes, const Edit& edit);

/// Removes a folder and all below it, without following links. Never fails loudly: false says that
/// something is still there.
bool RemoveTree(const std::string& path) noexcept;

/// `path` relative to `root` for messages; `path` itself when it is not below.
std::string RelativeTo(const std::string& root, const std::string& path);

}  // namespace acd::workspace
