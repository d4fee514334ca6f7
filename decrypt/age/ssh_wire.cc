#include "decrypt/age/ssh_wire.h"

#include <sodium.h>

#include <array>

#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::size_t kTagSize = 4;

void AppendNumber(std::size_t value, std::string& out) {
  for (unsigned shift = 32; shift > 0;) {
    shift -= 8;
    out.push_back(static_cast<char>(value >> shift & 0xFFU));
  }
}

}  // namespace

std::span<const std::uint8_t> SshReader::Take(std::size_t size) {
  if (failed_ || size > rest_.size()) {
    failed_ = true;
    return {};
  }
  const auto taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::uint32_t SshReader::Number() {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : Take(4)) value = value << 8U | byte;
  return value;
}

std::span<const std::uint8_t> SshReader::String() { return Take(Number()); }

void AppendSshString(std::span<const std::uint8_t> bytes, std::string& out) {
  AppendNumber(bytes.size(), out);
  out.append(AsText(bytes));
}

void AppendSshNumber(std::span<const std::uint8_t> magnitude, std::string& out) {
  while (!magnitude.empty() && magnitude.front() == 0) magnitude = magnitude.subspan(1);
  const bool pad = !magnitude.empty() && (magnitude.front() & 0x80U) != 0;
  AppendNumber(magnitude.size() + (pad ? 1 : 0), out);
  if (pad) out.push_back('\0');
  out.append(AsText(magnitude));
}

std::string SshKeyTag(std::string_view wire) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), AsBytes(wire).data(), wire.size());
  return EncodeBase64Unpadded(std::span(hash).first(kTagSize));
}

std::string SshPublicName(std::string_view type, std::string_view wire) {
  return std::string(type).append(" ").append(EncodeBase64(AsBytes(wire)).ExposeText());
}

}  // namespace acd::age
