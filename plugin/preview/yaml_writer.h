#pragma once

#include <string>

#include "plugin/preview/value.h"

namespace acd::preview {

/// A value as block-style YAML that reads back as the same value by YAML 1.1 and by 1.2. A text of
/// several lines is a literal block where that keeps it as it is, else a quoted one. Control
/// characters are escaped, so a terminal shows all of it and obeys none. Ends in a line break.
std::string WriteYaml(const Value& value);

}  // namespace acd::preview
