#pragma once

#include <string>

namespace acd::commands {

/// Where plaintext may be written when nobody says: $ARGOCD_CMP_WORKDIR, else the first of $TMPDIR,
/// /tmp and /dev/shm that is in memory, else /tmp (which WorkspaceRoot then refuses, with a hint).
std::string DefaultWorkdir();

}  // namespace acd::commands
