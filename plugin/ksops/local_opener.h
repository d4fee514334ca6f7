#pragma once

#include <string>

#include "decrypt/keys/key_service.h"
#include "plugin/ksops/file_opener.h"

namespace acd::ksops {

/// Opens files with keys of this process: on a laptop, or in CI.
class LocalOpener : public FileOpener {
 public:
  /// `keys` is borrowed for the lifetime of this object.
  explicit LocalOpener(keys::KeyService& keys) : keys_(keys) {}
  Result<SecretBytes> Decrypt(const std::string& path) override;

 private:
  keys::KeyService& keys_;
};

}  // namespace acd::ksops
