// Linked into programs that ThreadSanitizer watches. It keeps books on descriptors, but in GCC 12
// does not watch openat and memfd_create: a number that another thread's close left in the books is
// used again unseen, and the next read or close of it looks like a race with that thread. So what
// these two return is put on a number that comes from `open`, which is watched.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

namespace {

// System calls, since ThreadSanitizer would look at `fd` in dup3 and close.
int OnWatchedNumber(int fd, bool close_on_exec) {
  if (fd < 0) return fd;
  const int watched = ::open("/", O_PATH | O_CLOEXEC);
  const int moved =
      watched < 0
          ? -1
          : static_cast<int>(::syscall(SYS_dup3, fd, watched, close_on_exec ? O_CLOEXEC : 0));
  const int error = errno;
  if (watched >= 0 && moved < 0) ::close(watched);
  ::syscall(SYS_close, fd);
  errno = error;
  return moved;
}

}  // namespace

extern "C" {

int openat(int folder, const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return OnWatchedNumber(static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode)),
                         (flags & O_CLOEXEC) != 0);
}

int openat64(int folder, const char* path, int flags, ...) __attribute__((alias("openat")));

int memfd_create(const char* name, unsigned int flags) noexcept {
  return OnWatchedNumber(static_cast<int>(::syscall(SYS_memfd_create, name, flags)),
                         (flags & MFD_CLOEXEC) != 0);
}

}  // extern "C"
