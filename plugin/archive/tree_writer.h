#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/unique_fd.h"

namespace acd::archive {

/// Creates files below a folder, always relative to open folders and never through a symlink.
/// Paths are clean, relative and not "." (EntryPath). Permission bits are set exactly, whatever
/// the umask keeps from others than the owner.
/// Errors: kInvalidInput (something else is in the way, a name is too long), kLimitExceeded (too
/// deep), kIo.
class TreeWriter {
 public:
  /// `root_fd` is borrowed. `missing_mode`: of folders that no call of MakeFolder is about.
  TreeWriter(int root_fd, mode_t missing_mode) : root_fd_(root_fd), missing_mode_(missing_mode) {}

  /// Makes a folder unless it is there.
  Status MakeFolder(std::string_view path, mode_t mode);
  /// Makes a file and opens it for writing; an earlier file of that name is replaced.
  Result<UniqueFd> MakeFile(std::string_view path, mode_t mode);
  Status MakeSymlink(std::string_view path, const std::string& target);

 private:
  /// The open folder that holds `path`; missing ones are made. Valid until the next call.
  /// Entries come in lexical order, so it mostly is the one of the call before.
  Result<int> Parent(std::string_view path);
  /// Returns 0 or an error number.
  int MakeOneFolder(int parent, const std::string& name, mode_t mode);
  /// Whether the umask is known to leave these bits.
  bool IsKept(mode_t mode) const { return (mode & ~kept_) == 0; }
  /// Whether it left them to what was just made; if so, that is known from then on.
  bool HasMode(mode_t mode, const struct stat& made);

  /// No umask that a program can live with takes anything from the owner; the others' bits are
  /// learnt, so that it need not be asked for each entry.
  mode_t kept_ = 0700;
  int root_fd_;
  mode_t missing_mode_;
  std::string parent_path_;
  UniqueFd parent_;
};

}  // namespace acd::archive
