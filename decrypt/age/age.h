#pragma once

#include <cstdint>
#include <span>

#include "decrypt/age/identity.h"
#include "decrypt/base/check.h"
#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// How an age file is written down.
enum class Encoding {
  kDetect,  ///< armored if it begins like it, else binary
  kBinary,
  kArmored,  ///< what sops stores; anything else is an error
};

/// Decrypts one age file.
/// `input`: at most `limits.max_document_bytes`; borrowed for the call only.
/// `identities`: tried in order; never retained.
/// Returns the plaintext, owned by the caller, wiped on destruction. All or nothing.
/// Errors: kNoMatchingKey "no identity matched any of the recipients" (or "identity did not match
/// ..." if there is but one; the types of recipients that no identity is for are named);
/// kAuthFailed "bad header MAC" or "payload: ..."; kInvalidInput "invalid armor: ...", "header:
/// ...", "payload: ..."; kLimitExceeded; what kept an identity from being tried (a plugin that does
/// not start), if no other opens the file; that of `check`, which is asked before each identity and
/// while a plugin works. Threads: safe to call concurrently. Blocks on CPU only, and as long as
/// plugins do.
/// Spec: C2SP age v1.
Result<SecretBytes> Decrypt(std::span<const std::uint8_t> input, const Identities& identities,
                            const Limits& limits, Encoding encoding = Encoding::kDetect,
                            const Check& check = {});

}  // namespace acd::age
