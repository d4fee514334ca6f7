#include "plugin/commands/terminal.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "decrypt/base/unique_fd.h"

namespace acd::commands {
namespace {

constexpr std::size_t kMaxLength = 4096;

/// The terminal without echo, line editing and signals, put back at the end: a signal would leave
/// it without echo.
class RawTerminal {
 public:
  explicit RawTerminal(int fd) : fd_(fd), changed_(::tcgetattr(fd, &before_) == 0) {
    if (!changed_) return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    changed_ = ::tcsetattr(fd_, TCSAFLUSH, &raw) == 0;
  }
  ~RawTerminal() {
    if (changed_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  bool changed() const { return changed_; }

 private:
  int fd_;
  termios before_ = {};
  bool changed_;
};

void EraseCharacter(SecretBytes& line) {
  bool more = !line.empty();
  while (more) {
    more = line.size() > 1 && (line.Expose().back() & 0xC0U) == 0x80U;  // inside of one, in UTF-8
    line.Resize(line.size() - 1);
  }
}

std::optional<SecretBytes> ReadLine(int fd) {
  constexpr char kInterrupt = 3, kEndOfFile = 4, kBackspace = 8, kKill = 21, kQuit = 28;
  constexpr char kDelete = 127;
  SecretBytes line;
  char c = 0;
  for (;;) {
    const ssize_t got = ::read(fd, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == kInterrupt || c == kQuit) return std::nullopt;
    if (c == '\n' || c == '\r' || c == kEndOfFile) return line;
    if (c == kDelete || c == kBackspace) {
      EraseCharacter(line);
    } else if (c == kKill) {
      line.Resize(0);
    } else if (line.size() < kMaxLength) {
      line.Append(c);
    }
    c = 0;
  }
}

void Print(int fd, const std::string& text) {
  // A terminal that is gone shows in the read that follows.
  [[maybe_unused]] const ssize_t put = ::write(fd, text.data(), text.size());
}

}  // namespace

Result<SecretBytes> AskOnTerminal(const std::string& prompt, Echo echo) {
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) return Fail(Code::kNotFound, "there is no terminal to ask at");
  std::optional<RawTerminal> raw;
  if (echo == Echo::kOff && !raw.emplace(terminal.get()).changed()) {
    return Fail(Code::kUnsupported, "the terminal cannot hide what is typed");
  }
  Print(terminal.get(), prompt + " ");
  auto line = ReadLine(terminal.get());
  if (echo == Echo::kOff) Print(terminal.get(), "\n");
  if (!line) return Fail(Code::kCancelled, "broken off");
  return std::move(*line);
}

}  // namespace acd::commands
