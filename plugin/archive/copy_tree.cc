#include "plugin/archive/copy_tree.h"

#include <optional>

#include "plugin/archive/tree_builder.h"
#include "plugin/archive/tree_walk.h"

namespace acd::archive {
namespace {

constexpr mode_t kPermissions = 0777;  // never setuid, setgid or sticky

class Copier : public TreeVisitor {
 public:
  Copier(int root_fd, const UnpackOptions& options, const std::function<Status()>& proceed)
      : builder_(root_fd, options), proceed_(proceed) {}

  Status Folder(const std::string& name, const struct stat& info) override {
    ACD_TRY(const std::optional<std::string> path, Admit(name, ""));
    return path ? builder_.MakeFolder(*path, info.st_mode & kPermissions) : Status();
  }

  Status Link(const std::string& name, const struct stat& /*info*/,
              const std::string& target) override {
    ACD_TRY(const std::optional<std::string> path, Admit(name, target));
    return path ? builder_.MakeSymlink(*path, target) : Status();
  }

  Status File(const std::string& name, const struct stat& info) override {
    file_.Reset();
    ACD_TRY(const std::optional<std::string> path, Admit(name, ""));
    if (!path) return {};
    ACD_TRY(file_, builder_.MakeFile(*path, info.st_mode & kPermissions,
                                     static_cast<std::uint64_t>(info.st_size)));
    return {};
  }

  Status Content(const std::string& name, std::span<const std::uint8_t> bytes) override {
    ACD_CHECK(proceed_());
    return file_ ? builder_.Write(file_, name, bytes) : Status();
  }

  const UnpackStats& stats() { return builder_.stats(); }

 private:
  Result<std::optional<std::string>> Admit(const std::string& name, const std::string& link) {
    ACD_CHECK(proceed_());
    return builder_.Admit(name, link);
  }

  TreeBuilder builder_;
  const std::function<Status()>& proceed_;
  UniqueFd file_;  ///< the file being copied; closed for one that is left out
};

}  // namespace

Result<UnpackStats> CopyTree(const std::string& from, const std::vector<std::string>& exclude,
                             int root_fd, const UnpackOptions& options,
                             const std::function<Status()>& proceed) {
  Copier copier(root_fd, options, proceed);
  ACD_CHECK(WalkTree(from, exclude, copier));
  return copier.stats();
}

}  // namespace acd::archive
