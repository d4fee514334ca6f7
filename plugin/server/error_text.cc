#include "plugin/server/error_text.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "decrypt/base/encoding.h"

namespace acd::server {
namespace {

constexpr std::size_t kMaxCauseLineBytes = 2048;
constexpr std::size_t kMaxHintBytes = 768;
constexpr std::size_t kMaxFieldBytes = 256;
constexpr std::string_view kCut = " [...]";

void ReplaceAll(std::string& text, const std::string& from, std::string_view to) {
  if (from.empty()) return;
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

// Control characters become blanks (they would forge log lines), what is not UTF-8 becomes '?':
// a gRPC message has to be UTF-8.
std::string Printable(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view character = text.substr(i, length);
    if (lead < 0x80) {
      const bool line_end = lead == '\n' && keep_lines;
      out.push_back((lead < 0x20 || lead == 0x7F) && !line_end ? ' ' : text[i]);
      i += 1;
    } else if (character.size() == length && IsUtf8(character)) {
      out += character;
      i += length;
    } else {
      out.push_back('?');
      i += 1;
    }
  }
  return out;
}

// Cuts at a character's border and says so.
std::string Capped(std::string text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes - std::min(max_bytes, kCut.size());
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  text += kCut;
  return text;
}

std::string Field(std::string_view name, const std::string& value) {
  return std::string(name) + ": " + Capped(Printable(value, false), kMaxFieldBytes);
}

}  // namespace

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string ErrorText(const Error& error, const ErrorContext& context) {
  std::string message = error.message;
  if (!context.tree.empty()) ReplaceAll(message, context.tree + "/", "");
  ReplaceAll(message, context.tree, ".");
  ReplaceAll(message, context.run, "<run>");
  ReplaceAll(message, context.workspaces, "<workspace>");
  message = Printable(message, true);

  std::string tail;
  if (!context.application.empty()) tail += Field("application", context.application) + ", ";
  if (!context.project.empty()) tail += Field("project", context.project) + ", ";
  if (!context.source_path.empty()) tail += Field("path", context.source_path) + ", ";
  tail += Field("phase", context.phase);
  if (!error.hint.empty()) {
    tail += "\nhint: " + Capped(Printable(error.hint, false), kMaxHintBytes);
  }

  const std::string_view cause = FirstLine(message);
  std::string text = Capped(std::string(cause), kMaxCauseLineBytes);
  std::string_view rest = std::string_view(message).substr(cause.size());
  while (!rest.empty() && (rest.back() == '\n' || rest.back() == ' ')) rest.remove_suffix(1);
  const std::size_t used = text.size() + 1 + tail.size();
  text += Capped(std::string(rest), kMaxErrorTextBytes - std::min(kMaxErrorTextBytes, used));
  return text + "\n" + tail;
}

}  // namespace acd::server
