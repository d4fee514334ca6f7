#include "decrypt/age/decryptor.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "decrypt/age/armor.h"
#include "decrypt/age/header.h"
#include "decrypt/age/stream.h"
#include "decrypt/age/unwrap.h"

namespace acd::age {
namespace {

// Reads ahead until a header may be whole, the source ends, or it cannot become one.
Status ReadHeader(BufferedSource& source) {
  std::size_t seen = 0;  // up to here there is no line that ends a header
  for (;;) {
    const std::string_view text = AsText(source.Ahead());
    if (text.size() >= kIntro.size() && !text.starts_with(kIntro)) return {};
    const std::size_t dashes = text.find("\n---", seen);
    if (dashes != std::string_view::npos && text.find('\n', dashes + 1) != std::string_view::npos) {
      return {};
    }
    if (text.size() > kMaxHeaderBytes) {
      return Fail(Code::kLimitExceeded,
                  "header: larger than " + std::to_string(kMaxHeaderBytes) + " bytes");
    }
    seen = dashes != std::string_view::npos ? dashes
                                            : text.size() - std::min<std::size_t>(text.size(), 3);
    ACD_TRY(const bool more, source.Fill());
    if (!more) return {};
  }
}

Status DecryptBinary(BufferedSource& source, const WriteBytes& write, const Identities& identities,
                     const Limits& limits) {
  ACD_CHECK(ReadHeader(source));
  ACD_TRY(const Header header, ParseHeader(source.Ahead(), limits));
  ACD_TRY(const FileKey file_key, OpenHeader(header, identities));
  source.Take(source.Ahead().size() - header.after.size());
  return DecryptPayloadStream(file_key, source, write);
}

Result<bool> DetectArmor(BufferedSource& source) {
  while (source.Ahead().size() < kMaxArmorSpace + kArmorBegin.size()) {
    ACD_TRY(const bool more, source.Fill());
    if (!more) break;
  }
  return LooksArmored(AsText(source.Ahead()));
}

}  // namespace

Status DecryptStream(const ReadBytes& read, const WriteBytes& write, const Identities& identities,
                     const Limits& limits, Encoding encoding) {
  BufferedSource source(read);
  bool armored = encoding == Encoding::kArmored;
  if (encoding == Encoding::kDetect) {
    ACD_TRY(armored, DetectArmor(source));
  }
  if (!armored) return DecryptBinary(source, write, identities, limits);
  ArmorReader armor(source);
  BufferedSource binary([&armor](std::span<std::uint8_t> out) { return armor.Read(out); });
  return DecryptBinary(binary, write, identities, limits);
}

}  // namespace acd::age
