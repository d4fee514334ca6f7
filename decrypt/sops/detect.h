#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/sops/stores/store.h"

namespace acd::sops {

/// What ReadStore makes of a SOPS document, errors included, since it had to be read to know that
/// it is one. nullopt: it is none, by the rules of acd::SopsDocument::Detect.
std::optional<Result<std::vector<Node>>> ReadIfEncrypted(const Content& content, Format format,
                                                         const Limits& limits, SecretBytes* kept);

/// The format that a SOPS document seems to have, by where its metadata stands in the text. Not
/// binary, which is JSON by its looks. nullopt: it shows no metadata.
std::optional<Format> FormatByContent(std::string_view text);

}  // namespace acd::sops
