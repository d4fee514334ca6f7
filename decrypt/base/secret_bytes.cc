#include "decrypt/base/secret_bytes.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace acd {
namespace {

std::uint8_t* Allocate(std::size_t capacity) {
  return static_cast<std::uint8_t*>(::operator new(capacity + 1));
}

void WipeAndFree(std::uint8_t* data, std::size_t size, std::size_t capacity) {
  if (capacity == 0) return;
  sodium_memzero(data, size);
  ::operator delete(data);
}

}  // namespace

SecretBytes::SecretBytes(std::size_t size) { Resize(size); }

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    WipeAndFree(data_, size_, capacity_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { WipeAndFree(data_, size_, capacity_); }

SecretBytes SecretBytes::CopyOf(std::span<const std::uint8_t> bytes) {
  SecretBytes copy;
  copy.Reserve(bytes.size());
  copy.Append(bytes);
  return copy;
}

SecretBytes SecretBytes::CopyOf(std::string_view text) { return CopyOf(AsBytes(text)); }

SecretBytes SecretBytes::Clone() const { return CopyOf(Expose()); }

SecretBytes SecretBytes::Undefined(std::size_t size) {
  SecretBytes bytes;
  bytes.Reserve(size);
  if (size > 0) bytes.SetSize(size);
  return bytes;
}

SecretBytes SecretBytes::Borrow(std::string_view text) {
  SecretBytes view;
  // Never written through: what would change the bytes copies them.
  view.data_ = const_cast<std::uint8_t*>(AsBytes(text).data());
  view.size_ = text.size();
  return view;
}

SecretBytes SecretBytes::Owned() && {
  if (is_borrowed()) return Clone();
  return std::move(*this);
}

// `bytes` may lie in this buffer, so the old one lives until the copy is made.
void SecretBytes::AppendGrowing(std::span<const std::uint8_t> bytes) {
  const std::size_t capacity = std::max(size_ + bytes.size(), capacity_ * 2);
  std::uint8_t* const grown = Allocate(capacity);
  if (size_ > 0) std::memcpy(grown, data_, size_);
  std::memcpy(grown + size_, bytes.data(), bytes.size());
  WipeAndFree(data_, size_, capacity_);
  data_ = grown;
  capacity_ = capacity;
  SetSize(size_ + bytes.size());
}

void SecretBytes::Reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  capacity = std::max(capacity, size_);  // more than that may be borrowed
  std::uint8_t* const grown = Allocate(capacity);
  if (size_ > 0) std::memcpy(grown, data_, size_);
  WipeAndFree(data_, size_, capacity_);
  data_ = grown;
  capacity_ = capacity;
  SetSize(size_);
}

void SecretBytes::Resize(std::size_t size) {
  if (is_borrowed() && size < size_) {
    size_ = size;
    return;
  }
  if (size > size_) {
    if (size > capacity_) Reserve(capacity_ == 0 ? size : std::max(size, 2 * capacity_));
    std::memset(data_ + size_, 0, size - size_);
  } else if (size < size_) {
    sodium_memzero(data_ + size, size_ - size);
  }
  if (capacity_ > 0) SetSize(size);
}

bool ConstantTimeEquals(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  if (a.size() != b.size()) return false;
  return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace acd
