#include "decrypt/sops/stores/yaml_scalar.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "decrypt/base/bytes16.h"
#include "decrypt/base/encoding.h"
#include "decrypt/yaml/resolve.h"

namespace acd::sops {
namespace {

using Style = ScalarPlan::Style;

constexpr std::size_t kBase64Columns = 70;

char32_t CodePointAt(std::string_view text, std::size_t at, std::size_t& width) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const std::uint8_t lead = byte(0);
  width = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (width == 1) return lead;
  char32_t value = lead & (0xFFU >> (width + 1));
  for (std::size_t i = 1; i < width; ++i) value = (value << 6U) | (byte(i) & 0x3FU);
  return value;
}

bool IsBreak(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

// What go-yaml prints unescaped. Nothing above U+FFFF is.
bool IsPrintable(char32_t c) {
  return c == '\n' || (c >= 0x20 && c <= 0x7E) || (c >= 0xA0 && c <= 0xFFFD && c != 0xFEFF);
}

// Those other than the many that decide nothing about the style.
constexpr auto DecidesStyle = [](Bytes16 bytes) {
  return NotPrintableAscii(bytes) | Is(bytes, '#') | Is(bytes, ':');
};

bool NothingDecidesStyle(std::string_view text) {
  constexpr std::size_t kBlock = sizeof(Bytes16);
  if (text.size() < kBlock) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= 0x20 && c <= 0x7E && c != '#' && c != ':'; });
  }
  const std::size_t stop = FindStop(text.data(), text.size(), DecidesStyle);
  return text.size() - stop < kBlock &&
         HighBits(DecidesStyle(LoadBytes16(text.data() + text.size() - kBlock))) == 0;
}

/// What the choice of a style depends on.
struct Analysis {
  bool line_feed = false;  // holds an LF
  bool separator = false;  // holds LS or PS
  bool multiline = false;  // holds any break
  bool plain_allowed = true;
  bool single_allowed = true;
  bool literal_allowed = true;
};

bool StartsLikeIndicator(std::string_view text) {
  constexpr std::string_view kAlways = "#,[]{}&*!|>'\"%@`";
  constexpr std::string_view kBeforeBlank = "-?:";
  const char first = text.front();
  if (kAlways.find(first) != std::string_view::npos) return true;
  const bool blank_follows = text.size() == 1 || text[1] == ' ' || text[1] == '\t';
  if (kBeforeBlank.find(first) != std::string_view::npos && blank_follows) return true;
  return text.substr(0, 3) == "---" || text.substr(0, 3) == "...";
}

Analysis AnalyzePlain(std::string_view text) {
  Analysis result;
  result.plain_allowed = !StartsLikeIndicator(text) && text.front() != ' ' && text.back() != ' ';
  result.literal_allowed = text.back() != ' ';
  return result;
}

/// Of UTF-8.
Analysis Analyze(std::string_view text) {
  Analysis result;
  bool tab = false;
  bool special = false;
  bool space_before_break = false;
  bool space_behind_break = false;
  bool indicator = StartsLikeIndicator(text);
  char32_t previous = '\n';
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); i += width) {
    if (!IsBreak(previous)) {
      // One stays, so that there is a character to look at below.
      const std::size_t skipped = FindStop(text.data() + i, text.size() - i - 1, DecidesStyle);
      i += skipped;
      if (skipped > 0) previous = static_cast<std::uint8_t>(text[i - 1]);
    }
    const char32_t c = CodePointAt(text, i, width);
    const bool is_break = IsBreak(c);
    const bool after_blank = previous == ' ' || previous == '\t' || IsBreak(previous);
    if (c == '#' && i > 0 && after_blank) indicator = true;
    if (c == ':' && i > 0) {
      const char next = i + 1 < text.size() ? text[i + 1] : ' ';
      if (next == ' ' || next == '\t') indicator = true;
    }
    if (c == '\t') tab = true;
    if (c != '\t' && !IsPrintable(c)) special = true;
    if (c == '\n') result.line_feed = true;
    if (c == 0x2028 || c == 0x2029) result.separator = true;
    if (is_break) result.multiline = true;
    if (i > 0 && is_break && previous == ' ') space_before_break = true;
    if (i > 0 && c == ' ' && IsBreak(previous)) space_behind_break = true;
    previous = c;
  }
  const bool outer_space = text.front() == ' ' || text.back() == ' ';
  result.single_allowed = !space_before_break && !space_behind_break && !tab && !special;
  result.plain_allowed = result.single_allowed && !outer_space && !result.multiline && !indicator;
  result.literal_allowed = !space_before_break && !special && text.back() != ' ';
  return result;
}

// YAML 1.1 readers take it for a bool.
bool IsOldBool(std::string_view text) {
  constexpr std::string_view kWords[] = {"y", "Y", "yes", "Yes", "YES", "on",  "On",  "ON",
                                         "n", "N", "no",  "No",  "NO",  "off", "Off", "OFF"};
  return text.size() <= 3 &&
         std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords);
}

