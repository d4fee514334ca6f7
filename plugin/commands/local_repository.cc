#include "plugin/commands/local_repository.h"

#include <filesystem>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "decrypt/decrypt.h"
#include "plugin/archive/copy_tree.h"
#include "plugin/render/parallel.h"

namespace acd::commands {
namespace {

std::vector<std::string> Excluded(const std::string& root, const std::string& workspace) {
  std::vector<std::string> patterns{".git"};
  std::error_code error;
  const auto work = std::filesystem::canonical(workspace, error).parent_path();
  if (error) return patterns;
  const std::string relative = work.lexically_relative(root).string();
  if (relative.empty() || relative.starts_with("..")) return patterns;
  std::string pattern;
  for (const char c : relative) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  patterns.push_back(std::move(pattern));
  return patterns;
}

}  // namespace

LocalRepository::LocalRepository(server::RequestMetadata metadata, std::string root,
                                 const std::string& workspace)
    : metadata_(std::move(metadata)),
      root_(std::move(root)),
      excluded_(Excluded(root_, workspace)) {}

Status LocalRepository::ReadFiles(int root_fd, const archive::UnpackOptions& options,
                                  const exec::Budget& budget, archive::UnpackStats& stats) {
  ACD_TRY(stats, archive::CopyTree(root_, excluded_, root_fd, options,
                                   [&budget] { return budget.Check(); }));
  return {};
}

Result<std::string> RealFolder(const std::string& path) {
  std::error_code error;
  const auto real = std::filesystem::canonical(path, error);
  if (error == std::errc::no_such_file_or_directory) {
    return Fail(Code::kNotFound, path + ": no such folder");
  }
  if (error) return SystemFailure(path, error.value());
  if (!std::filesystem::is_directory(real, error)) {
    return Fail(Code::kInvalidInput, path + ": not a folder");
  }
  return real.string();
}

std::jthread WarmUp() {
  const auto load = [] {
    try {
      LoadCiphers();
    } catch (const std::bad_alloc&) {  // whoever needs them will find out
    }
  };
  try {
    return render::StartBeside(load);
  } catch (const std::system_error&) {
    return {};  // no thread to be had: the first file does it
  }
}

}  // namespace acd::commands
