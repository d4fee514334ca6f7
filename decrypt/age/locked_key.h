#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace acd::age {

/// A private key that stays: locked in RAM, left out of core dumps, between guard pages, read-only,
/// wiped at the end. Each takes four pages, so it is for identities only; where the system refuses
/// (RLIMIT_MEMLOCK, map count) it quietly becomes plain memory that is wiped.
/// Move-only. Threads: reading is safe concurrently.
class LockedKey {
 public:
  static LockedKey CopyOf(std::span<const std::uint8_t> bytes);

  std::span<const std::uint8_t> Expose() const { return {data_.get(), size_}; }

 private:
  struct Wipe {
    std::size_t size = 0;
    bool guarded = false;
    void operator()(std::uint8_t* data) const;
  };
  LockedKey(std::unique_ptr<std::uint8_t, Wipe> data, std::size_t size)
      : data_(std::move(data)), size_(size) {}

  std::unique_ptr<std::uint8_t, Wipe> data_;
  std::size_t size_;
};

}  // namespace acd::age
