#pragma once

#include <cstdint>
#include <span>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/stores/store.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Reads one JSON object as a map, `sops` member included; member order and duplicate members are
/// kept. Numbers: int64 where the text is an integer that fits, else double. Lone surrogates and
/// bytes that are not UTF-8 become U+FFFD. What follows the object is not looked at.
/// `content` is borrowed for the call.
/// Errors: kInvalidInput "Could not unmarshal input data: ..." in sops's words (never a value of
/// the document; "EOF" for an empty file); kLimitExceeded (bytes, nodes, nesting).
/// Threads: safe to call concurrently. Spec: sops stores/json, Go encoding/json Decoder.Token.
Result<Node> ReadJson(std::span<const std::uint8_t> content, const Limits& limits);

/// Prints a map as `sops -d` prints a JSON file: one tab (or `options.indent` spaces) per level, a
/// final newline, Go's escapes and number texts. Comments are dropped, a Timestamp is a string.
/// The result is as secret as the tree.
/// Errors: kInvalidInput (infinity or NaN; a document that is not a map).
Result<SecretBytes> WriteJson(const Node& document, const WriteOptions& options);

/// The same for a value anywhere in a tree, without the final newline (sops's `--extract`).
Result<SecretBytes> WriteJsonValue(const Node& value, const WriteOptions& options);

}  // namespace acd::sops
