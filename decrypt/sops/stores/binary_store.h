#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Reads an encrypted binary file: sops's JSON layout with the content in the member `data`.
/// Errors: those of ReadJson.
Result<Node> ReadBinary(std::span<const std::uint8_t> content, const Limits& limits);

/// The bytes of the string `data`, nothing added. Other members are not printed.
/// Errors: kInvalidInput "error emitting binary store: ..." (no `data`, or no string): the input
/// was probably encrypted in another format. Spec: sops stores/json BinaryStore.
Result<SecretBytes> WriteBinary(const std::vector<Node>& documents);

}  // namespace acd::sops
