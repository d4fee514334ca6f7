#include "plugin/render/glob.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::render {
namespace {

constexpr std::size_t kMaxAlternatives = 1024;
constexpr std::size_t kMaxPattern = 4096;
// Of all alternatives together: each file's name is matched against all of it.
constexpr std::size_t kMaxExpanded = 64U << 10U;

Failure Bad(std::string_view pattern, const char* what) {
  return Fail(Code::kInvalidInput, "glob " + std::string(pattern.substr(0, 200)) + ": " + what);
}

// Code points; a byte that is not UTF-8 stands for itself, as a lone surrogate.
std::u32string Decode(std::string_view text) {
  std::u32string out;
  while (!text.empty()) {
    const auto first = static_cast<std::uint8_t>(text.front());
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (size > text.size() || !IsUtf8(text.substr(0, size))) {
      out += static_cast<char32_t>(0xDC00 + first);
      text.remove_prefix(1);
      continue;
    }
    char32_t c = size == 1 ? first : first & (0x7FU >> size);
    for (const char next : text.substr(1, size - 1)) {
      c = (c << 6U) | (static_cast<std::uint8_t>(next) & 0x3FU);
    }
    out += c;
    text.remove_prefix(size);
  }
  return out;
}

// The index of the bracket that closes the one at `open`, or npos.
std::size_t CloseBrace(std::string_view pattern, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '{') {
      ++depth;
    } else if (pattern[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

std::vector<std::string_view> SplitAlternatives(std::string_view inside) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\') {
      ++i;
    } else if (inside[i] == '{') {
      ++depth;
    } else if (inside[i] == '}') {
      --depth;
    } else if (inside[i] == ',' && depth == 0) {
      parts.push_back(inside.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(inside.substr(begin));
  return parts;
}

}  // namespace

// The first pair of braces per step, until no pattern has one.
Result<std::vector<std::string>> ExpandBraces(std::string_view pattern) {
  std::vector<std::string> done;
  std::size_t expanded = 0;
  std::vector<std::string> open = {std::string(pattern)};
  while (!open.empty()) {
    const std::string current = std::move(open.back());
    open.pop_back();
    std::size_t brace = 0;
    while (brace < current.size() && current[brace] != '{') brace += current[brace] == '\\' ? 2 : 1;
    if (brace >= current.size()) {
      expanded += current.size();
      if (expanded > kMaxExpanded) {
        return Fail(Code::kLimitExceeded, "glob: its alternatives are too long",
                    "name fewer of them in braces");
      }
      done.push_back(current);
      continue;
    }
    const std::size_t close = CloseBrace(current, brace);
    if (close == std::string::npos) return Bad(pattern, "a { without its }");
    const std::string_view inside = std::string_view(current).substr(brace + 1, close - brace - 1);
    auto parts = SplitAlternatives(inside);
    std::reverse(parts.begin(), parts.end());  // the first one comes off the stack first
    for (const std::string_view part : parts) {
      if (open.size() + done.size() >= kMaxAlternatives) {
        return Fail(Code::kLimitExceeded, "glob: more than 1024 alternatives");
      }
      open.push_back(current.substr(0, brace) + std::string(part) + current.substr(close + 1));
    }
  }
  return done;
}

Result<Glob> Glob::Compile(std::string_view pattern, bool separated) {
  if (pattern.size() > kMaxPattern) return Fail(Code::kLimitExceeded, "glob: too long");
  Glob glob;
  glob.separated_ = separated;
  ACD_TRY(const std::vector<std::string> expanded, ExpandBraces(pattern));
  for (const std::string& alternative : expanded) {
    ACD_TRY(auto tokens, Tokenize(alternative, separated));
    glob.alternatives_.push_back(std::move(tokens));
  }
  return glob;
}

// The class that opens at `at`, which is left on its closing bracket. gobwas takes one range or one
// list of characters, doublestar any mixture.
Result<Glob::Token> Glob::TakeClass(std::u32string_view pattern, std::size_t& at, bool separated) {
  Token token;
  token.type = Token::Type::kClass;
  std::size_t j = at + 1;
  if (j < pattern.size() && (pattern[j] == '!' || (separated && pattern[j] == '^'))) {
    token.negated = true;
    ++j;
  }
  const std::size_t first = j;
  const bool list = !separated && !(j + 1 < pattern.size() && pattern[j + 1] == '-');
  while (j < pattern.size() && (pattern[j] != ']' || (separated && j == first))) {
    if (pattern[j] == '\\' && (separated || list) && j + 1 < pattern.size()) ++j;
    const char32_t low = pattern[j++];
    char32_t high = low;
    const bool range = !list && j + 1 < pattern.size() && pattern[j] == '-' &&
                       (!separated || pattern[j + 1] != ']');
    if (range) {
      high = pattern[j + 1];
      j += 2;
    }
    token.ranges.emplace_back(low, high);
    if (!separated && !list) break;
  }
  if (j >= pattern.size()) return Fail(Code::kInvalidInput, "glob: a [ without its ]");
  if (pattern[j] != ']' || token.ranges.empty()) {
    return Fail(Code::kInvalidInput, "glob: between [ and ] stands one range, or one list");
  }
  at = j;
  return token;
}

Result<std::vector<Glob::Token>> Glob::Tokenize(std::string_view text, bool separated) {
  const std::u32string pattern = Decode(text);
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    Token token;
    if (pattern[i] == '\\' && (!separated || i + 1 < pattern.size())) {
      if (++i == pattern.size()) break;  // gobwas drops one at the end
      token.literal = pattern[i];
    } else if (pattern[i] == '?') {
      token.type = Token::Type::kAny;
    } else if (pattern[i] == '*') {
      const std::size_t begin = i;
      while (i + 1 < pattern.size() && pattern[i + 1] == '*') ++i;
      const bool alone = (begin == 0 || pattern[begin - 1] == '/') &&
                         (i + 1 == pattern.size() || pattern[i + 1] == '/');
      token.type = separated && i > begin && alone ? Token::Type::kDoubleStar : Token::Type::kStar;
      // `**/` also stands for no folder at all, so its slash belongs to it.
      if (token.type == Token::Type::kDoubleStar && i + 1 < pattern.size()) {
        ++i;
        token.literal = '/';
      }
    } else if (pattern[i] == '[') {
      ACD_TRY(token, TakeClass(pattern, i, separated));
    } else {
      token.literal = pattern[i];
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

bool Glob::TokenMatches(const Token& token, char32_t c) const {
  switch (token.type) {
    case Token::Type::kLiteral:
      return token.literal == c;
    case Token::Type::kAny:
      return !separated_ || c != '/';
    case Token::Type::kClass: {
      if (separated_ && c == '/') return false;
      bool inside = false;
      for (const auto& [low, high] : token.ranges) inside = inside || (c >= low && c <= high);
      return inside != token.negated;
    }
    case Token::Type::kStar:
    case Token::Type::kDoubleStar:
      return false;
  }
  return false;
}

// Which prefixes of the pattern match the text so far, one character after the other.
bool Glob::MatchesOne(const std::vector<Token>& tokens, std::u32string_view text) const {
  std::vector<char> at(tokens.size() + 1, 0);
  std::vector<char> next(tokens.size() + 1, 0);
  const auto skip_stars = [&](std::vector<char>& states) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Token::Type type = tokens[i].type;
      const bool star = type == Token::Type::kStar || type == Token::Type::kDoubleStar;
      if (states[i] == 1 && star) states[i + 1] = 1;
    }
  };
  at[0] = 1;
  skip_stars(at);
  for (const char32_t c : text) {
    std::fill(next.begin(), next.end(), 0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (at[i] == 0) continue;
      const Token& token = tokens[i];
      if (token.type == Token::Type::kStar) {
        if (!separated_ || c != '/') next[i] = 1;
      } else if (token.type == Token::Type::kDoubleStar) {
        // State 2: inside a folder's name, from which only a slash leads on.
        next[i] = token.literal == '/' && c != '/' ? 2 : 1;
      } else if (at[i] == 1 && TokenMatches(token, c)) {
        next[i + 1] = 1;
      }
    }
    skip_stars(next);
    std::swap(at, next);
  }
  return at[tokens.size()] == 1;
}

bool Glob::Matches(std::string_view text) const {
  const std::u32string characters = Decode(text);
  for (const auto& tokens : alternatives_) {
    if (MatchesOne(tokens, characters)) return true;
  }
  return false;
}

}  // namespace acd::render
