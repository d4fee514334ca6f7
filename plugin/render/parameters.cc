#include "plugin/render/parameters.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "plugin/render/parameter_table.h"
#include "plugin/render/parameter_values.h"

namespace acd::render {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxJsonBytes = 4U << 20U;

Failure Malformed(const std::string& what) {
  return Fail(Code::kInvalidInput, "ARGOCD_APP_PARAMETERS: " + what,
              "expected a JSON array of {name, string|array|map}");
}

// Names come from the Application's author, so a message repeats them only when they are words.
std::string Quotable(const std::string& name) {
  const bool word =
      !name.empty() && name.size() <= 64 &&
      std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return word ? name : "(not a word)";
}

Result<std::vector<std::string>> ReadArray(const Json& json, const std::string& name) {
  std::vector<std::string> values;
  if (!json.is_array()) return Malformed(name + ".array: not an array");
  for (const Json& item : json) {
    if (!item.is_string()) return Malformed(name + ".array: an element is not a string");
    // What the UI writes for an element that was added and not filled in; it names nothing.
    if (std::string value = item.get<std::string>(); !value.empty()) {
      values.push_back(std::move(value));
    }
  }
  return values;
}

Result<std::map<std::string, std::string>> ReadMap(const Json& json, const std::string& name) {
  std::map<std::string, std::string> values;
  if (!json.is_object()) return Malformed(name + ".map: not an object");
  for (const auto& [key, item] : json.items()) {
    if (!item.is_string()) return Malformed(name + ".map: a value is not a string");
    values[key] = item.get<std::string>();
  }
  return values;
}

Result<Parameter> ReadParameter(const Json& entry, const std::string& name) {
  Parameter parameter;
  if (const auto it = entry.find("string"); it != entry.end() && !it->is_null()) {
    if (!it->is_string()) return Malformed(name + ".string: not a string");
    parameter.string = it->get<std::string>();
  }
  if (const auto it = entry.find("array"); it != entry.end() && !it->is_null()) {
    ACD_TRY(parameter.array, ReadArray(*it, name));
  }
  if (const auto it = entry.find("map"); it != entry.end() && !it->is_null()) {
    ACD_TRY(parameter.map, ReadMap(*it, name));
  }
  return parameter;
}

bool HasShape(const Parameter& parameter, Shape shape) {
  switch (shape) {
    case Shape::kString:
      return parameter.string.has_value();
    case Shape::kArray:
      return parameter.array.has_value();
    case Shape::kMap:
      return parameter.map.has_value();
  }
  return false;
}

// Whether setting it asks for anything: "", "false", [] and {} do not.
bool IsSet(const Parameter& parameter) {
  if (parameter.string && !parameter.string->empty() && *parameter.string != "false") return true;
  if (parameter.array && !parameter.array->empty()) return true;
  return parameter.map && !parameter.map->empty();
}

std::string Owners(const ParameterInfo& info) {
  std::string owners;
  for (const std::string_view renderer : {"directory", "helm", "kustomize"}) {
    if (SupportIn(info, renderer) == Support::kForeign) continue;
    if (!owners.empty()) owners += " and ";
    owners += renderer;
  }
  return owners;
}

Failure Unknown(const std::string& name, std::string_view renderer) {
  return Fail(Code::kInvalidInput, "parameter " + Quotable(name) + ": unknown",
              UnknownParameterHint(name, renderer));
}

// Of more than one nobody could say which counts. An empty one beside the right one is how some
// tools write "not this".
Status CheckShape(const std::string& name, Parameter& parameter, Shape wanted) {
  const std::string expected = "must be given as `" + std::string(ShapeName(wanted)) + "`";
  if (!HasShape(parameter, wanted)) {
    return Fail(Code::kInvalidInput, "parameter " + name + ": " + expected);
  }
  const bool others = (wanted != Shape::kString && !parameter.string.value_or("").empty()) ||
                      (wanted != Shape::kArray && parameter.array && !parameter.array->empty()) ||
                      (wanted != Shape::kMap && parameter.map && !parameter.map->empty());
  if (others) {
    return Fail(Code::kInvalidInput,
                "parameter " + name + ": given in more than one form, " + expected + " only");
  }
  if (wanted != Shape::kString) parameter.string.reset();
  if (wanted != Shape::kArray) parameter.array.reset();
  if (wanted != Shape::kMap) parameter.map.reset();
  return {};
}

Result<std::string> NameOf(const Json& entry) {
  if (!entry.is_object()) return Malformed("an element is not an object");
  const auto name = entry.find("name");
  if (name == entry.end() || !name->is_string()) return Malformed("an element has no name");
  return name->get<std::string>();
}

// The parameter `renderer`, found before the others are looked at.
std::string NamedRenderer(const Json& list) {
  for (const Json& entry : list) {
    const auto name = NameOf(entry);
    if (!name || *name != "renderer") continue;
    const auto text = entry.find("string");
    if (text == entry.end() || !text->is_string()) continue;
    std::string renderer = text->get<std::string>();
    for (const char* known : {"directory", "helm", "kustomize"}) {
      if (renderer == known) return renderer;
    }
  }
  return {};
}

}  // namespace

