#pragma once

#include <cstddef>

#include "decrypt/base/limits.h"

namespace acd::yaml {

/// Which documents of a stream go-yaml's rule is for. It looks at each that it decodes; sops has it
/// decode the first only.
enum class AliasRule { kEachDocument, kFirstDocument };

/// Counts the nodes of a stream's documents while aliases are expanded, and says when there are too
/// many, or too many of a document's come from aliases: go-yaml's rule, which refuses an alias bomb
/// early, and a wider one for documents that it is not for. What all of them take in memory is
/// bounded too: an anchor lives on from document to document, and its comments are copied with it.
class AliasBudget {
 public:
  explicit AliasBudget(const Limits& limits, AliasRule rule = AliasRule::kEachDocument)
      : max_nodes_(limits.max_nodes), max_bytes_(limits.max_document_bytes), rule_(rule) {}

  /// The nodes that follow are those of the first, or of a further, document.
  void NextDocument() {
    nodes_ = aliased_nodes_ = 0;
    ++documents_;
  }

  void EnterAlias() { ++alias_depth_; }
  void LeaveAlias() { --alias_depth_; }

  /// Counts a node with so many bytes of text. False: "document contains excessive aliasing".
  bool Count(std::size_t text_bytes) {
    ++nodes_;
    ++stream_nodes_;
    if (alias_depth_ > 0) {
      ++aliased_nodes_;
      ++stream_aliased_nodes_;
      aliased_bytes_ += text_bytes;
    }
    if (IsSpent()) return false;
    if (rule_ == AliasRule::kFirstDocument && documents_ > 1) {
      return stream_aliased_nodes_ <= kLow;  // a small file must not become a large one
    }
    return aliased_nodes_ <= 100 || nodes_ <= 1000 ||
           static_cast<double>(aliased_nodes_) / static_cast<double>(nodes_) <= AllowedRatio();
  }

  /// Counts a line of a comment. False: there is no room for it, nor for anything else.
  bool CountComment(std::size_t text_bytes) {
    ++comments_;
    if (alias_depth_ > 0) aliased_bytes_ += text_bytes;
    return !IsSpent();
  }

  bool IsSpent() const {
    return nodes_ > max_nodes_ || stream_nodes_ / kDocumentsFactor > max_nodes_ ||
           comments_ > max_nodes_ || aliased_bytes_ > max_bytes_;
  }

  /// How many times as much as one document a stream may hold.
  static constexpr std::size_t kDocumentsFactor = 4;

 private:
  // 99 % up to 400,000 nodes, falling to 10 % at 4,000,000.
  static constexpr std::size_t kLow = 400'000;
  static constexpr std::size_t kHigh = 4'000'000;
  double AllowedRatio() const {
    if (nodes_ <= kLow) return 0.99;
    if (nodes_ >= kHigh) return 0.10;
    return 0.99 - 0.89 * (static_cast<double>(nodes_ - kLow) / static_cast<double>(kHigh - kLow));
  }

  std::size_t max_nodes_;
  std::size_t max_bytes_;
  AliasRule rule_;
  // Of the document.
  std::size_t nodes_ = 0;
  std::size_t aliased_nodes_ = 0;
  // Of the stream.
  std::size_t documents_ = 0;
  std::size_t stream_nodes_ = 0;
  std::size_t stream_aliased_nodes_ = 0;
  std::size_t comments_ = 0;
  std::size_t aliased_bytes_ = 0;
  std::size_t alias_depth_ = 0;
};

}  // namespace acd::yaml
