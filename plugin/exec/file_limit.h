#pragma once

#include <sys/resource.h>

namespace acd::exec {

/// Lets this process have as many files open as its hard limit allows: a request has some ten, and
/// a container's soft limit is often 1024. Go's runtime does the same. Programs that are started
/// later get the limit that there was, since some look at each number below it. Once, before there
/// are threads.
void RaiseFileLimit();

/// The limit that there was; null: it was not raised. Safe to call between fork and exec.
const rlimit* FileLimitBefore() noexcept;

}  // namespace acd::exec
