#pragma once

#include <memory>

#include "decrypt/keys/programs.h"

namespace acd::exec {

/// Starts the programs that hold or open keys: see keys::Programs.
std::shared_ptr<const keys::Programs> MakeKeyPrograms();

}  // namespace acd::exec
