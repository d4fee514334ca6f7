#include "decrypt/sops/stores/ini_lines.h"

#include "decrypt/base/go_space.h"

namespace acd::sops {
namespace {

constexpr std::string_view kDelimiters = "=:";
constexpr std::string_view kCommentMarks = "#;";
constexpr std::string_view kTripleQuote = "\"\"\"";

std::string_view WithoutByteOrderMark(std::string_view text) {
  for (const std::string_view mark : {"\xFE\xFF", "\xFF\xFE", "\xEF\xBB\xBF"}) {
    if (text.starts_with(mark)) return text.substr(mark.size());
  }
  return text;
}

/// The quote around a key, or empty. ini.v1 wants room for a second one of three.
std::string_view KeyQuote(std::string_view line) {
  if (line.starts_with('`')) return "`";
  if (!line.starts_with('"')) return {};
  return line.size() > 6 && line.starts_with(kTripleQuote) ? kTripleQuote : "\"";
}

/// The quote that lets a value span lines, or empty.
std::string_view ValueQuote(std::string_view text) {
  if (text.starts_with('`')) return "`";
  return text.size() > 3 && text.starts_with(kTripleQuote) ? kTripleQuote : std::string_view();
}

/// Whether the text stands between two such quotes and has no other.
bool IsQuoted(std::string_view text, char quote) {
  return text.size() >= 2 && text.front() == quote && text.find(quote, 1) == text.size() - 1;
}

}  // namespace

IniLines::IniLines(std::string_view text) : rest_(WithoutByteOrderMark(text)) {}

std::string_view IniLines::Next() {
  const std::size_t end = rest_.find('\n');
  at_end_ = end == std::string_view::npos;
  const std::string_view line = at_end_ ? rest_ : rest_.substr(0, end + 1);
  rest_.remove_prefix(line.size());
  ++number_;
  return line;
}

Failure IniLines::Bad(std::string_view what) const {
  return Fail(Code::kInvalidInput, "Could not unmarshal input data: " + std::string(what) +
                                       ": line " + std::to_string(number_));
}

Result<IniLines::KeyName> IniLines::Key(std::string_view line) const {
  const std::string_view quote = KeyQuote(line);
  const std::size_t start = quote.size();
  std::size_t end = 0;
  if (!quote.empty()) {
    end = line.find(quote, start);
    if (end == std::string_view::npos) return Bad("missing closing key quote");
  }
  const std::size_t delimiter = line.find_first_of(kDelimiters, end + start);
  if (delimiter == std::string_view::npos) return Bad("key-value delimiter not found");
  if (quote.empty() && delimiter == 0) return Bad("empty key name");
  const std::string_view name =
      quote.empty() ? line.substr(0, delimiter) : line.substr(start, end - start);
  return KeyName{TrimGoSpace(name), delimiter + 1};
}

Result<SecretBytes> IniLines::Value(std::string_view text, SecretBytes& comment) {
  text = TrimGoSpaceLeft(text);
  if (text.empty()) return SecretBytes();
  if (const std::string_view quote = ValueQuote(text); !quote.empty()) {
    const std::string_view inside = text.substr(quote.size());
    const std::size_t end = inside.rfind(quote);
    if (end == std::string_view::npos) return QuotedOverLines(inside, quote, comment);
    return SecretBytes::CopyOf(inside.substr(0, end));
  }
  text = TrimGoSpace(text);
  if (text.ends_with('\\')) return Continued(text.substr(0, text.size() - 1));
  if (const std::size_t mark = text.find_first_of(kCommentMarks); mark != std::string_view::npos) {
    comment.Append(text.substr(mark));
    text = TrimGoSpace(text.substr(0, mark));
  }
  if (IsQuoted(text, '\'') || IsQuoted(text, '"')) text = text.substr(1, text.size() - 2);
  return SecretBytes::CopyOf(text);
}

/// Up to the last such quote of a line, unless a backslash ends that line.
Result<SecretBytes> IniLines::QuotedOverLines(std::string_view first, std::string_view quote,
                                              SecretBytes& comment) {
  const std::size_t first_number = number_;
  SecretBytes value = SecretBytes::CopyOf(first);
  while (true) {
    const std::string_view line = Next();
    const std::size_t end = line.rfind(quote);
    if (end == std::string_view::npos) {
      value.Append(line);
      if (!at_end_) continue;
      return Bad("missing closing key quote from line " + std::to_string(first_number));
    }
    if (TrimGoSpace(line.substr(end + quote.size())).ends_with('\\')) {
      value.Append(line);
      continue;
    }
    value.Append(line.substr(0, end));
    const std::size_t mark = line.find_first_of(kCommentMarks, end);
    if (mark != std::string_view::npos) comment.Append(TrimGoSpace(line.substr(mark)));
    return value;
  }
}

SecretBytes IniLines::Continued(std::string_view first) {
  SecretBytes value = SecretBytes::CopyOf(first);
  while (true) {
    std::string_view line = TrimGoSpace(Next());
    if (line.empty()) return value;
    const bool more = line.ends_with('\\');
    if (more) line.remove_suffix(1);
    value.Append(line);
    if (!more) return value;
  }
}

}  // namespace acd::sops
