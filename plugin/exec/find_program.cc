#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "plugin/exec/command_runner.h"

namespace acd::exec {
namespace {

bool IsProgram(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Result<std::string> FindProgram(const std::string& name, const std::string& path_list) {
  if (name.empty()) return Fail(Code::kNotFound, "program: the name is empty");
  if (name.find('/') != std::string::npos) {
    std::error_code error;
    const std::string path = std::filesystem::absolute(name, error).lexically_normal().string();
    if (error || !IsProgram(path)) {
      return Fail(Code::kNotFound, name + ": no such program, or not executable");
    }
    return path;
  }
  std::string searched;
  for (std::size_t start = 0; start <= path_list.size();) {
    const std::size_t end = std::min(path_list.find(':', start), path_list.size());
    const std::string folder = path_list.substr(start, end - start);
    start = end + 1;
    // An empty or relative element means the working directory, which is the application's.
    if (folder.empty() || folder.front() != '/') continue;
    std::string path = folder + (folder.back() == '/' ? "" : "/") + name;
    if (IsProgram(path)) return path;
    searched += (searched.empty() ? "" : ", ") + folder;
  }
  return Fail(Code::kNotFound,
              name + ": program not found in " + (searched.empty() ? "an empty path" : searched),
              "install it, or give its path, with --helm or --kustomize");
}

}  // namespace acd::exec