// [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?, which YAML 1.1 readers take for a number.
bool IsBase60(std::string_view text) {
  const auto digit = [&](std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
  };
  std::size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  if (!digit(i)) return false;
  while (digit(i) || (i < text.size() && text[i] == '_')) ++i;
  if (i >= text.size() || text[i] != ':') return false;
  while (i < text.size() && text[i] == ':') {
    ++i;
    if (!digit(i)) return false;
    if (digit(i + 1)) {
      if (text[i] > '5') return false;
      ++i;
    }
    ++i;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    while (digit(i) || (i < text.size() && text[i] == '_')) ++i;
  }
  return i == text.size();
}

// Broken into lines if it does not fit on one.
SecretBytes Base64Lines(std::string_view bytes) {
  SecretBytes all = EncodeBase64(AsBytes(bytes));
  if (all.size() < kBase64Columns) return all;
  SecretBytes lines;
  lines.Reserve(all.size() + all.size() / kBase64Columns + 1);
  for (std::string_view rest = all.ExposeText(); !rest.empty();) {
    const std::string_view line = rest.substr(0, kBase64Columns);
    lines.Append(line);
    lines.Append('\n');
    rest.remove_prefix(line.size());
  }
  return lines;
}

void AppendEscape(char32_t c, SecretBytes& out) {
  struct Named {
    char32_t value;
    char name;
  };
  constexpr Named kNamed[] = {{0, '0'},     {7, 'a'},    {8, 'b'},    {9, 't'},      {10, 'n'},
                              {11, 'v'},    {12, 'f'},   {13, 'r'},   {27, 'e'},     {'"', '"'},
                              {'\\', '\\'}, {0x85, 'N'}, {0xA0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
  out.Append('\\');
  for (const Named& named : kNamed) {
    if (named.value != c) continue;
    out.Append(named.name);
    return;
  }
  int digits = 2;
  if (c > 0xFF) digits = 4;
  if (c > 0xFFFF) digits = 8;
  out.Append(digits == 2 ? 'x' : digits == 4 ? 'u' : 'U');
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out.Append("0123456789ABCDEF"[(c >> static_cast<unsigned>(shift)) & 0xFU]);
  }
}

}  // namespace

ScalarPlan PlanString(std::string_view text) {
  ScalarPlan plan;
  plan.text = text;
  const bool is_plain = text.empty() || NothingDecidesStyle(text);
  if (!is_plain && !IsUtf8(text)) {
    plan.base64 = Base64Lines(text);
    plan.text = plan.base64.ExposeText();
    plan.tag = "!!binary";
    plan.multiline = plan.text.find('\n') != std::string_view::npos;
    plan.style = plan.multiline ? Style::kLiteral : Style::kPlain;
    return plan;
  }
  const Analysis analysis = text.empty() ? Analysis()
                            : is_plain   ? AnalyzePlain(text)
                                         : Analyze(text);
  plan.multiline = analysis.multiline;
  if (analysis.line_feed) {
    const bool is_literal = analysis.literal_allowed && text.front() != '\t';
    plan.style = is_literal ? Style::kLiteral : Style::kDoubleQuoted;
    return plan;
  }
  const yaml::Type type = yaml::IsClearlyString(text)
                              ? yaml::Type::kString
                              : yaml::Resolve(text, {}, true, yaml::Rules::kGoYaml3).type;
  if (type == yaml::Type::kMerge) {
    plan.tag = "!!merge";
  } else if (type != yaml::Type::kString || IsOldBool(text) || IsBase60(text) ||
             !analysis.single_allowed || analysis.separator) {
    plan.style = Style::kDoubleQuoted;
  } else if (!analysis.plain_allowed) {
    plan.style = Style::kSingleQuoted;
  }
  return plan;
}

bool NeedsIndentationIndicator(std::string_view literal) {
  std::size_t width = 0;
  return literal.front() == ' ' || IsBreak(CodePointAt(literal, 0, width));
}

std::string_view ChompingIndicator(std::string_view literal) {
  const auto last_start = [](std::string_view text) {
    std::size_t at = text.size() - 1;
    while ((static_cast<std::uint8_t>(text[at]) & 0xC0U) == 0x80) --at;
    return at;
  };
  std::size_t width = 0;
  const std::size_t last = last_start(literal);
  if (!IsBreak(CodePointAt(literal, last, width))) return "-";
  if (last == 0) return "+";
  const std::string_view before = literal.substr(0, last);
  return IsBreak(CodePointAt(before, last_start(before), width)) ? "+" : "";
}

void AppendDoubleQuoted(std::string_view text, SecretBytes& out) {
  out.Append('"');
  std::size_t width = 0;
  std::size_t raw = 0;  // where the characters that need no escape begin
  for (std::size_t i = 0; i < text.size(); i += width) {
    const char32_t c = CodePointAt(text, i, width);
    if (IsPrintable(c) && !IsBreak(c) && c != '"' && c != '\\') continue;
    out.Append(text.substr(raw, i - raw));
    AppendEscape(c, out);
    raw = i + width;
  }
  out.Append(text.substr(raw));
  out.Append('"');
}

}  // namespace acd::sops
