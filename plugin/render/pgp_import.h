#pragma once

#include <memory>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/keys/key_tools.h"

namespace acd::render {

/// The key service of one file of PGP secret keys, for a document that names it
/// (`secrets+gpg-import://` of helm-secrets). It has a keyring of its own in memory, made when it
/// is first asked, which goes with it. Whether that file may be used is the caller's to check.
/// `tools`: null is an error. Errors: kNotFound, kIo, kInvalidInput (no usable key in the file),
/// kUnsupported.
Result<std::unique_ptr<keys::KeyService>> PgpKeyFile(const std::string& path,
                                                     std::shared_ptr<const keys::KeyTools> tools);

}  // namespace acd::render
