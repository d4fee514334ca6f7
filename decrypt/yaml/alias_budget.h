#pragma once

#include <cstddef>

#include "decrypt/base/limits.h"

namespace acd::yaml {

/// Counts the nodes of a document while aliases are expanded, and says when there are too many, or
/// too many of them come from aliases: go-yaml's rule, which refuses an alias bomb early.
class AliasBudget {
 public:
  explicit AliasBudget(const Limits& limits)
      : max_nodes_(limits.max_nodes), max_bytes_(limits.max_document_bytes) {}

  void EnterAlias() { ++alias_depth_; }
  void LeaveAlias() { --alias_depth_; }

  /// Counts a node with so many bytes of text. False: "document contains excessive aliasing".
  bool Count(std::size_t text_bytes) {
    ++nodes_;
    if (alias_depth_ > 0) {
      ++aliased_nodes_;
      aliased_bytes_ += text_bytes;
    }
    if (nodes_ > max_nodes_ || aliased_bytes_ > max_bytes_) return false;
    return aliased_nodes_ <= 100 || nodes_ <= 1000 ||
           static_cast<double>(aliased_nodes_) / static_cast<double>(nodes_) <= AllowedRatio();
  }

 private:
  // 99 % up to 400,000 nodes, falling to 10 % at 4,000,000.
  double AllowedRatio() const {
    constexpr std::size_t kLow = 400'000;
    constexpr std::size_t kHigh = 4'000'000;
    if (nodes_ <= kLow) return 0.99;
    if (nodes_ >= kHigh) return 0.10;
    return 0.99 - 0.89 * (static_cast<double>(nodes_ - kLow) / static_cast<double>(kHigh - kLow));
  }

  std::size_t max_nodes_;
  std::size_t max_bytes_;
  std::size_t nodes_ = 0;
  std::size_t aliased_nodes_ = 0;
  std::size_t aliased_bytes_ = 0;
  std::size_t alias_depth_ = 0;
};

}  // namespace acd::yaml
