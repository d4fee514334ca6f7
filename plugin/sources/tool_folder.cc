#include "plugin/sources/tool_folder.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "plugin/workspace/workspace.h"

namespace acd::sources {
namespace {

Failure IoError() { return SystemFailure("the request's folder: cannot write", errno); }

}  // namespace

Result<ToolFolder> ToolFolder::Make(const std::string& run_dir) {
  std::string path = run_dir + "/source-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return IoError();
  ToolFolder folder(std::move(path));
  for (const char* name : {"home", "tmp", "cache", "config", "data"}) {
    ACD_TRY([[maybe_unused]] const std::string made, folder.MakeFolder(name));
  }
  return folder;
}

ToolFolder::ToolFolder(ToolFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

ToolFolder& ToolFolder::operator=(ToolFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

ToolFolder::~ToolFolder() {
  if (!path_.empty()) workspace::RemoveTree(path_);
}

std::map<std::string, std::string> ToolFolder::Environment() const {
  return {{"GOGC", "400"},
          {"GOMEMLIMIT", "256MiB"},
          {"HOME", path_ + "/home"},
          {"TMPDIR", path_ + "/tmp"},
          {"XDG_CACHE_HOME", path_ + "/cache"},
          {"XDG_CONFIG_HOME", path_ + "/config"},
          {"XDG_DATA_HOME", path_ + "/data"}};
}

Result<std::string> ToolFolder::Put(const std::string& name,
                                    std::span<const std::uint8_t> content) const {
  std::string path = path_ + "/" + name;
  ACD_CHECK(workspace::WriteSecretFile(path, content));
  return path;
}

Result<std::string> ToolFolder::MakeFolder(const std::string& name) const {
  std::string path = path_ + "/" + name;
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return IoError();
  return path;
}

}  // namespace acd::sources
