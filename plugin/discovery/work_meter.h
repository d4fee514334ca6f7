#pragma once

#include <cstddef>

#include "decrypt/base/check.h"

namespace acd::discovery {

/// Asks a Check each time some work was done, however it comes in pieces.
class WorkMeter {
 public:
  /// `check` is borrowed.
  explicit WorkMeter(const Check& check) : check_(check) {}

  /// `steps`: an upper bound on what the next piece takes, in nanoseconds or so.
  Status Spend(std::size_t steps) {
    spent_ += steps;
    if (spent_ < kStepsPerCheck) return {};
    spent_ = 0;
    return StillWanted(check_);
  }

 private:
  static constexpr std::size_t kStepsPerCheck = 1U << 20U;

  const Check& check_;
  std::size_t spent_ = 0;
};

}  // namespace acd::discovery
