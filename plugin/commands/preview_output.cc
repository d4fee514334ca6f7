#include "plugin/commands/preview_output.h"

#include <sys/stat.h>

#include <cerrno>

#include "decrypt/base/secret_bytes.h"
#include "decrypt/base/system_failure.h"
#include "plugin/commands/output_file.h"

namespace acd::commands {
namespace {

// OutputFile gives a file the mode of the one that it replaces.
Status CloseToOthers(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || (info.st_mode & 077U) == 0) {
    return {};
  }
  if (::chmod(path.c_str(), 0600) == 0) return {};
  return SystemFailure(path + ": others may read it", errno);
}

}  // namespace

Status WritePreview(const std::string& path, const std::string& text) {
  OutputFile file(path);
  if (!file.is_standard()) ACD_CHECK(CloseToOthers(path));
  ACD_CHECK(file.Write(AsBytes(text)));
  return file.Finish();
}

}  // namespace acd::commands
