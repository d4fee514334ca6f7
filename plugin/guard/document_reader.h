#pragma once

#include <optional>
#include <string_view>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/yaml/reader.h"

namespace acd::guard {

/// What a rendered document may hold. A tool's output is bounded by its own limit; a large one has
/// more nodes than a SOPS file may have.
Limits ManifestLimits();

/// The object in one piece of SplitDocuments, JSON or YAML. nullopt: there is none (comments,
/// `null`). Errors: kInvalidInput (not YAML, or a second document without a `---` line before it),
/// kLimitExceeded; no text is quoted.
Result<std::optional<yaml::Node>> ReadDocument(std::string_view piece, const Limits& limits);

}  // namespace acd::guard
