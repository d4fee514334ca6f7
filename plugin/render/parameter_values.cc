#include "plugin/render/parameter_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace acd::render {
namespace {

// Sorted.
constexpr std::array kBooleans = {
    std::string_view("allowEmpty"),
    std::string_view("commonAnnotationsEnvsubst"),
    std::string_view("disableExtensionFilter"),
    std::string_view("forceCommonAnnotations"),
    std::string_view("forceCommonLabels"),
    std::string_view("ignoreMissingComponents"),
    std::string_view("ignoreMissingValueFiles"),
    std::string_view("labelIncludeTemplates"),
    std::string_view("labelWithoutSelector"),
    std::string_view("passCredentials"),
    std::string_view("recurse"),
    std::string_view("skipCrds"),
    std::string_view("skipSchemaValidation"),
    std::string_view("skipTests"),
};

// Kubernetes counts replicas in an int32.
constexpr std::int64_t kMaxCount = 2147483647;

// As Go's strconv.Atoi, which takes a sign.
bool IsCount(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('-')) return false;
  std::int64_t count = -1;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), count);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && count <= kMaxCount;
}

// A key comes from the Application's author.
std::string Quotable(const std::string& key) {
  const bool word = !key.empty() && key.size() <= 128 &&
                    std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return word ? key : "(not a word)";
}

}  // namespace

bool IsBooleanParameter(std::string_view name) {
  return std::binary_search(kBooleans.begin(), kBooleans.end(), name);
}

Result<bool> ReadBoolean(std::string_view name, std::string value, bool fallback) {
  std::transform(value.begin(), value.end(), value.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  if (value.empty()) return fallback;
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  return Fail(Code::kInvalidInput, "parameter " + std::string(name) + ": must be true or false");
}

Status CheckValue(const std::string& name, const Parameter& parameter) {
  if (parameter.string && IsBooleanParameter(name)) {
    ACD_TRY([[maybe_unused]] const bool value, ReadBoolean(name, *parameter.string, false));
  }
  if (name == "renderer" && parameter.string) {
    const std::string& value = *parameter.string;
    if (!value.empty() && value != "directory" && value != "helm" && value != "kustomize") {
      return Fail(Code::kInvalidInput, "parameter renderer: no such renderer",
                  "one of directory, helm, kustomize; without it, what the folder holds decides");
    }
  }
  if (name == "replicas" && parameter.map) {
    for (const auto& [key, count] : *parameter.map) {
      if (IsCount(count)) continue;
      return Fail(Code::kInvalidInput,
                  "parameter replicas: " + Quotable(key) + ": expected a count, 0 to 2147483647");
    }
  }
  return {};
}

}  // namespace acd::render
