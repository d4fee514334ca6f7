#pragma once

#include "decrypt/age/file_key.h"
#include "decrypt/age/header.h"
#include "decrypt/age/identity.h"
#include "decrypt/base/check.h"
#include "decrypt/base/result.h"

namespace acd::age {

/// The file key of a header that one of the identities opens and whose MAC then verifies. Native
/// ones are tried first, else in order.
/// Errors: as Decrypt in age.h. What one identity could not do for a reason of its own (a plugin
/// that does not start) counts only if no other opens the file.
Result<FileKey> OpenHeader(const Header& header, const Identities& identities,
                           const Check& check = {});

}  // namespace acd::age
