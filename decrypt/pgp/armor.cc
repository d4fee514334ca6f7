#include "decrypt/pgp/armor.h"

#include <cstdint>
#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::pgp {
namespace {

constexpr std::size_t kMaxBlocks = 1000;
constexpr std::string_view kBegin = "-----BEGIN PGP ";
constexpr std::string_view kEnd = "-----END PGP ";
constexpr std::string_view kSecret = "PRIVATE KEY BLOCK-----";
constexpr std::string_view kPublic = "PUBLIC KEY BLOCK-----";

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool AtEnd() const { return rest_.empty(); }
  std::size_t number() const { return number_; }
  /// Without its end and trailing white space.
  std::string_view Next() {
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++number_;
    return line.substr(0, line.find_last_not_of(" \t\r") + 1);
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

std::uint32_t Crc24(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xB704CE;
  for (const std::uint8_t byte : bytes) {
    crc ^= std::uint32_t{byte} << 16U;
    for (int bit = 0; bit < 8; ++bit) {
      crc <<= 1U;
      if ((crc & 0x1000000U) != 0) crc ^= 0x1864CFBU;
    }
  }
  return crc & 0xFFFFFFU;
}

bool ChecksumFits(std::string_view text, std::span<const std::uint8_t> bytes) {
  const auto sum = DecodeBase64Strict(text);
  if (!sum || sum->size() != 3) return false;
  const auto got = sum->Expose();
  return Crc24(bytes) == (std::uint32_t{got[0]} << 16U | std::uint32_t{got[1]} << 8U | got[2]);
}

/// Headers, "Comment: ...", up to an empty line, which may be missing: no base64 has a colon.
/// Gives the first line behind them.
std::string_view SkipHeaders(Lines& lines) {
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    if (line.empty()) break;
    if (line.find(':') == std::string_view::npos) return line;
  }
  return lines.AtEnd() ? std::string_view() : lines.Next();
}

/// The rest of a block whose first line was read. An empty answer: it was malformed, and why.
std::string ReadBody(Lines& lines, SecretBytes& packets) {
  SecretBytes base64;
  std::string_view checksum;
  for (std::string_view line = SkipHeaders(lines); !line.starts_with(kEnd); line = lines.Next()) {
    if (lines.AtEnd()) return "malformed armor: no end line";
    if (line.starts_with(kBegin)) return "malformed armor: another block before the end line";
    if (line.size() == 5 && line.front() == '=') {
      checksum = line.substr(1);
    } else {
      base64.Append(line);
    }
  }
  auto decoded = DecodeBase64Strict(base64.ExposeText());
  if (!decoded) return "malformed armor: not base64";
  if (!checksum.empty() && !ChecksumFits(checksum, decoded->Expose())) {
    return "malformed armor: the checksum does not fit";
  }
  packets = std::move(*decoded);
  return {};
}

void SkipBlock(Lines& lines) {
  while (!lines.AtEnd() && !lines.Next().starts_with(kEnd)) {
  }
}

}  // namespace

Blocks ReadBlocks(std::string_view text) {
  Blocks out;
  if (!text.empty() && (static_cast<std::uint8_t>(text.front()) & 0x80U) != 0 &&
      !text.starts_with("\xEF\xBB\xBF")) {
    out.blocks.push_back({0, SecretBytes::CopyOf(text)});
    return out;
  }
  Lines lines(text);
  bool any = false;
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    const std::size_t begin = line.find(kBegin);
    if (begin == std::string_view::npos) continue;
    any = true;
    const std::string where = "line " + std::to_string(lines.number()) + ": ";
    if (out.blocks.size() + out.warnings.size() >= kMaxBlocks) {
      out.warnings.push_back(where + "too many blocks, the rest is ignored");
      return out;
    }
    const std::string_view kind = line.substr(begin + kBegin.size());
    if (kind != kSecret) {
      out.warnings.push_back(where + (kind == kPublic ? "a public key, not a secret one"
                                                      : "a PGP block that is no secret key"));
      SkipBlock(lines);
      continue;
    }
    Block block{lines.number(), {}};
    if (std::string problem = ReadBody(lines, block.packets); !problem.empty()) {
      out.warnings.push_back(where + problem);
    } else {
      out.blocks.push_back(std::move(block));
    }
  }
  if (!any && text.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    out.warnings.emplace_back("line 1: no PGP secret key begins in this file");
  }
  return out;
}

}  // namespace acd::pgp
