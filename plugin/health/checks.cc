#include "plugin/health/checks.h"

#include <algorithm>

namespace acd::health {

const Check* FindCheck(std::string_view group, std::string_view kind) {
  const std::span<const Check> checks = Checks();
  const auto found = std::find_if(checks.begin(), checks.end(), [&](const Check& check) {
    return check.group == group && check.kind == kind;
  });
  return found == checks.end() ? nullptr : &*found;
}

}  // namespace acd::health
