#include "plugin/render/memfd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "decrypt/base/system_failure.h"

namespace acd::render {
namespace {

Failure Errno(const char* what) {
  return SystemFailure(std::string("memory file: ") + what, errno);
}

}  // namespace

Result<MemoryFile> MemoryFile::Create(const SecretBytes& content) {
  UniqueFd fd(::memfd_create("argocd-decrypt", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return Errno("create");
  auto rest = content.Expose();
  while (!rest.empty()) {
    const ssize_t written = ::write(fd.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Errno("write");
    rest = rest.subspan(static_cast<std::size_t>(written));
  }
  if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) !=
      0) {
    return Errno("seal");
  }
  return MemoryFile(std::move(fd));
}

}  // namespace acd::render
