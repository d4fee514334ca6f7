#pragma once

#include <cstdint>
#include <span>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Reads `KEY=value` lines as a map of strings, metadata (`sops_...`) among them. Nothing is
/// trimmed or unquoted; a backslash and an n stand for a line break; a line that begins with `#` is
/// a comment; keys may repeat. `content` is borrowed for the call.
/// Errors: kInvalidInput "invalid dotenv input line: ..." with the line's number and not its text;
/// kLimitExceeded (bytes, lines). Threads: safe to call concurrently. Spec: sops stores/dotenv.
Result<Node> ReadDotenv(std::span<const std::uint8_t> content, const Limits& limits);

/// Prints a map as `sops -d` prints a dotenv file. The result is as secret as the tree.
/// Error: kInvalidInput (a list or a map in it; a document that is no map).
Result<SecretBytes> WriteDotenv(const Node& document);

/// The refusal of anything but a string by itself, in sops's words.
Result<SecretBytes> WriteDotenvValue(const Node& value);

}  // namespace acd::sops
