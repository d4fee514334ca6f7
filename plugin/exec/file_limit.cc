#include "plugin/exec/file_limit.h"

namespace acd::exec {
namespace {

rlimit before{};
bool raised = false;

}  // namespace

void RaiseFileLimit() {
  if (raised || ::getrlimit(RLIMIT_NOFILE, &before) != 0 || before.rlim_cur == before.rlim_max) {
    return;
  }
  const rlimit all{before.rlim_max, before.rlim_max};
  raised = ::setrlimit(RLIMIT_NOFILE, &all) == 0;  // if not, then not
}

const rlimit* FileLimitBefore() noexcept { return raised ? &before : nullptr; }

}  // namespace acd::exec
