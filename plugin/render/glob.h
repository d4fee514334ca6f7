#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::render {

/// A pattern as Argo CD matches `directory.include` and `.exclude`: `*`, `**` and `?` match any
/// character, slashes too; `[a-z]` or `[xyz]`, `[!a]`, `{x,y}` and backslash escapes. Spec:
/// gobwas/glob without separators. With `separated`, as in value-file globs: `*`, `?` and classes
/// stop at a slash, and
/// `**` between slashes spans folders. Spec: bmatcuk/doublestar.
class Glob {
 public:
  /// Error: kInvalidInput (unbalanced brackets), kLimitExceeded (too many alternatives).
  static Result<Glob> Compile(std::string_view pattern, bool separated);
  /// Linear memory, at most |pattern| x |text| steps per alternative.
  bool Matches(std::string_view text) const;

 private:
  struct Token {
    enum class Type { kLiteral, kAny, kStar, kDoubleStar, kClass } type = Type::kLiteral;
    char32_t literal = 0;
    bool negated = false;
    std::vector<std::pair<char32_t, char32_t>> ranges = {};
  };
  static Result<std::vector<Token>> Tokenize(std::string_view pattern, bool separated);
  static Result<Token> TakeClass(std::u32string_view pattern, std::size_t& at, bool separated);
  bool TokenMatches(const Token& token, char32_t c) const;
  bool MatchesOne(const std::vector<Token>& tokens, std::u32string_view text) const;

  bool separated_ = false;
  std::vector<std::vector<Token>> alternatives_;
};

/// `{a,b}c` written out: "ac", "bc"; in this order. Errors: those of Glob::Compile.
Result<std::vector<std::string>> ExpandBraces(std::string_view pattern);

}  // namespace acd::render
