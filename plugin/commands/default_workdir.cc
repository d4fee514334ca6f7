#include "plugin/commands/default_workdir.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <filesystem>
#include <system_error>

#include "plugin/commands/cli.h"

namespace acd::commands {
namespace {

bool InMemory(const std::string& path) {
  struct statfs info {};
  if (path.empty() || ::statfs(path.c_str(), &info) != 0) return false;
  const auto type = static_cast<unsigned long>(info.f_type);
  return type == TMPFS_MAGIC || type == RAMFS_MAGIC;
}

}  // namespace

std::string DefaultWorkdir() {
  if (std::string workdir = EnvironmentOr("ARGOCD_CMP_WORKDIR", ""); !workdir.empty()) {
    // The stock server makes it. What can't be made is an error where it is used.
    std::error_code ignored;
    std::filesystem::create_directories(workdir, ignored);
    return workdir;
  }
  for (const std::string& candidate :
       {EnvironmentOr("TMPDIR", ""), std::string("/tmp"), std::string("/dev/shm")}) {
    if (InMemory(candidate)) return candidate;
  }
  return "/tmp";
}

}  // namespace acd::commands
