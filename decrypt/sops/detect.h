#pragma once

#include <cstdint>
#include <span>

#include "decrypt/base/limits.h"
#include "decrypt/sops/stores/store.h"

namespace acd::sops {

/// See acd::IsSopsDocument, which is this with the default limits.
bool IsEncryptedDocument(std::span<const std::uint8_t> content, Format format,
                         const Limits& limits);

}  // namespace acd::sops
