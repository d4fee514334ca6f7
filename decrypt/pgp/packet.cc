#include "decrypt/pgp/packet.h"

#include <cstddef>

namespace acd::pgp {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// Reads big-endian numbers; once something is missing, it stays failed.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : bytes_(bytes) {}
  std::size_t Number(std::size_t width) {
    std::size_t value = 0;
    for (const std::uint8_t byte : Take(width)) value = value << 8U | byte;
    return value;
  }
  Bytes Take(std::size_t size) {
    if (size > bytes_.size() - at_) {
      failed_ = true;
      at_ = bytes_.size();
      return {};
    }
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }
  void SkipMpi() { Take((Number(2) + 7) / 8); }
  bool failed() const { return failed_; }
  std::size_t at() const { return at_; }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::optional<std::size_t> OldLength(unsigned type, Cursor& cursor) {
  if (type == 3) return std::nullopt;
  return cursor.Number(std::size_t{1} << type);
}

std::optional<std::size_t> NewLength(Cursor& cursor) {
  const std::size_t first = cursor.Number(1);
  if (first < 192) return first;
  if (first < 224) return ((first - 192) << 8U) + cursor.Number(1) + 192;
  if (first == 255) return cursor.Number(4);
  return std::nullopt;
}

/// Skips an algorithm's public numbers. False: unknown.
bool SkipPublic(std::size_t algorithm, Cursor& cursor) {
  std::size_t numbers = 0;
  switch (algorithm) {
    case 1:  // RSA
    case 2:
    case 3:
      numbers = 2;
      break;
    case 16:  // Elgamal
    case 20:
      numbers = 3;
      break;
    case 17:  // DSA
      numbers = 4;
      break;
    case 18:  // ECDH
      cursor.Take(cursor.Number(1));
      cursor.SkipMpi();
      cursor.Take(cursor.Number(1));
      return true;
    case 19:  // ECDSA
    case 22:  // EdDSA
      cursor.Take(cursor.Number(1));
      cursor.SkipMpi();
      return true;
    case 25:  // X25519
    case 27:  // Ed25519
      cursor.Take(32);
      return true;
    default:
      return false;
  }
  for (; numbers > 0; --numbers) cursor.SkipMpi();
  return true;
}

Protection ReadProtection(Cursor& cursor) {
  const std::size_t usage = cursor.Number(1);
  if (usage == 0) return Protection::kNone;
  if (usage < 253) return Protection::kPassphrase;
  cursor.Number(1);  // the cipher
  if (usage == 253) return Protection::kPassphrase;
  constexpr std::size_t kGnuExtension = 101;
  return cursor.Number(1) == kGnuExtension ? Protection::kElsewhere : Protection::kPassphrase;
}

}  // namespace

std::optional<Packet> NextPacket(Bytes& rest) {
  Cursor cursor(rest);
  const std::size_t first = cursor.Number(1);
  if ((first & 0x80U) == 0) return std::nullopt;
  const bool is_new = (first & 0x40U) != 0;
  const auto length =
      is_new ? NewLength(cursor) : OldLength(static_cast<unsigned>(first & 3U), cursor);
  if (!length) return std::nullopt;
  Packet packet;
  packet.tag = static_cast<std::uint8_t>(is_new ? first & 0x3FU : (first >> 2U) & 0x0FU);
  packet.body = cursor.Take(*length);
  if (cursor.failed()) return std::nullopt;
  packet.whole = rest.first(cursor.at());
  rest = rest.subspan(cursor.at());
  return packet;
}

std::optional<KeyPacket> ReadKeyPacket(Bytes body) {
  Cursor cursor(body);
  const std::size_t version = cursor.Number(1);
  cursor.Number(4);  // when it was made
  const std::size_t algorithm = cursor.Number(1);
  if (cursor.failed()) return std::nullopt;
  if (version != 4 || !SkipPublic(algorithm, cursor)) return KeyPacket();
  KeyPacket key;
  key.public_part = body.first(cursor.at());
  key.protection = ReadProtection(cursor);
  if (cursor.failed() || key.public_part.size() > 0xFFFF) return std::nullopt;
  return key;
}

}  // namespace acd::pgp
