#include "plugin/commands/process_secrets.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>
#include <cstring>

namespace acd::commands {

Status ProtectMemory() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return Fail(Code::kIo, "core dumps: cannot be switched off");
  }
  return {};
}

void ForgetKeyVariables() {
  if (char* value = std::getenv("SOPS_AGE_KEY"); value != nullptr) {
    ::explicit_bzero(value, std::strlen(value));
    ::unsetenv("SOPS_AGE_KEY");
  }
}

}  // namespace acd::commands
