#include "plugin/guard/document_splitter.h"

#include <algorithm>
#include <string>

#include "plugin/guard/json_reader.h"

namespace acd::guard {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSeparator = "---";
constexpr std::string_view kNull = "null";

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

// Whether `null` stands at `begin`, as a word.
bool IsNull(std::string_view text, std::size_t begin) {
  const std::string_view rest = text.substr(begin);
  return rest.starts_with(kNull) &&
         (rest.size() == kNull.size() || IsSpace(rest[kNull.size()]) || rest[kNull.size()] == '{');
}

// The JSON objects that stand one after the other at the beginning of `text`, which then begins
// behind them. Behind the first one, nulls are among them.
std::vector<std::string_view> TakeJson(std::string_view& text) {
  std::vector<std::string_view> pieces;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return pieces;
    const bool null = !pieces.empty() && IsNull(text, begin);
    if (!null && text[begin] != '{') return pieces;
    const std::size_t end = null ? begin + kNull.size() : EndOfObject(text, begin);
    if (end == std::string_view::npos) return pieces;
    const std::string_view piece = text.substr(begin, end - begin);
    if (!null && !IsJson(piece)) return pieces;
    pieces.push_back(piece);
    text.remove_prefix(end);
  }
}

// What is not JSON behind the first object is YAML, from the next line on when nothing else stands
// on this one. False when dashes do, and are the last line: Argo CD takes them for a number.
bool SkipLineEnd(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
  const bool at_end = begin < text.size() && text[begin] == '\n';
  text.remove_prefix(at_end ? begin + 1 : begin);
  return at_end || !text.starts_with(kSeparator) || text.find('\n') != std::string_view::npos;
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
    const bool is_yaml = pieces.size() == 1 && SkipLineEnd(text);
    if (!is_yaml) {
      return Fail(Code::kInvalidInput,
                  "document " + std::to_string(pieces.size() + 1) +
                      ": neither JSON, as the documents before it, nor the end",
                  "put a --- line between all documents, or between none");
    }
  }
  std::size_t begin = 0;
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t newline = text.find('\n', line);
    const std::size_t next = newline == std::string_view::npos ? text.size() : newline + 1;
    // As the very first line, `---#` is a word and no separator.
    const bool word = line == 0 && text.starts_with("---#");
    if (text.substr(line, kSeparator.size()) == kSeparator && !word) {
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
