#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iosfwd>
#include <span>
#include <string_view>

namespace acd {

/// A byte string that is secret: a key, or plaintext.
///
/// Move-only (`Clone` is explicit), always on the heap, wiped when destroyed, shrunk or grown.
/// `Expose` and `ExposeText` are the only ways to its bytes, so `grep Expose` is the audit list.
/// A NUL follows the bytes, as in a std::string, unless they are borrowed.
/// It has no operator<<, no operator== (use ConstantTimeEquals), and is no range, so that neither a
/// logger nor a test framework can print it. Not promised: memory locking, or safety against a
/// debugger. Not safe for concurrent mutation.
class SecretBytes {
 public:
  SecretBytes() = default;
  /// `size` zero bytes.
  explicit SecretBytes(std::size_t size);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  static SecretBytes CopyOf(std::span<const std::uint8_t> bytes);
  static SecretBytes CopyOf(std::string_view text);
  SecretBytes Clone() const;
  /// `size` bytes of which none is known, to be overwritten.
  static SecretBytes Undefined(std::size_t size);
  /// A view of bytes that outlive it and whatever it is moved to. The first change makes it a copy.
  static SecretBytes Borrow(std::string_view text);
  bool is_borrowed() const { return capacity_ == 0 && size_ > 0; }
  /// Itself, or a copy of what it borrows.
  SecretBytes Owned() &&;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Valid until the next non-const call or destruction.
  std::span<const std::uint8_t> Expose() const { return {data_, size_}; }
  std::span<std::uint8_t> ExposeMutable() {
    if (is_borrowed()) *this = Clone();
    return {data_, size_};
  }
  std::string_view ExposeText() const { return {reinterpret_cast<const char*>(data_), size_}; }

  /// Grows geometrically; the old buffer is wiped.
  void Append(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > capacity_ - std::min(size_, capacity_)) return AppendGrowing(bytes);
    if (bytes.empty()) return;
    std::memmove(data_ + size_, bytes.data(), bytes.size());
    SetSize(size_ + bytes.size());
  }
  void Append(std::string_view text) {
    Append(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }
  void Append(char c) { Append(std::string_view(&c, 1)); }
  void Reserve(std::size_t capacity);
  /// New bytes are zero; bytes cut off are wiped.
  void Resize(std::size_t size);

 private:
  void AppendGrowing(std::span<const std::uint8_t> bytes);
  void SetSize(std::size_t size) {
    size_ = size;
    data_[size] = 0;
  }

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;      // what lies behind is wiped, or was never written
  std::size_t capacity_ = 0;  // without the NUL; 0: `data_` is not ours
};

/// Compares without a data-dependent branch. Sizes are not secret.
bool ConstantTimeEquals(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);
inline bool ConstantTimeEquals(const SecretBytes& a, const SecretBytes& b) {
  return ConstantTimeEquals(a.Expose(), b.Expose());
}

/// GoogleTest prints this instead of the bytes.
void PrintTo(const SecretBytes& secret, std::ostream* out);

/// The bytes of a text; borrowed.
inline std::span<const std::uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace acd
