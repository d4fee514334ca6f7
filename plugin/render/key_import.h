#pragma once

#include <memory>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/keys/key_service.h"

namespace acd::render {

/// The key service of one key file that an Application names (`secrets+age-import://`).
/// `key_file` must be absolute and, symlinks followed, lie in `key_dir`: an Application's author
/// may pick among the keys that the operator mounted, and learn nothing about other files. Errors:
/// kInvalidInput (outside), kNotFound.
Result<std::unique_ptr<keys::KeyService>> ImportKeyFile(const std::string& key_file,
                                                        const std::string& key_dir);

}  // namespace acd::render
