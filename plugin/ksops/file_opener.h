#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::ksops {

/// Decrypts the files that a generator names: with keys at hand, or by asking the server.
class FileOpener {
 public:
  virtual ~FileOpener() = default;
  /// `path`: absolute, or relative to the working directory. The format follows the path's ending.
  /// Errors name the file; a file that is not encrypted is one.
  virtual Result<SecretBytes> Decrypt(const std::string& path) = 0;
};

}  // namespace acd::ksops
