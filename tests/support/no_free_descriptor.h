#pragma once

#include <fcntl.h>
#include <sys/resource.h>

#include <vector>

#include "decrypt/base/unique_fd.h"

namespace acd::testing {

/// While it lives, this process can open nothing, but in the place of what it closes.
class NoFreeDescriptor {
 public:
  NoFreeDescriptor() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    // Above all that is open, so that a descriptor that is closed can be had again; the rest is
    // used up.
    rlim_t highest = 2;
    for (int fd = 0; fd < 4096; ++fd) {
      if (::fcntl(fd, F_GETFD) >= 0) highest = static_cast<rlim_t>(fd);
    }
    const rlimit few = {highest + 1, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (;;) {
      UniqueFd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!next) break;
      taken_.push_back(std::move(next));
    }
  }
  ~NoFreeDescriptor() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoFreeDescriptor(const NoFreeDescriptor&) = delete;
  NoFreeDescriptor& operator=(const NoFreeDescriptor&) = delete;

 private:
  rlimit before_ = {};
  std::vector<UniqueFd> taken_;
};

}  // namespace acd::testing
