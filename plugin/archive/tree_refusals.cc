#include "plugin/archive/tree_refusals.h"

#include <algorithm>
#include <cerrno>
#include <string>

#include "decrypt/base/system_failure.h"
#include "plugin/archive/entry_path.h"

namespace acd::archive {
namespace {

// Each level costs a system call per change of folder; a hostile archive must not make it
// thousands.
constexpr std::ptrdiff_t kMaxFolders = 128;

}  // namespace

Failure InTheWay(std::string_view path) {
  return Fail(Code::kInvalidInput,
              "archive: " + Printable(path) + ": is there already, as something else");
}

Failure LinkedParent(std::string_view folder, std::string_view path) {
  return Fail(Code::kInvalidInput,
              "illegal symlink parent directory " + Printable(folder) + " for " + Printable(path));
}

Failure NameTooLong(std::string_view path) {
  return Fail(Code::kInvalidInput,
              "archive: " + Printable(path) + ": " + SystemWords(ENAMETOOLONG));
}

Status CheckDepth(std::string_view path) {
  const std::string_view folder = FolderOf(path);
  if (std::count(folder.begin(), folder.end(), '/') < kMaxFolders) return {};
  return Fail(Code::kLimitExceeded, "archive: " + Printable(path) + ": more than " +
                                        std::to_string(kMaxFolders) + " folders deep");
}

}  // namespace acd::archive
