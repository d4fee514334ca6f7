#include "decrypt/age/header.h"

#include <algorithm>
#include <string>
#include <utility>

#include "decrypt/age/kdf.h"
#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kIntro = "age-encryption.org/v1\n";
constexpr std::string_view kStanzaPrefix = "-> ";
constexpr std::string_view kFooterPrefix = "---";
constexpr std::size_t kColumns = 64;

Failure BadHeader(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("header: ").append(what));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool StartsWith(std::string_view prefix) const { return Rest().starts_with(prefix); }
  std::string_view Rest() const { return text_.substr(offset_); }
  std::size_t offset() const { return offset_; }
  void Skip(std::size_t count) { offset_ += count; }

  /// The next line without its LF, which must be there.
  Result<std::string_view> Line() {
    const std::size_t end = text_.find('\n', offset_);
    if (end == std::string_view::npos) return BadHeader("unexpected end of file");
    const std::string_view line = text_.substr(offset_, end - offset_);
    offset_ = end + 1;
    return line;
  }

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
};

// "arbitrary strings [...] of one or more printable ASCII characters", one space between them.
bool AreValidArguments(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (text.find("  ") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c <= 126; });
}

// "The last line MUST be shorter than 64 characters", so an empty one follows a full last line.
Result<SecretBytes> ParseBody(Parser& parser) {
  SecretBytes body;
  for (;;) {
    ACD_TRY(const std::string_view line, parser.Line());
    auto decoded = DecodeBase64Unpadded(line);
    if (!decoded) {
      if (line.starts_with(kFooterPrefix) || line.starts_with("->")) {
        return BadHeader("malformed body line: stanza ended without a short line");
      }
      return Fail(std::move(decoded).error().With("header: malformed body line"));
    }
    if (line.size() > kColumns) return BadHeader("malformed body line: too long");
    body.Append(decoded->Expose());
    if (line.size() < kColumns) return body;
  }
}

Result<Stanza> ParseStanza(Parser& parser) {
  ACD_TRY(const std::string_view line, parser.Line());
  if (!line.starts_with(kStanzaPrefix)) return BadHeader("malformed stanza opening line");
  const std::string_view words = line.substr(kStanzaPrefix.size());
  if (!AreValidArguments(words)) return BadHeader("malformed stanza arguments");
  Stanza stanza;
  const std::size_t space = words.find(' ');
  stanza.type = words.substr(0, space);
  if (space != std::string_view::npos) stanza.arguments = words.substr(space + 1);
  ACD_TRY(stanza.body, ParseBody(parser));
  return stanza;
}

Result<SecretBytes> ParseMac(Parser& parser) {
  ACD_TRY(const std::string_view line, parser.Line());
  if (!line.starts_with(' ')) return BadHeader("malformed closing line");
  auto mac = DecodeBase64Unpadded(line.substr(1));
  if (!mac || mac->size() != kKeySize) return BadHeader("malformed closing line");
  return std::move(mac).value();
}

}  // namespace

std::optional<std::string_view> Stanza::OnlyArgument() const {
  if (arguments.empty() || arguments.find(' ') != std::string_view::npos) return std::nullopt;
  return arguments;
}

Result<Header> ParseHeader(std::span<const std::uint8_t> input, const Limits& limits) {
  Parser parser(AsText(input));
  if (input.empty()) return BadHeader("file is empty");
  if (!parser.StartsWith(kIntro)) return BadHeader("unexpected intro, not an age v1 file");
  parser.Skip(kIntro.size());
  Header header;
  while (!parser.StartsWith(kFooterPrefix)) {
    if (header.stanzas.size() == limits.max_recipients) {
      return Fail(Code::kLimitExceeded,
                  "header: more than " + std::to_string(limits.max_recipients) + " recipients");
    }
    ACD_TRY(Stanza stanza, ParseStanza(parser));
    header.stanzas.push_back(std::move(stanza));
  }
  parser.Skip(kFooterPrefix.size());
  header.mac_input = input.first(parser.offset());
  ACD_TRY(header.mac, ParseMac(parser));
  header.after = input.subspan(parser.offset());
  return header;
}

bool VerifyHeader(const Header& header, const FileKey& file_key) {
  const SecretBytes key = HkdfSha256(file_key.bytes.Expose(), {}, "header");
  return ConstantTimeEquals(HmacSha256(key.Expose(), header.mac_input), header.mac);
}

}  // namespace acd::age
