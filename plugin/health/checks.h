#pragma once

#include <span>
#include <string_view>

namespace acd::health {

/// A script of health-lua/, as Argo CD runs it for objects of one group and kind.
struct Check {
  std::string_view group;  ///< API group, "bitnami.com"
  std::string_view kind;
  std::string_view script;  ///< Lua
};

/// All that this program was built with, by group and kind.
std::span<const Check> Checks();

/// Null: there is none.
const Check* FindCheck(std::string_view group, std::string_view kind);

}  // namespace acd::health
