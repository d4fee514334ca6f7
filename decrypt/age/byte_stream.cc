#include "decrypt/age/byte_stream.h"

#include <algorithm>

namespace acd::age {
namespace {

constexpr std::size_t kStep = std::size_t{64} * 1024;

}  // namespace

Result<std::size_t> BufferedSource::ReadOnce(std::span<std::uint8_t> out) {
  if (at_end_ || out.empty()) return std::size_t{0};
  ACD_TRY(const std::size_t got, read_(out));
  at_end_ = got == 0;
  return std::min(got, out.size());
}

Result<bool> BufferedSource::Fill() {
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kStep) buffer_.resize(std::max(2 * buffer_.size(), end_ + kStep));
  ACD_TRY(const std::size_t got, ReadOnce(std::span(buffer_).subspan(end_)));
  end_ += got;
  return got > 0;
}

Result<std::size_t> BufferedSource::ReadFull(std::span<std::uint8_t> out) {
  const std::size_t ahead = std::min(out.size(), end_ - begin_);
  std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), ahead, out.begin());
  begin_ += ahead;
  std::size_t have = ahead;
  while (have < out.size()) {
    ACD_TRY(const std::size_t got, ReadOnce(out.subspan(have)));
    if (got == 0) break;
    have += got;
  }
  return have;
}

}  // namespace acd::age
