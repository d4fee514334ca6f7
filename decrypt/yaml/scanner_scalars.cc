#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "decrypt/base/bytes16.h"
#include "decrypt/base/encoding.h"
#include "decrypt/yaml/scanner.h"

namespace acd::yaml {
namespace {

// The escapes that stand for a fixed text; empty for any other character.
std::string_view FixedEscape(char c) {
  switch (c) {
    case '0':
      return {"\0", 1};
    case 'a':
      return "\a";
    case 'b':
      return "\b";
    case 't':
    case '\t':
      return "\t";
    case 'n':
      return "\n";
    case 'v':
      return "\v";
    case 'f':
      return "\f";
    case 'r':
      return "\r";
    case 'e':
      return "\x1B";
    case ' ':
      return " ";
    case '"':
      return "\"";
    case '\'':
      return "'";
    case '\\':
      return "\\";
    case 'N':
      return "\xC2\x85";
    case '_':
      return "\xC2\xA0";
    case 'L':
      return "\xE2\x80\xA8";
    case 'P':
      return "\xE2\x80\xA9";
    default:
      return {};
  }
}

int HexEscapeLength(char c) {
  switch (c) {
    case 'x':
      return 2;
    case 'u':
      return 4;
    case 'U':
      return 8;
    default:
      return 0;
  }
}

bool IsFlowIndicator(char c) {
  return c == ',' || c == '?' || c == '[' || c == ']' || c == '{' || c == '}';
}

// What a run of a plain scalar may end at: all else does not have to be looked at twice.
constexpr auto kMayEndRun = [] {
  std::array<bool, 256> table{};
  // NUL, the first bytes of the breaks (of NEL, and of LS and PS, among them), `:`, and the flow
  // indicators.
  for (const char c : {'\0', '\t', '\n', '\r', ' ', '\xC2', '\xE2', ':'}) {
    table[static_cast<unsigned char>(c)] = true;
  }
  for (const char c : {',', '?', '[', ']', '{', '}'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

// Those that may end a run, and all that is no ASCII.
constexpr auto MayEndRun = [](Bytes16 bytes) {
  return BelowOrNotAscii(bytes, '!') | Is(bytes, ':');
};
constexpr auto MayEndFlowRun = [](Bytes16 bytes) {
  const Bytes16 folded = bytes & 0xDF;  // '[' and ']' differ from '{' and '}' in one bit
  return MayEndRun(bytes) | Is(bytes, ',') | Is(bytes, '?') | Is(folded, '[') | Is(folded, ']');
};

}  // namespace

// Lines are joined as they come: a view of the input will do until there is a second one.
bool Scanner::FetchPlainScalar() {
  if (!SaveSimpleKey()) return false;
  simple_key_allowed_ = false;
  const Mark start = Here();
  SecretBytes folded;              // the lines before the last one
  std::int32_t line_begin = pos_;  // the text of the last line
  std::int32_t line_end = pos_;
  Fold fold;

  while (!AtDocumentIndicator() && *At() != '#') {
    const std::int32_t begin = pos_;
    SkipPlainRun();
    if (pos_ > begin) {
      if (fold.active) {
        folded.Append(TextBetween(line_begin, line_end));
        fold.AppendTo(folded);
        line_begin = begin;
      }
      line_end = pos_;
    }
    if (!IsBlank(At()) && !IsBreak(At())) break;
    if (!SkipPlainBlanks(start, fold)) return false;
    if (flow_level_ == 0 && Column() <= indent_) break;
  }

  Token& token = AddToken(TokenType::kScalar, start);
  token.text = TextBetween(line_begin, line_end);
  if (!folded.empty()) {
    folded.Append(token.text);
    token.text = Keep(std::move(folded));
  }
  if (fold.active) simple_key_allowed_ = true;
  return true;
}

// Moves behind the characters of a plain scalar that are not parted by blanks: SkipText, without a
// second look at what is nearly always all of the input.
void Scanner::SkipPlainRun() {
  const std::int32_t begin = pos_;
  for (;; ++pos_) {
    const std::size_t left = size_ - static_cast<std::size_t>(pos_);
    pos_ += static_cast<std::int32_t>(flow_level_ > 0 ? FindStop(At(), left, MayEndFlowRun)
                                                      : FindStop(At(), left, MayEndRun));
    for (; !kMayEndRun[static_cast<unsigned char>(*At())]; ++pos_) {
      if (IsContinuation(*At())) ++continuations_;
    }
    if (IsBlankOrEnd(At())) break;
    if (*At() == ':' && IsBlankOrEnd(At() + 1)) break;
    if (flow_level_ > 0 && IsFlowIndicator(*At())) break;
  }
  if (pos_ > begin) newlines_ = 0;
}

bool Scanner::SkipPlainBlanks(Mark start, Fold& fold) {
  for (;;) {
    if (IsBlank(At())) {
      if (fold.active && Column() <= indent_ && *At() == '\t') {
        return Refuse(start, "found a tab character that violates indentation");
      }
      ++pos_;
    } else if (IsBreak(At())) {
      fold.Add(ReadBreak());
    } else {
      return true;
    }
  }
}

bool Scanner::FetchQuotedScalar(char quote) {
  if (!SaveSimpleKey()) return false;
  simple_key_allowed_ = false;
  const Mark start = Here();
  SkipText(pos_ + 1);
  Token& token = AddToken(TokenType::kScalar, start);
  token.style = quote == '"' ? ScalarStyle::kDoubleQuoted : ScalarStyle::kSingleQuoted;
  // Nearly always it is one line without escapes: a view will do.
  std::int32_t end = pos_;
  end += static_cast<std::int32_t>(FindStop(
      text_ + end, size_ - static_cast<std::size_t>(end),
      [&](Bytes16 bytes) { return MayEndLine(bytes) | Is(bytes, quote) | Is(bytes, '\\'); }));
  while (text_[end] != quote && text_[end] != '\\' && !IsBreakOrEnd(text_ + end)) ++end;
  if (text_[end] == quote && (quote == '"' || text_[end + 1] != quote)) {
    token.text = TextBetween(pos_, end);
    SkipText(end);
  } else {
    SecretBytes out;
    if (!ScanQuotedBody(quote, start, out)) return false;
    token.text = Keep(std::move(out));
  }
  SkipText(pos_ + 1);
  return true;
}

bool Scanner::ScanQuotedBody(char quote, Mark start, SecretBytes& out) {
  for (;;) {
    if (AtDocumentIndicator()) return Refuse(start, "found unexpected document indicator");
    if (*At() == '\0') return Refuse(start, "found unexpected end of stream");
    bool escaped_break = false;
    if (!ScanQuotedRun(quote, start, out, escaped_break)) return false;
    if (*At() == quote) return true;
    ScanQuotedBlanks(escaped_break, out);
  }
}

// Characters that are neither blanks nor breaks, up to the closing quote or an escaped break.
bool Scanner::ScanQuotedRun(char quote, Mark start, SecretBytes& out, bool& escaped_break) {
  while (!IsBlankOrEnd(At())) {
    if (*At() == quote) {
      if (quote == '"' || At()[1] != quote) return true;
      out.Append(quote);
      SkipText(pos_ + 2);
    } else if (quote == '"' && *At() == '\\') {
      if (IsBreak(At() + 1)) {
        SkipText(pos_ + 1);
        SkipBreak();
        escaped_break = true;
        return true;
      }
      if (!ScanEscape(start, out)) return false;
    } else {
      std::int32_t end = pos_;
      while (!IsBlankOrEnd(text_ + end) && text_[end] != quote &&
             (quote == '\'' || text_[end] != '\\')) {
        ++end;
      }
      out.Append(TextBetween(pos_, end));
      SkipText(end);
    }
  }
  return true;
}

bool Scanner::ScanEscape(Mark start, SecretBytes& out) {
  const char kind = At()[1];
  const int digits = HexEscapeLength(kind);
  if (digits == 0) {
    const std::string_view fixed = FixedEscape(kind);
    if (fixed.empty()) return Refuse(start, "found unknown escape character");
    out.Append(fixed);
    SkipText(pos_ + 2);
    return true;
  }
  SkipText(pos_ + 2);
  std::uint32_t value = 0;
  for (int i = 0; i < digits; ++i) {
    const int digit = HexValue(At()[i]);
    if (digit < 0) return Refuse(start, "did not find expected hexdecimal number");
    value = (value << 4U) + static_cast<std::uint32_t>(digit);
  }
  if ((value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) {
    return Refuse(start, "found invalid Unicode character escape code");
  }
  AppendUtf8(value, out);
  SkipText(pos_ + digits);
  return true;
}

// Blanks and breaks inside quotes: kept on a line, folded across lines.
void Scanner::ScanQuotedBlanks(bool escaped_break, SecretBytes& out) {
  Fold fold;
  fold.active = escaped_break;
  const std::int32_t begin = pos_;
  std::int32_t end = pos_;
  for (;;) {
    if (IsBlank(At())) {
      ++pos_;
      if (!fold.active) end = pos_;
    } else if (IsBreak(At())) {
      fold.Add(ReadBreak());
    } else {
      break;
    }
  }
  if (fold.active) {
    fold.AppendTo(out);
  } else {
    out.Append(TextBetween(begin, end));
  }
}

void Scanner::Fold::Add(std::string_view line_break) {
  if (active) {
    more += line_break;
  } else {
    first = line_break;
    active = true;
  }
}

void Scanner::Fold::AppendTo(SecretBytes& out) {
  if (first != "\n") {
    out.Append(first);
  } else if (more.empty()) {
    out.Append(' ');
  }
  out.Append(more);
  *this = {};
}

}  // namespace acd::yaml
