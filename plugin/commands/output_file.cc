#include "plugin/commands/output_file.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "decrypt/base/system_failure.h"
#include "plugin/commands/await_pipe.h"

namespace acd::commands {
namespace {

constexpr mode_t kOwnerOnly = 0600;

// The file that a path leads to, so that a symbolic link is kept.
std::string Resolve(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) != nullptr ? resolved : path;
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string RandomSuffix() {
  unsigned char bytes[6] = {};
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return "";
  std::string text;
  for (const unsigned char byte : bytes) text += static_cast<char>('a' + byte % 26);
  return text;
}

}  // namespace

Failure OutputFile::Trouble() const {
  const int error = errno;
  if (is_standard()) {
    return SystemFailure("cannot write the result", error,
                         "standard output goes where there is no room, or no reader");
  }
  return SystemFailure("cannot write " + path_, error,
                       "its folder must be writable, and have room for the whole of it");
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

// Best without a name, so that nothing is left even if the process is killed; not all file systems
// can.
Status OutputFile::OpenTemporary() {
  replaces_ = true;
  file_.Reset(::open(FolderOf(path_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kOwnerOnly));
  if (file_) return {};
  temporary_ = path_ + "." + RandomSuffix();
  file_.Reset(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (file_) return {};
  temporary_.clear();
  return Trouble();
}

Status OutputFile::Open() {
  if (file_) return {};
  if (is_standard()) {
    file_.Reset(::dup(STDOUT_FILENO));
    if (!file_) return Trouble();
    return {};
  }
  path_ = Resolve(path_);
  struct stat found = {};
  const bool exists = ::stat(path_.c_str(), &found) == 0;
  if (exists && !S_ISREG(found.st_mode)) {  // a pipe or a device has no "whole"
    file_.Reset(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file_) return Trouble();
    return {};
  }
  ACD_CHECK(OpenTemporary());
  if (exists && ::fchmod(file_.get(), found.st_mode & 07777U) != 0) return Trouble();
  return {};
}

Status OutputFile::Write(std::span<const std::uint8_t> bytes) {
  ACD_CHECK(Open());
  while (!bytes.empty()) {
    const ssize_t put = ::write(file_.get(), bytes.data(), bytes.size());
    if (put < 0 && IsToTryAgain(file_.get(), POLLOUT)) continue;
    if (put < 0) return Trouble();
    written_ = true;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

// Gives a file without a name one that is not the final one, which may be taken.
Result<std::string> OutputFile::LinkTemporary() const {
  std::string name = path_ + "." + RandomSuffix();
  const std::string self = "/proc/self/fd/" + std::to_string(file_.get());
  if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return Trouble();
  }
  return name;
}

Status OutputFile::Finish() {
  ACD_CHECK(Open());  // an empty result makes an empty file
  if (!replaces_) return {};
  if (temporary_.empty()) {
    ACD_TRY(temporary_, LinkTemporary());
  }
  if (::close(file_.Release()) != 0) return Trouble();  // what a network file system says late
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return Trouble();
  temporary_.clear();
  return {};
}

Status PrintResult(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return {};
  OutputFile output("-");
  return output.Write(bytes);
}

}  // namespace acd::commands
