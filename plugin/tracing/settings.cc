#include "plugin/tracing/settings.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "decrypt/base/encoding.h"

namespace acd::tracing {
namespace {

constexpr std::string_view kNotShown = "(not shown)";

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool AllOf(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return IsAlphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

bool IsHost(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return AllOf(host.substr(1, host.size() - 2), ":.%");
  }
  return AllOf(host, ".-_");
}

bool IsPort(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// gRPC ends the process over a name or a value that HTTP/2 does not allow.
bool IsHeaderName(std::string_view name) {
  return AllOf(name, "-_.") && !name.starts_with("grpc-") && !name.ends_with("-bin");
}

bool IsHeaderValue(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

struct Form {
  std::string_view setting;
  char separator;
  std::string_view shape;
  bool (*name)(std::string_view);
  bool (*value)(std::string_view);
};

Result<NamesAndValues> Parse(std::string_view text, const Form& form) {
  NamesAndValues out;
  std::size_t number = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string_view entry = Trimmed(text.substr(at, end - at));
    at = end + 1;
    ++number;
    if (entry.empty()) continue;
    const std::size_t separator = entry.find(form.separator);
    const std::string_view name = Trimmed(entry.substr(0, separator));
    const std::string_view value = separator == std::string_view::npos
                                       ? std::string_view()
                                       : Trimmed(entry.substr(separator + 1));
    if (separator == std::string_view::npos || !form.name(name) || !form.value(value)) {
      return Fail(Code::kInvalidInput, std::string(form.setting) + ": entry " +
                                           std::to_string(number) + " is not " +
                                           std::string(form.shape));
    }
    out.emplace_back(name, value);
  }
  return out;
}

void HideWord(std::string& text, std::string_view word) {
  if (word.size() < kShortestSecret) return;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;) {
    text.replace(at, word.size(), kNotShown);
    at += kNotShown.size();
  }
}

}  // namespace

Status CheckAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && IsHost(text.substr(0, colon)) &&
      IsPort(text.substr(colon + 1))) {
    return {};
  }
  return Fail(
      Code::kInvalidInput, "--otlp-address: is not host:port",
      "the collector's OTLP/gRPC port, without http://, like otel-collector.monitoring:4317");
}

Result<NamesAndValues> ParseHeaders(std::string_view text) {
  auto headers = Parse(text, {.setting = "--otlp-headers",
                              .separator = '=',
                              .shape = "name=value, as gRPC allows it",
                              .name = IsHeaderName,
                              .value = IsHeaderValue});
  if (!headers) return headers;
  for (auto& [name, value] : *headers) {
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return headers;
}

Result<NamesAndValues> ParseAttributes(std::string_view text) {
  return Parse(text, {.setting = "--otlp-attrs",
                      .separator = ':',
                      .shape = "name:value in UTF-8",
                      .name = [](std::string_view name) { return !name.empty() && IsUtf8(name); },
                      .value = IsUtf8});
}

std::string WithoutHeaders(std::string text, const NamesAndValues& headers) {
  for (const auto& [name, value] : headers) {
    HideWord(text, value);
    // "Bearer TOKEN": a peer may repeat the token alone.
    for (std::size_t at = 0; at < value.size();) {
      const std::size_t end = std::min(value.find(' ', at), value.size());
      HideWord(text, std::string_view(value).substr(at, end - at));
      at = end + 1;
    }
  }
  return text;
}

}  // namespace acd::tracing
