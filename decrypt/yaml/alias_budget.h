#pragma once

#include <cstddef>

namespace acd::yaml {

/// Counts nodes as they are expanded and says when too many of them come from aliases: go-yaml's
/// rule, so that what sops and Argo CD expand is expanded, and what they refuse is refused early.
class AliasBudget {
 public:
  void Enter() { ++alias_depth_; }
  void Leave() { --alias_depth_; }

  /// False: "document contains excessive aliasing".
  bool Count() {
    ++total_;
    if (alias_depth_ > 0) ++aliased_;
    return aliased_ <= 100 || total_ <= 1000 ||
           static_cast<double>(aliased_) / static_cast<double>(total_) <= AllowedRatio();
  }

 private:
  // 99 % up to 400,000 nodes, falling to 10 % at 4,000,000.
  double AllowedRatio() const {
    constexpr std::size_t kLow = 400'000;
    constexpr std::size_t kHigh = 4'000'000;
    if (total_ <= kLow) return 0.99;
    if (total_ >= kHigh) return 0.10;
    return 0.99 - 0.89 * (static_cast<double>(total_ - kLow) / static_cast<double>(kHigh - kLow));
  }

  std::size_t total_ = 0;
  std::size_t aliased_ = 0;
  std::size_t alias_depth_ = 0;
};

}  // namespace acd::yaml
