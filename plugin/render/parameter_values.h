#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "plugin/render/parameters.h"

namespace acd::render {

/// Whether a parameter is a text that must be true, false, 1, 0 or empty.
bool IsBooleanParameter(std::string_view name);

/// true/false/1/0 in any case; empty is `fallback`. Error: kInvalidInput naming the parameter.
Result<bool> ReadBoolean(std::string_view name, std::string value, bool fallback);

/// Whether a value, of the right shape, is one that its parameter may have: booleans, the
/// renderer's name, counts of replicas. Checked whether or not the renderer comes to read it.
/// Error: kInvalidInput naming the parameter and what it takes.
Status CheckValue(const std::string& name, const Parameter& parameter);

}  // namespace acd::render
