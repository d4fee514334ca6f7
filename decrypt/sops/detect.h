#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/sops/stores/store.h"

namespace acd::sops {

/// What ReadStore makes of a SOPS document, errors included, since it had to be read to know that
/// it is one. nullopt: it is none, by the rules of acd::SopsDocument::Detect.
std::optional<Result<std::vector<Node>>> ReadIfEncrypted(std::span<const std::uint8_t> content,
                                                         Format format, const Limits& limits);

}  // namespace acd::sops
