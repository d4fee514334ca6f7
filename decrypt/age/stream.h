#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "decrypt/age/byte_stream.h"
#include "decrypt/age/file_key.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// Decrypts what follows an age header: a 16-byte nonce, then chunks of 64 KiB, each authenticated,
/// the last one marked. All or nothing: no prefix on failure.
/// Errors: kInvalidInput "header: ..." (no room for the nonce) or "payload: ..." (no chunk, missing
/// or empty last chunk, trailing data); kAuthFailed "payload: ..." (a chunk does not verify).
/// Spec: C2SP age, "Payload".
Result<SecretBytes> DecryptPayload(const FileKey& file_key, std::span<const std::uint8_t> input);

/// The same, holding one chunk: each goes to `write` once it is authenticated. That a file was cut
/// short or added to shows at its end only, so what was written counts for nothing until this
/// succeeds. Errors: as above, and those of `source` and `write`.
Status DecryptPayloadStream(const FileKey& file_key, BufferedSource& source,
                            const WriteBytes& write);

}  // namespace acd::age
