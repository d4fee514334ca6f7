#pragma once

#include <string>
#include <string_view>

namespace acd::render {

/// What a parameter may hold.
enum class Shape { kString, kArray, kMap };

/// How a renderer treats a parameter.
enum class Support { kForeign, kUnsupported, kSupported };

/// One known parameter.
struct ParameterInfo {
  std::string_view name;
  Shape shape;
  Support directory;
  Support helm;
  Support kustomize;
};

/// Null for a name that no renderer knows.
const ParameterInfo* FindParameter(std::string_view name);
/// Every known name, sorted, separated by commas: for a message.
std::string KnownParameters();
std::string_view ShapeName(Shape shape);

}  // namespace acd::render
