#include "decrypt/age/armor.h"

#include <cstddef>
#include <optional>
#include <string>

#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----";
constexpr std::string_view kSpace = " \t\n\v\f\r";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kMaxWhiteSpace = 1024;

Failure BadArmor(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("invalid armor: ").append(what));
}

// Takes lines off the front of a text. A line ends in LF or CRLF; the last one may lack it.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> Next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(kSpace) == std::string_view::npos;
}

Status SkipToBegin(Lines& lines) {
  std::size_t skipped = 0;
  while (const auto line = lines.Next()) {
    if (*line == kBegin) return {};
    if (!IsBlank(*line)) return BadArmor("invalid first line");
    skipped += line->size() + 1;
    if (skipped > kMaxWhiteSpace) return BadArmor("too much leading whitespace");
  }
  return BadArmor("unexpected EOF");
}

Status CheckTrailing(std::string_view rest) {
  if (!IsBlank(rest.substr(0, kMaxWhiteSpace))) return BadArmor("trailing data after armored file");
  if (rest.size() >= kMaxWhiteSpace) return BadArmor("too much trailing whitespace");
  return {};
}

// The base64 text of the body, line ends removed. Every line but the last is full.
Result<std::string> CollectBody(Lines& lines) {
  std::string body;
  body.reserve(lines.rest().size());
  bool ended = false;  // a short line was seen: only the end line may follow
  while (const auto line = lines.Next()) {
    if (*line == kEnd) return body;
    if (ended) return BadArmor("invalid closing line");
    if (line->empty()) return BadArmor("empty line in armored data");
    if (line->size() > kColumns) return BadArmor("column limit exceeded");
    ended = line->size() < kColumns;
    body.append(*line);
  }
  return BadArmor("unexpected EOF");
}

}  // namespace

bool LooksArmored(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kSpace);
  return start != std::string_view::npos && text.substr(start).starts_with("-----BEGIN AGE");
}

Result<SecretBytes> Dearmor(std::string_view text) {
  Lines lines(text);
  ACD_CHECK(SkipToBegin(lines));
  ACD_TRY(const std::string body, CollectBody(lines));
  ACD_CHECK(CheckTrailing(lines.rest()));
  // One decode for all lines: padding inside the text is refused, so it can only end the last line.
  auto decoded = DecodeBase64Strict(body);
  if (!decoded) return Fail(std::move(decoded).error().With("invalid armor"));
  return std::move(decoded).value();
}

}  // namespace acd::age
