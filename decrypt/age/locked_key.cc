#include "decrypt/age/locked_key.h"

#include <sodium.h>

#include <cstring>
#include <new>
#include <utility>

#include "decrypt/age/sodium.h"

namespace acd::age {
namespace {

// AddressSanitizer cannot see into memory that it did not hand out.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kGuarded = false;
#else
constexpr bool kGuarded = true;
#endif

}  // namespace

void LockedKey::Wipe::operator()(std::uint8_t* data) const {
  if (guarded) {
    sodium_free(data);  // wipes
    return;
  }
  sodium_memzero(data, size);
  ::operator delete(data);
}

LockedKey LockedKey::CopyOf(std::span<const std::uint8_t> bytes) {
  EnsureSodium();
  auto* data = kGuarded ? static_cast<std::uint8_t*>(sodium_malloc(bytes.size())) : nullptr;
  const bool guarded = data != nullptr;
  if (!guarded) data = static_cast<std::uint8_t*>(::operator new(bytes.size()));
  std::memcpy(data, bytes.data(), bytes.size());
  if (guarded) sodium_mprotect_readonly(data);
  return LockedKey({data, Wipe{bytes.size(), guarded}}, bytes.size());
}

}  // namespace acd::age
