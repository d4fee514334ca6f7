#pragma once

#include <cstddef>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::commands {

/// The whole of a file, pipe or device; `-` is standard input. It may hold secrets.
/// Errors name the file: kNotFound, kIo, kLimitExceeded.
Result<SecretBytes> ReadInput(const std::string& file, std::size_t max_bytes);

}  // namespace acd::commands
