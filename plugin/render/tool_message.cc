#include "plugin/render/tool_message.h"

#include <algorithm>
#include <vector>

namespace acd::render {
namespace {

constexpr std::size_t kMaxMessage = 3000;
constexpr std::size_t kShortMessage = 1000;
constexpr std::size_t kLastBytes = 800;
constexpr std::size_t kFirstBytes = 2000;
constexpr std::string_view kTemporary = "(a temporary file)";

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// `from` must end where a path component or a number ends.
void ReplaceAll(std::string& text, const std::string& from, std::string_view to) {
  if (from.empty()) return;
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    const std::size_t end = at + from.size();
    if (IsDigit(from.back()) && end < text.size() && IsDigit(text[end])) {
      at = end;
      continue;
    }
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

// Everything below the run folder is ours and named at random.
void ReplaceTemporaries(std::string& text, const std::string& run_dir) {
  if (run_dir.empty()) return;
  for (std::size_t at = text.find(run_dir); at != std::string::npos; at = text.find(run_dir, at)) {
    std::size_t end = at + run_dir.size();
    while (end < text.size() &&
           std::string_view(" \t\n\r\"'`;:,)]}").find(text[end]) == std::string_view::npos) {
      ++end;
    }
    text.replace(at, end - at, kTemporary);
    at += kTemporary.size();
  }
}

// Go's `%v` of a pointer, another one at each attempt.
void HideAddresses(std::string& text) {
  constexpr std::string_view kHeap = "0xc0";
  constexpr std::size_t kMinLength = 10;
  for (std::size_t at = text.find(kHeap); at != std::string::npos; at = text.find(kHeap, at + 2)) {
    const std::size_t end =
        std::min(text.find_first_not_of("0123456789abcdef", at + 2), text.size());
    if (end - at >= kMinLength) text.replace(at, end - at, "0x...");
  }
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t newline = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, newline);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(newline + 1, text.size()));
  }
  return lines;
}

bool IsNoise(std::string_view line) {
  return line.empty() || StartsWith(line, "Use --debug flag") || StartsWith(line, "# Warning:") ||
         StartsWith(line, "hint: ");
}

bool IsCause(std::string_view line) {
  return StartsWith(line, "Error: ") || StartsWith(line, "ksops: ");
}

// The first line that names a cause to the front, the rest in their order.
std::string Arrange(std::string_view text) {
  std::vector<std::string_view> kept;
  for (const std::string_view line : Lines(text)) {
    if (StartsWith(line, "Usage:")) break;
    if (!IsNoise(line)) kept.push_back(line);
  }
  const auto cause = std::find_if(kept.begin(), kept.end(), IsCause);
  if (cause != kept.end()) std::rotate(kept.begin(), cause, cause + 1);
  std::string out;
  for (std::string_view line : kept) {
    if (!out.empty()) {
      out += '\n';
    } else if (StartsWith(line, "Error: ")) {
      line.remove_prefix(7);
    }
    out += line;
  }
  return out;
}

// Without the names that differ at each attempt.
std::string Neutral(std::string_view text, const std::string& root, const std::string& run_dir,
                    const Renames& renames) {
  std::string out(text);
  for (const auto& [from, to] : renames) ReplaceAll(out, from, to);
  ReplaceTemporaries(out, run_dir);
  ReplaceAll(out, root + "/", "");
  ReplaceAll(out, root, ".");
  HideAddresses(out);
  return out;
}

}  // namespace

std::string CleanMessage(std::string_view text, const std::string& root, const std::string& run_dir,
                         const Renames& renames, const guard::Redactor& redactor) {
  std::string out = Arrange(redactor.Apply(Neutral(text, root, run_dir, renames)));
  if (out.size() > kMaxMessage) out = out.substr(0, kMaxMessage) + "... (cut)";
  return out;
}

std::string CommandMessage(std::string_view text, const std::string& root,
                           const std::string& run_dir, const guard::Redactor& redactor) {
  std::string out = redactor.Apply(Neutral(text, root, run_dir, {}));
  if (out.size() <= kShortMessage) return out;
  std::string_view last = std::string_view(out).substr(out.size() - kLastBytes);
  last.remove_prefix(std::min(last.find('\n') + 1, last.size()));  // a whole line, if there is one
  std::string_view first(out.data(), out.size() - last.size());
  const bool is_cut = first.size() > kFirstBytes;
  if (is_cut) first = first.substr(0, kFirstBytes);
  while (first.ends_with('\n')) first.remove_suffix(1);
  return std::string(last) + "\n(before that:)\n" + std::string(first) +
         (is_cut ? "... (cut)" : "");
}

}  // namespace acd::render
