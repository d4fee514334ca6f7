#include "plugin/guard/document_splitter.h"

#include <optional>
#include <string>

namespace acd::guard {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSeparator = "---";

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The end of the JSON object that starts at `begin`, or npos.
std::size_t EndOfObject(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return std::string_view::npos;
}

// Objects one after the other and nothing else; nullopt when the text is not that.
std::optional<std::vector<std::string_view>> SplitJson(std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t i = 0;
  while (true) {
    while (i < text.size() && IsSpace(text[i])) ++i;
    if (i == text.size()) return pieces;
    if (text[i] != '{') return std::nullopt;
    const std::size_t end = EndOfObject(text, i);
    if (end == std::string_view::npos) return std::nullopt;
    pieces.push_back(text.substr(i, end - i));
    i = end;
  }
}

// Whether what follows `---` on its line is nothing or a comment.
bool IsBareSeparator(std::string_view rest) {
  for (const char c : rest) {
    if (c == '#') return true;
    if (!IsSpace(c)) return false;
  }
  return true;
}

Failure TooMany(std::size_t limit) {
  return Fail(Code::kLimitExceeded, "more than " + std::to_string(limit) + " documents");
}

}  // namespace

Result<std::vector<std::string_view>> SplitDocuments(std::string_view text,
                                                     std::size_t max_documents) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    if (auto pieces = SplitJson(text)) {
      if (pieces->size() > max_documents) return TooMany(max_documents);
      return *std::move(pieces);
    }
  }
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t newline = text.find('\n', line);
    const std::size_t next = newline == std::string_view::npos ? text.size() : newline + 1;
    if (text.substr(line, kSeparator.size()) == kSeparator) {
      if (!IsBareSeparator(text.substr(line + 3, next - line - 3))) {
        return Fail(Code::kInvalidInput,
                    "document " + std::to_string(pieces.size() + 1) +
                        ": a line starts with --- but is no document separator",
                    "put nothing but a comment behind the --- of a separator, and indent text that "
                    "starts with dashes");
      }
      if (line > begin) pieces.push_back(text.substr(begin, line - begin));
      begin = next;
      if (pieces.size() > max_documents) return TooMany(max_documents);
    }
    line = next;
  }
  if (begin < text.size()) pieces.push_back(text.substr(begin));
  if (pieces.size() > max_documents) return TooMany(max_documents);
  return pieces;
}

}  // namespace acd::guard