Result<Parameters> Parameters::FromJson(std::string_view json, std::string_view renderer) {
  Parameters parameters;
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) return parameters;
  if (json.size() > kMaxJsonBytes) {
    return Fail(Code::kLimitExceeded, "ARGOCD_APP_PARAMETERS: larger than 4 MiB");
  }
  const Json root = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return Malformed("not JSON");
  if (root.is_null()) return parameters;
  if (!root.is_array()) return Malformed("not an array");
  const std::string named = NamedRenderer(root);
  if (!named.empty()) renderer = named;
  for (const Json& entry : root) {
    ACD_TRY(const std::string name, NameOf(entry));
    ACD_TRY(Parameter parameter, ReadParameter(entry, Quotable(name)));
    ACD_CHECK(parameters.Add(name, std::move(parameter), renderer));
  }
  return parameters;
}

Parameters Parameters::FromJsonLeniently(std::string_view json) {
  Parameters parameters;
  if (json.size() > kMaxJsonBytes) return parameters;
  const Json root = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (!root.is_array()) return parameters;
  for (const Json& entry : root) {
    const auto name = NameOf(entry);
    if (!name) continue;
    auto parameter = ReadParameter(entry, Quotable(*name));
    if (parameter) (void)parameters.Add(*name, *std::move(parameter), {});
  }
  return parameters;
}

Status Parameters::Add(const std::string& name, Parameter parameter, std::string_view renderer) {
  const ParameterInfo* info = FindParameter(name);
  if (info == nullptr) return Unknown(name, renderer);
  const bool absent = !parameter.string && !parameter.array && !parameter.map;
  if (absent) return {};
  ACD_CHECK(CheckShape(name, parameter, info->shape));
  ACD_CHECK(CheckValue(name, parameter));
  if (!parameters_.emplace(name, std::move(parameter)).second) {
    return Fail(Code::kInvalidInput, "parameter " + name + ": given twice",
                "only one of them could count; remove the other");
  }
  return {};
}

Status Parameters::Set(const std::string& name, const std::string& value) {
  const ParameterInfo* info = FindParameter(name);
  if (info == nullptr) return Unknown(name, {});
  Parameter& parameter = parameters_[name];
  switch (info->shape) {
    case Shape::kString:
      parameter.string = value;
      return {};
    case Shape::kArray:
      if (!parameter.array) parameter.array.emplace();
      parameter.array->push_back(value);
      return {};
    case Shape::kMap: {
      const std::size_t equals = value.find('=');
      if (equals == std::string::npos || equals == 0) {
        return Fail(Code::kInvalidInput, "parameter " + name + ": must be given as key=value");
      }
      if (!parameter.map) parameter.map.emplace();
      (*parameter.map)[value.substr(0, equals)] = value.substr(equals + 1);
      return {};
    }
  }
  return {};
}

std::string Parameters::String(const std::string& name) const {
  const auto it = parameters_.find(name);
  return it == parameters_.end() ? std::string() : it->second.string.value_or("");
}

std::vector<std::string> Parameters::Array(const std::string& name) const {
  const auto it = parameters_.find(name);
  if (it == parameters_.end() || !it->second.array) return {};
  return *it->second.array;
}

std::map<std::string, std::string> Parameters::Map(const std::string& name) const {
  const auto it = parameters_.find(name);
  if (it == parameters_.end() || !it->second.map) return {};
  return *it->second.map;
}

Result<bool> Parameters::Bool(const std::string& name, bool fallback) const {
  return ReadBoolean(name, String(name), fallback);
}

bool Parameters::Has(const std::string& name) const { return parameters_.contains(name); }

Status Parameters::CheckFor(std::string_view renderer) const {
  for (const auto& [name, parameter] : parameters_) {
    const ParameterInfo* info = FindParameter(name);
    if (info == nullptr) continue;
    ACD_CHECK(CheckValue(name, parameter));
    if (!IsSet(parameter)) continue;
    switch (SupportIn(*info, renderer)) {
      case Support::kSupported:
        break;
      case Support::kUnsupported:
        return Fail(
            Code::kUnsupported,
            "parameter " + name + ": not supported by this version with " + std::string(renderer),
            "remove it; what it asks for would be missing from the result");
      case Support::kForeign:
        return Fail(Code::kInvalidInput,
                    "parameter " + name + ": belongs to " + Owners(*info) +
                        ", but this application is rendered by " + std::string(renderer),
                    "remove it, or set the parameter renderer");
    }
  }
  return {};
}

}  // namespace acd::render
