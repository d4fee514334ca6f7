#include "plugin/commands/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "decrypt/base/system_failure.h"
#include "plugin/commands/await_pipe.h"

namespace acd::commands {

std::string ShownName(const std::string& file) { return file == "-" ? "standard input" : file; }

Result<std::size_t> ReadSome(int fd, std::span<std::uint8_t> out) {
  for (;;) {
    const ssize_t got = ::read(fd, out.data(), out.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (!IsToTryAgain(fd, POLLIN)) return SystemFailure("cannot be read", errno);
  }
}

Result<SecretBytes> ReadWhole(int fd, std::size_t max_bytes) {
  SecretBytes content;
  SecretBytes block(std::size_t{64} << 10U);
  for (;;) {
    ACD_TRY(const std::size_t got, ReadSome(fd, block.ExposeMutable()));
    if (got == 0) return content;
    content.Append(block.Expose().first(got));
    if (content.size() > max_bytes) {
      return Fail(Code::kLimitExceeded, "more than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

namespace {

// Where it is closed at the start, a library has taken its number for something without a file
// type, an eventfd for example, from which nothing would ever come.
bool IsStandardInputClosed() {
  struct stat info {};
  return ::fstat(STDIN_FILENO, &info) != 0 || (info.st_mode & S_IFMT) == 0;
}

}  // namespace

Result<UniqueFd> OpenInput(const std::string& file) {
  if (file == "-" && IsStandardInputClosed()) {
    return Fail(Code::kIo, "standard input is closed", "pipe something into it, or name a file");
  }
  UniqueFd fd(file == "-" ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd) return fd;
  const int error = errno;
  return FileFailure("cannot open " + ShownName(file), error);
}

Result<SecretBytes> ReadInput(const std::string& file, std::size_t max_bytes) {
  ACD_TRY(const UniqueFd fd, OpenInput(file));
  auto content = ReadWhole(fd.get(), max_bytes);
  if (!content) return Fail(std::move(content).error().With(ShownName(file)));
  return content;
}

}  // namespace acd::commands
