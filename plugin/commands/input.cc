#include "plugin/commands/input.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "decrypt/base/unique_fd.h"

namespace acd::commands {
namespace {

std::string SystemError() { return std::strerror(errno); }

}  // namespace

Result<std::size_t> ReadSome(int fd, std::span<std::uint8_t> out) {
  for (;;) {
    const ssize_t got = ::read(fd, out.data(), out.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return Fail(Code::kIo, "cannot be read: " + SystemError());
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

Result<SecretBytes> ReadInput(const std::string& file, std::size_t max_bytes) {
  const bool standard = file == "-";
  const UniqueFd fd(standard ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string shown = standard ? "standard input" : file;
  if (fd.get() < 0) {
    const Code code = errno == ENOENT ? Code::kNotFound : Code::kIo;
    return Fail(code, shown + ": " + SystemError());
  }
  auto content = ReadWhole(fd.get(), max_bytes);
  if (!content) return Fail(std::move(content).error().With(shown));
  return content;
}

}  // namespace acd::commands
