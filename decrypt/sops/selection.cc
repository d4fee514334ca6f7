#include "decrypt/sops/selection.h"

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "decrypt/base/encoding.h"
#include "decrypt/sops/go_expression.h"

namespace acd::sops {
namespace {

/// For an expression, twice RE2's default: Go takes some that need as much, and with this the
/// compilation alone can take half a second.
constexpr std::int64_t kMaxMemory = std::int64_t{16} << 20U;

/// Classes of Unicode have hundreds of ranges each, which RE2 reads before it counts its memory.
constexpr std::size_t kMaxUnicodeClasses = 200;

bool HasTooManyClasses(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find('\\', at)) != std::string_view::npos; ++at) {
    const std::string_view behind = text.substr(at + 1);
    count += behind.starts_with('p') || behind.starts_with('P') ? 1 : 0;
  }
  return count > kMaxUnicodeClasses;
}

/// The words of an expression of the form `^(a|b|c)$` or `^a$`, which nearly every Kubernetes
/// repository has (`^(data|stringData)$`) and which needs no regular expression; else nullopt.
std::optional<std::vector<std::string>> AnchoredWords(std::string_view pattern) {
  if (!pattern.starts_with('^') || !pattern.ends_with('$') || pattern.size() < 2) {
    return std::nullopt;
  }
  std::string_view body = pattern.substr(1, pattern.size() - 2);
  const bool group = body.starts_with('(') && body.ends_with(')') && body.size() >= 2;
  if (group) body = body.substr(1, body.size() - 2);
  std::vector<std::string> words(1);
  for (char c : body) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (word) {
      words.back() += c;
    } else if (c == '|' && group) {
      words.emplace_back();
    } else {
      return std::nullopt;
    }
  }
  return words;
}

/// The text with U+FFFD in the place of each byte that is not part of a UTF-8 character.
std::string WithReplacements(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t valid = std::min<std::size_t>(4, text.size());
    while (valid > 0 && !IsUtf8(text.substr(0, valid))) --valid;
    out += valid > 0 ? text.substr(0, valid) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(std::max<std::size_t>(valid, 1));
  }
  return out;
}

}  // namespace

/// An unanchored search for a Go regular expression; one that does not compile matches nothing,
/// as in sops.
class Selection::Pattern {
 public:
  explicit Pattern(const std::string& text) : words_(AnchoredWords(text)) {
    if (words_) return;
    is_too_large_ = HasTooManyClasses(text);
    if (is_too_large_) return;
    const std::optional<std::string> expression = Re2FromGo(text);
    if (!expression) return;
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMaxMemory);
    expression_.emplace(*expression, options);
    if (expression_->ok()) return;
    is_too_large_ = expression_->error_code() == re2::RE2::ErrorPatternTooLarge;
    expression_.reset();
  }

  bool is_too_large() const { return is_too_large_; }

  bool Search(std::string_view text) const {
    // Go takes each byte that is not UTF-8 for U+FFFD, RE2 lets none of its classes match it.
    if (!IsUtf8(text)) return Search(WithReplacements(text));
    if (words_) return std::find(words_->begin(), words_->end(), text) != words_->end();
    // RE2's own view: newer releases are built on an absl::string_view that is not the standard
    // one.
    const re2::StringPiece subject(text.data(), text.size());
    return expression_ && re2::RE2::PartialMatch(subject, *expression_);
  }

 private:
  std::optional<std::vector<std::string>> words_;
  std::optional<re2::RE2> expression_;  // neither: it does not compile
  bool is_too_large_ = false;
};

Selection::Selection(const Metadata& metadata) : rule_(metadata.rule) {
  if (rule_ == Rule::kUnencryptedSuffix || rule_ == Rule::kEncryptedSuffix) {
    suffix_ = metadata.pattern;
  } else {
    pattern_ = std::make_unique<Pattern>(metadata.pattern);
  }
}

Selection::~Selection() = default;

Status Selection::Usable() const {
  if (pattern_ == nullptr || !pattern_->is_too_large()) return {};
  return Fail(Code::kLimitExceeded, "sops metadata: the rule's expression takes too much memory",
              "use a shorter one, or smaller counts, in .sops.yaml");
}

bool Selection::ByComment() const {
  return rule_ == Rule::kUnencryptedCommentRegex || rule_ == Rule::kEncryptedCommentRegex;
}

bool Selection::CommentCountsForItself() const { return rule_ != Rule::kEncryptedCommentRegex; }

bool Selection::MatchesKey(std::string_view key) const {
  if (ByComment()) return false;
  return pattern_ != nullptr ? pattern_->Search(key) : key.ends_with(suffix_);
}

bool Selection::MatchesComment(std::string_view text) const {
  return ByComment() && pattern_->Search(text);
}

bool Selection::Encrypted(bool matched) const {
  switch (rule_) {
    case Rule::kUnencryptedSuffix:
    case Rule::kUnencryptedRegex:
    case Rule::kUnencryptedCommentRegex:
      return !matched;
    case Rule::kEncryptedSuffix:
    case Rule::kEncryptedRegex:
    case Rule::kEncryptedCommentRegex:
      return matched;
  }
  return true;
}

}  // namespace acd::sops
