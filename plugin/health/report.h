#pragma once

#include <span>
#include <string>
#include <string_view>

#include "plugin/health/assess.h"
#include "plugin/preview/objects.h"

namespace acd::health {

/// An object and what its check said.
struct Assessed {
  preview::Identity identity;
  Health health;
};

/// A text in one line that a terminal obeys nothing of, cut when it is long.
std::string OneLine(std::string_view text);

/// One line each under KIND, NAME (with the namespace in front), STATUS and MESSAGE. Texts are
/// shown by OneLine. Empty: no object.
std::string Table(std::span<const Assessed> objects);

/// A JSON list of objects with group, kind, namespace, name, status and message.
std::string Json(std::span<const Assessed> objects);

/// "3 Healthy, 1 Degraded": the statuses by how good they are.
std::string Counts(std::span<const Assessed> objects);

/// How many have this status.
std::size_t Count(std::span<const Assessed> objects, std::string_view status);

}  // namespace acd::health
