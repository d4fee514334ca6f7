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
/// How `renderer` ("directory", "helm", "kustomize") treats it.
Support SupportIn(const ParameterInfo& info, std::string_view renderer);
/// Every known name, sorted, separated by commas: for a message. With a renderer, those that it
/// acts upon come first: "a, b; with another renderer: c, d".
std::string KnownParameters(std::string_view renderer = {});
/// The known name that a mistaken one was probably meant to be; empty when none is near.
std::string_view NearestParameter(std::string_view name);
/// What to say of a name that FindParameter does not know: the nearest one, and the known ones as
/// KnownParameters lists them.
std::string UnknownParameterHint(std::string_view name, std::string_view renderer = {});
std::string_view ShapeName(Shape shape);

}  // namespace acd::render
