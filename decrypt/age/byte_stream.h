#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::age {

/// Fills a part of the buffer, at least a byte; 0 = the end. Not called again after the end or an
/// error.
using ReadBytes = std::function<Result<std::size_t>(std::span<std::uint8_t>)>;
/// Takes all of the bytes, which are gone afterwards, or fails.
using WriteBytes = std::function<Status(std::span<const std::uint8_t>)>;

/// A source that can be looked at before it is taken. What it holds is ciphertext.
class BufferedSource {
 public:
  explicit BufferedSource(ReadBytes read) : read_(std::move(read)) {}

  /// Reads some more behind what is there. False: there is no more.
  Result<bool> Fill();
  /// What was read and not taken; valid until the next call that is not const.
  std::span<const std::uint8_t> Ahead() const {
    return std::span(buffer_).subspan(begin_, end_ - begin_);
  }
  void Take(std::size_t size) { begin_ += size; }
  /// Takes until the buffer is full or the source ends; how much.
  Result<std::size_t> ReadFull(std::span<std::uint8_t> out);

 private:
  Result<std::size_t> ReadOnce(std::span<std::uint8_t> out);

  ReadBytes read_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_end_ = false;
};

}  // namespace acd::age
