#include <algorithm>
#include <utility>

#include "decrypt/yaml/scanner.h"

namespace acd::yaml {

// "|" and ">": their tokens' texts are always built, for indentation goes and breaks are
// normalised.
bool Scanner::FetchBlockScalar(bool literal) {
  if (!RemoveSimpleKey()) return false;
  simple_key_allowed_ = true;
  const Mark start = Here();
  SkipText(pos_ + 1);

  int chomping = 0;
  std::int32_t increment = 0;
  if (!ScanBlockHeader(start, chomping, increment)) return false;

  std::int32_t indent = 0;
  if (increment > 0) indent = indent_ >= 0 ? indent_ + increment : increment;

  SecretBytes out;
  std::string trailing_breaks;
  if (!ScanBlockBreaks(start, indent, trailing_breaks)) return false;
  std::string_view leading_break;
  bool leading_blank = false;
  while (Column() == indent && *At() != '\0') {
    const bool trailing_blank = IsBlank(At());
    if (!literal && !leading_blank && !trailing_blank && leading_break == "\n") {
      if (trailing_breaks.empty()) out.Append(' ');  // folded
    } else {
      out.Append(leading_break);
    }
    out.Append(trailing_breaks);
    trailing_breaks.clear();
    leading_blank = IsBlank(At());

    const std::int32_t begin = pos_;
    SkipBlanks();
    const std::int32_t end = LineEnd(pos_);
    if (end > pos_) SkipText(end);
    out.Append(TextBetween(begin, end));
    leading_break = ReadBreak();
    if (!ScanBlockBreaks(start, indent, trailing_breaks)) return false;
  }
  if (chomping != -1) out.Append(leading_break);
  if (chomping == 1) out.Append(trailing_breaks);

  Token& token = AddToken(TokenType::kScalar, start);
  token.style = literal ? ScalarStyle::kLiteral : ScalarStyle::kFolded;
  token.text = Keep(std::move(out));
  return true;
}

// The indicators behind "|" or ">" in either order, and the rest of the line.
bool Scanner::ScanBlockHeader(Mark start, int& chomping, std::int32_t& increment) {
  for (int i = 0; i < 2; ++i) {
    const char c = *At();
    if (chomping == 0 && (c == '+' || c == '-')) {
      chomping = c == '+' ? 1 : -1;
      SkipText(pos_ + 1);
    } else if (increment == 0 && IsDigit(c)) {
      if (c == '0') return Refuse(start, "found an indentation indicator equal to 0");
      increment = c - '0';
      SkipText(pos_ + 1);
    }
  }
  SkipBlanks();
  if (*At() == '#') ScanLineComment(start);
  if (!IsBreakOrEnd(At())) return Refuse(start, "did not find expected comment or line break");
  SkipBreak();
  return true;
}

// Skips indentation and adds up empty lines; finds the indentation of the scalar if it is 0 yet.
bool Scanner::ScanBlockBreaks(Mark start, std::int32_t& indent, std::string& breaks) {
  std::int32_t deepest = 0;
  for (;;) {
    while ((indent == 0 || Column() < indent) && *At() == ' ') ++pos_;
    deepest = std::max(deepest, Column());
    if ((indent == 0 || Column() < indent) && *At() == '\t') {
      return Refuse(start, "found a tab character where an indentation space is expected");
    }
    if (!IsBreak(At())) break;
    breaks += ReadBreak();
  }
  if (indent == 0) indent = std::max({deepest, indent_ + 1, 1});
  return true;
}

}  // namespace acd::yaml
