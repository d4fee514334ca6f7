#include "decrypt/age/header.h"

#include <string>
#include <utility>

#include "decrypt/age/kdf.h"
#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kFooterPrefix = "---";
constexpr std::string_view kContext = "header";

Failure BadHeader(std::string_view what) {
  return Fail(Error{Code::kInvalidInput, std::string(what)}.With(kContext));
}

template <typename T>
Result<T> InHeader(Result<T> result) {
  if (result) return result;
  return Fail(std::move(result).error().With(kContext));
}

Result<SecretBytes> TakeMac(std::string_view& text) {
  ACD_TRY(const std::string_view line, InHeader(TakeLine(text)));
  if (!line.starts_with(' ')) return BadHeader("malformed closing line");
  auto mac = DecodeBase64Unpadded(line.substr(1));
  if (!mac || mac->size() != kKeySize) return BadHeader("malformed closing line");
  return std::move(mac).value();
}

// Known ways of a file to be broken before age ever saw it.
Failure BadIntro(std::string_view text) {
  constexpr std::string_view kUtf16 = "\xFF\xFE\x61";
  if (text.starts_with("age-encryption.org/v1\r") || text.starts_with(kUtf16)) {
    return Fail(Code::kInvalidInput, "header: unexpected intro, not an age v1 file",
                "its line ends were changed, as PowerShell's redirection does; write it with -o");
  }
  return BadHeader("unexpected intro, not an age v1 file");
}

}  // namespace

Result<Header> ParseHeader(std::span<const std::uint8_t> input, const Limits& limits) {
  std::string_view text = AsText(input);
  if (text.empty()) return BadHeader("file is empty");
  if (!text.starts_with(kIntro)) return BadIntro(text);
  text.remove_prefix(kIntro.size());
  Header header;
  while (!text.starts_with(kFooterPrefix)) {
    if (header.stanzas.size() == limits.max_recipients) {
      return Fail(Code::kLimitExceeded,
                  "header: more than " + std::to_string(limits.max_recipients) + " recipients");
    }
    ACD_TRY(Stanza stanza, InHeader(TakeStanza(text)));
    header.stanzas.push_back(std::move(stanza));
  }
  text.remove_prefix(kFooterPrefix.size());
  header.mac_input = input.first(input.size() - text.size());
  ACD_TRY(header.mac, TakeMac(text));
  header.after = input.last(text.size());
  return header;
}

bool VerifyHeader(const Header& header, const FileKey& file_key) {
  const SecretBytes key = HkdfSha256(file_key.bytes.Expose(), {}, "header");
  return ConstantTimeEquals(HmacSha256(key.Expose(), header.mac_input), header.mac);
}

}  // namespace acd::age
