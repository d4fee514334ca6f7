#include "plugin/preview/base64_runs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::preview {
namespace {

constexpr std::size_t kMinRun = 8;
constexpr std::size_t kMinWrapped = 60;

bool IsBase64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

std::size_t LineEnd(std::string_view text, std::size_t at, bool slashes) {
  while (at < text.size() && IsBase64(text[at]) && (slashes || text[at] != '/')) ++at;
  return at;
}

// Where the next line's first character is, behind a line break and indentation; `at` if none is.
std::size_t NextLine(std::string_view text, std::size_t at) {
  std::size_t next = at;
  if (next < text.size() && text[next] == '\r') ++next;
  if (next >= text.size() || text[next] != '\n') return at;
  ++next;
  while (next < text.size() && text[next] == ' ') ++next;
  return next < text.size() && IsBase64(text[next]) ? next : at;
}

SecretBytes Decoded(SecretBytes digits) {
  if (digits.size() % 4 == 1) return {};
  while (digits.size() % 4 != 0) digits.Append('=');
  auto decoded = DecodeBase64Go(digits.ExposeText());
  return decoded ? *std::move(decoded) : SecretBytes();
}

Base64Run Find(std::string_view text, std::size_t at, bool whole) {
  std::size_t end = LineEnd(text, at, whole);
  const std::size_t first_line = end - at;
  if (first_line < kMinRun) return {};
  SecretBytes digits = SecretBytes::CopyOf(text.substr(at, first_line));
  if (whole && first_line >= kMinWrapped) {
    for (std::size_t line = first_line; line == first_line;) {
      const std::size_t next = NextLine(text, end);
      if (next == end) break;
      end = LineEnd(text, next, true);
      line = end - next;
      digits.Append(text.substr(next, line));
    }
  }
  for (int i = 0; i < 2 && end < text.size() && text[end] == '='; ++i) ++end;
  return {end - at, Decoded(std::move(digits))};
}

}  // namespace

Base64Run FindBase64Run(std::string_view text, std::size_t at) { return Find(text, at, true); }

Base64Run FindBase64Part(std::string_view text, std::size_t at) { return Find(text, at, false); }

}  // namespace acd::preview
