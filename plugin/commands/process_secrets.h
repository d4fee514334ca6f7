#pragma once

#include "decrypt/base/result.h"

namespace acd::commands {

/// Keys and plaintext are in this process's memory: it must not be written to a disk, nor be read
/// by a child that runs as the same user. Before the first key is read. Error: kIo.
Status ProtectMemory();

/// Wipes the variables that hold keys, once the key service has read them: /proc/<pid>/environ need
/// not show them any longer. No other thread may read the environment meanwhile.
void ForgetKeyVariables();

}  // namespace acd::commands
