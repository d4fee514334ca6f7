#pragma once

#include "decrypt/age/age.h"
#include "decrypt/age/byte_stream.h"
#include "decrypt/age/identity.h"
#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"

namespace acd::age {

/// Headers of streams are held in memory whole: no more than this.
inline constexpr std::size_t kMaxHeaderBytes = std::size_t{32} << 20U;

/// Decrypts one age file of any size in constant memory, about 256 KiB and the header.
/// Each chunk of 64 KiB goes to `write` once it is authenticated, but that the file is whole shows
/// at its end only: what was written counts for nothing until this succeeds.
/// Errors: as Decrypt in age.h ("invalid armor: ..." may come after chunks were written; of the
/// limits only `max_recipients` counts), and those of `read` and `write`.
/// Threads: safe to call concurrently. Blocks as `read`, `write` and the identities do.
Status DecryptStream(const ReadBytes& read, const WriteBytes& write, const Identities& identities,
                     const Limits& limits, Encoding encoding = Encoding::kDetect);

}  // namespace acd::age
