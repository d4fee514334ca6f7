#include "plugin/guard/document_splitter.h"

#include <algorithm>
#include <string>

#include "plugin/guard/json_reader.h"

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

// The JSON objects that stand one after the other at the beginning of `text`, which then begins
// behind them.
std::vector<std::string_view> TakeJson(std::string_view& text) {
  std::vector<std::string_view> pieces;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || text[begin] != '{') return pieces;
    const std::size_t end = EndOfObject(text, begin);
    if (end == std::string_view::npos) return pieces;
    const std::string_view piece = text.substr(begin, end - begin);
    if (!IsJson(piece)) return pieces;
    pieces.push_back(piece);
    text.remove_prefix(end);
  }
}

// What is not JSON behind the first object is YAML, from the next line on when nothing else stands
// on this one.
void SkipLineEnd(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
  text.remove_prefix(begin < text.size() && text[begin] == '\n' ? begin + 1 : begin);
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
  std::vector<std::string_view> pieces = TakeJson(text);
  if (pieces.size() > max_documents) return TooMany(max_documents);
  if (!pieces.empty()) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return pieces;
    if (pieces.size() > 1) {
      return Fail(Code::kInvalidInput,
                  "document " + std::to_string(pieces.size() + 1) +
                      ": neither JSON, as the documents before it, nor the end",
                  "put a --- line between all documents, or between none");
    }
    SkipLineEnd(text);
  }
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
