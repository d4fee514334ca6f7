#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/base/unique_fd.h"

namespace acd::commands {

/// What a message calls a file: `-` is "standard input".
std::string ShownName(const std::string& file);

/// A file, pipe or device; `-` is standard input. Errors name the file: kNotFound, kIo.
Result<UniqueFd> OpenInput(const std::string& file);

/// The whole of a file, pipe or device; `-` is standard input. It may hold secrets.
/// Errors name the file: kNotFound, kIo, kLimitExceeded.
Result<SecretBytes> ReadInput(const std::string& file, std::size_t max_bytes);

/// The whole of what is open. Errors: kIo, kLimitExceeded; without a name.
Result<SecretBytes> ReadWhole(int fd, std::size_t max_bytes);

/// What is there of it now, into `out`; 0 at the end. Errors: kIo, without a name.
Result<std::size_t> ReadSome(int fd, std::span<std::uint8_t> out);

}  // namespace acd::commands
