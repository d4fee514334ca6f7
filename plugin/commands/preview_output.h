#pragma once

#include <string>

#include "decrypt/base/result.h"

namespace acd::commands {

/// Writes the result to standard output (`path` empty or `-`), or to a file that only its owner can
/// read, also when it replaces one that others could. Errors: kIo, with the path.
Status WritePreview(const std::string& path, const std::string& text);

}  // namespace acd::commands
