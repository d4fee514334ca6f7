#include "plugin/tracing/trace_context.h"

#include <algorithm>
#include <cstddef>
#include <span>

namespace acd::tracing {
namespace {

// Spec, 3.2: "00-" trace-id "-" parent-id "-" trace-flags.
constexpr std::size_t kTraceIdAt = 3;
constexpr std::size_t kSpanIdAt = 36;
constexpr std::size_t kFlagsAt = 53;
constexpr std::size_t kSize = 55;

// Spec, 3.3.1: longer ones need not be passed on.
constexpr std::size_t kMaxStateBytes = 512;
constexpr std::size_t kMaxStateMembers = 32;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Lower case only, as the specification has it.
bool ReadHex(std::string_view text, std::span<std::uint8_t> out) {
  const auto digit = [](char c) { return IsDigit(c) ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char high = text[2 * i];
    const char low = text[2 * i + 1];
    for (const char c : {high, low}) {
      if (!IsDigit(c) && (c < 'a' || c > 'f')) return false;
    }
    out[i] = static_cast<std::uint8_t>(digit(high) * 16 + digit(low));
  }
  return true;
}

bool IsZero(std::span<const std::uint8_t> id) {
  return std::all_of(id.begin(), id.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::optional<TraceContext> ParseTraceParent(std::string_view text) {
  if (text.size() < kSize) return std::nullopt;
  for (const std::size_t dash : {kTraceIdAt - 1, kSpanIdAt - 1, kFlagsAt - 1}) {
    if (text[dash] != '-') return std::nullopt;
  }
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext context;
  if (!ReadHex(text, version) || !ReadHex(text.substr(kTraceIdAt), context.trace_id) ||
      !ReadHex(text.substr(kSpanIdAt), context.span_id) || !ReadHex(text.substr(kFlagsAt), flags)) {
    return std::nullopt;
  }
  // Spec, 3.2.2: version ff is forbidden, and a later one than ours may say more behind a dash.
  if (version[0] == 0xFF) return std::nullopt;
  if (text.size() > kSize && (version[0] == 0 || text[kSize] != '-')) return std::nullopt;
  if (IsZero(context.trace_id) || IsZero(context.span_id)) return std::nullopt;
  context.sampled = (flags[0] & 1U) != 0;
  return context;
}

bool IsKeyPart(std::string_view text, std::size_t max_size, bool digit_first) {
  if (text.empty() || text.size() > max_size) return false;
  if (!IsLower(text[0]) && !(digit_first && IsDigit(text[0]))) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsLower(c) || IsDigit(c) || c == '_' || c == '-' || c == '*' || c == '/';
  });
}

// Spec, 3.3.1.3.1: a simple key, or tenant@system.
bool IsStateKey(std::string_view key) {
  const std::size_t at = key.find('@');
  if (at == std::string_view::npos) return IsKeyPart(key, 256, false);
  return IsKeyPart(key.substr(0, at), 241, true) && IsKeyPart(key.substr(at + 1), 14, false);
}

bool IsStateValue(std::string_view value) {
  return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return c >= 0x20 && c <= 0x7E && c != ',' && c != '='; });
}

std::string_view Trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool IsTraceState(std::string_view text) {
  if (text.size() > kMaxStateBytes) return false;
  std::size_t members = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string_view member = Trimmed(text.substr(at, end - at));
    at = end + 1;
    if (member.empty()) continue;  // allowed
    const std::size_t equals = member.find('=');
    if (++members > kMaxStateMembers || equals == std::string_view::npos ||
        !IsStateKey(member.substr(0, equals)) || !IsStateValue(member.substr(equals + 1))) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<TraceContext> ParseTraceContext(std::string_view trace_parent,
                                              std::string_view trace_state) {
  auto context = ParseTraceParent(trace_parent);
  if (context && IsTraceState(trace_state)) context->state = trace_state;
  return context;
}

}  // namespace acd::tracing
