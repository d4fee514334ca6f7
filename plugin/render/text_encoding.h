#pragma once

#include "decrypt/base/secret_bytes.h"

namespace acd::render {

/// A file's text without byte order mark, UTF-16 turned into UTF-8 (Argo CD accepts both).
/// A broken surrogate becomes U+FFFD.
SecretBytes ToUtf8(SecretBytes content);

/// The text with U+FFFD in place of each byte that is not UTF-8, which is what Argo CD makes of it.
SecretBytes ReplaceBrokenUtf8(SecretBytes content);

}  // namespace acd::render
