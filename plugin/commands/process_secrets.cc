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
  for (const char* name : {"SOPS_AGE_KEY", "AGE_PASSPHRASE"}) {
    char* value = std::getenv(name);
    if (value == nullptr) continue;
    ::explicit_bzero(value, std::strlen(value));
    ::unsetenv(name);
  }
}

}  // namespace acd::commands
