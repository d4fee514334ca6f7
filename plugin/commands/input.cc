#include "plugin/commands/input.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>

#include "decrypt/base/unique_fd.h"

namespace acd::commands {
namespace {

std::string SystemError() { return std::strerror(errno); }

Result<SecretBytes> ReadAll(int fd, std::size_t max_bytes) {
  SecretBytes content;
  SecretBytes block(std::size_t{64} << 10U);
  while (true) {
    const auto into = block.ExposeMutable();
    const ssize_t got = ::read(fd, into.data(), into.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(Code::kIo, "cannot be read: " + SystemError());
    if (got == 0) return content;
    content.Append(std::span<const std::uint8_t>(into.first(static_cast<std::size_t>(got))));
    if (content.size() > max_bytes) {
      return Fail(Code::kLimitExceeded, "more than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

}  // namespace

Result<SecretBytes> ReadInput(const std::string& file, std::size_t max_bytes) {
  const bool standard = file == "-";
  const UniqueFd fd(standard ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string shown = standard ? "standard input" : file;
  if (fd.get() < 0) {
    const Code code = errno == ENOENT ? Code::kNotFound : Code::kIo;
    return Fail(code, shown + ": " + SystemError());
  }
  auto content = ReadAll(fd.get(), max_bytes);
  if (!content) return Fail(std::move(content).error().With(shown));
  return content;
}

}  // namespace acd::commands
