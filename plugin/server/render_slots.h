#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"

namespace acd::server {

/// Bounds how many renders run at once; the others wait in their own thread.
class RenderSlots {
 public:
  explicit RenderSlots(std::size_t count) : free_(count) {}

  /// One place, given back on destruction. Move-only.
  class Slot {
   public:
    Slot(Slot&& other) noexcept : slots_(other.slots_) { other.slots_ = nullptr; }
    Slot& operator=(Slot&&) = delete;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() {
      if (slots_ != nullptr) slots_->Release();
    }

   private:
    friend class RenderSlots;
    explicit Slot(RenderSlots* slots) : slots_(slots) {}
    RenderSlots* slots_;
  };

  /// Waits for a place as long as the budget lasts. Errors: kDeadline, kCancelled.
  Result<Slot> Acquire(const exec::Budget& budget);

 private:
  void Release();

  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t free_;
};

}  // namespace acd::server
