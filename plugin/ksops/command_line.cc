// Linked into the small program, too: no streams, no filesystem library, nothing that takes time
// at a process's start.
#include "plugin/ksops/command_line.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/ksops/broker_protocol.h"

namespace acd::ksops {
namespace {

Result<SecretBytes> ReadAll(int fd, const std::string& name) {
  constexpr std::size_t kStep = 16U << 10U;
  SecretBytes out;
  while (true) {
    const std::size_t have = out.size();
    out.Resize(have + kStep);
    const ssize_t got = ::read(fd, out.ExposeMutable().data() + have, kStep);
    out.Resize(have + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) return out;
    if (got < 0 && errno != EINTR) return SystemFailure(name + ": cannot be read", errno);
    if (out.size() > kMaxInput) return Fail(Code::kLimitExceeded, name + ": larger than 16 MiB");
  }
}

Result<SecretBytes> ReadManifest(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd && errno == ENOENT) return Fail(Code::kNotFound, file + ": no such file");
  if (!fd) return SystemFailure(file + ": cannot be opened", errno);
  return ReadAll(fd.get(), file);
}

bool Write(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

const char* const kUsage =
    "Usage: ksops [FILE]\n"
    "\n"
    "A KSOPS generator for kustomize: decrypts the files that a generator manifest names.\n"
    "  ksops FILE   evaluates a manifest (apiVersion viaduct.ai/v1, kind ksops); - is standard "
    "input\n"
    "  ksops        evaluates a KRM ResourceList from standard input, as kustomize calls it\n"
    "\n"
    "Example: ksops secret-generator.yaml\n"
    "Example: kustomize build --enable-alpha-plugins --enable-exec .\n";

Wanted ReadArguments(std::span<char*> args) {
  if (args.size() == 2) {
    const std::string_view file = args[1];
    if (file == "--help" || file == "-h") return Wanted::kHelp;
    return file.starts_with('-') && file != "-" ? Wanted::kWrongUsage : Wanted::kCall;
  }
  return args.size() == 1 && ::isatty(STDIN_FILENO) == 0 ? Wanted::kCall : Wanted::kWrongUsage;
}

Result<Call> ReadCall(std::span<char*> args) {
  Call call;
  std::array<char, PATH_MAX> directory{};
  if (::getcwd(directory.data(), directory.size()) == nullptr) {
    return SystemFailure("no working directory", errno);
  }
  call.directory = directory.data();
  if (args.size() == 2) call.kind = Call::Kind::kManifest;
  const bool is_file = args.size() == 2 && std::string_view(args[1]) != "-";
  ACD_TRY(call.input, is_file ? ReadManifest(args[1]) : ReadAll(STDIN_FILENO, "standard input"));
  return call;
}

int Print(const Answer& answer) {
  Write(STDERR_FILENO, answer.err);
  if (Write(STDOUT_FILENO, answer.out.ExposeText())) return answer.exit_code;
  Write(STDERR_FILENO, "ksops: standard output: cannot be written\n");
  return 1;
}

}  // namespace acd::ksops
