#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/sops/metadata.h"

namespace acd::sops {

/// A document's selection rule, ready to be asked about keys and comments. Borrows nothing.
/// Not safe for concurrent use.
///
/// The walk combines the answers: a leaf matches when any key of its path matches, or any comment
/// that is active for it.
/// Spec: sops.go shouldBeEncrypted.
class Selection {
 public:
  explicit Selection(const Metadata& metadata);
  ~Selection();
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;

  /// Whether it can answer. Error: kLimitExceeded, an expression that takes too much memory, which
  /// Go might take.
  Status Usable() const;

  /// Whether comments decide, not keys.
  bool ByComment() const;
  /// Whether a comment that is a leaf itself counts for itself. Under encrypted_comment_regex the
  /// matching line stays plain.
  bool CommentCountsForItself() const;

  /// Whether the rule's suffix or expression matches this key. False when comments decide.
  bool MatchesKey(std::string_view key) const;
  /// Whether the expression matches this comment, as stored. False when keys decide.
  bool MatchesComment(std::string_view text) const;

  /// Whether a leaf is encrypted, given that something of it matched or that nothing did.
  bool Encrypted(bool matched) const;

 private:
  class Pattern;
  Rule rule_;
  std::string suffix_;
  std::unique_ptr<Pattern> pattern_;
};

}  // namespace acd::sops
