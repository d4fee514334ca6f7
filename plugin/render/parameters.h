#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::render {

/// One entry of `spec.source.plugin.parameters`. Absent, empty and set are three different things.
struct Parameter {
  std::optional<std::string> string;
  std::optional<std::vector<std::string>> array;
  std::optional<std::map<std::string, std::string>> map;
};

/// An Application's parameters by name. Names are those of architecture.md, "Names that are fixed".
class Parameters {
 public:
  /// From ARGOCD_APP_PARAMETERS: a JSON array of {name, string|array|map}; "", "null" and "[]" are
  /// no parameters. `renderer`: what the application's folder asks for, so that its parameters are
  /// named first; the parameter `renderer` wins. Errors (kInvalidInput): not such JSON; a name that
  /// no renderer knows, with the nearest one and the list of known ones; the wrong shape for a
  /// known name, or more than one; a name given twice; no value for it (see CheckValue).
  static Result<Parameters> FromJson(std::string_view json, std::string_view renderer = {});
  /// The same for a question that must be answered: what is wrong is left out.
  static Parameters FromJsonLeniently(std::string_view json);
  /// Sets one parameter (`--param name=value`). A list takes one more element each time, a map one
  /// more `key=value`. Errors as above.
  Status Set(const std::string& name, const std::string& value);

  /// Empty when not set.
  std::string String(const std::string& name) const;
  std::vector<std::string> Array(const std::string& name) const;
  std::map<std::string, std::string> Map(const std::string& name) const;
  /// true/false/1/0 in any case; empty is `fallback`. Error: kInvalidInput naming the parameter.
  Result<bool> Bool(const std::string& name, bool fallback) const;
  bool Has(const std::string& name) const;

  /// Whether every parameter that is set to something is one that `renderer` ("directory", "helm",
  /// "kustomize") acts upon, and every value one that its parameter may have (see CheckValue).
  /// Errors: kInvalidInput (it belongs to another renderer, or no such value), kUnsupported (known,
  /// but not acted upon by this version); all name it.
  Status CheckFor(std::string_view renderer) const;

 private:
  Status Add(const std::string& name, Parameter parameter, std::string_view renderer);
  std::map<std::string, Parameter> parameters_;
};

}  // namespace acd::render
