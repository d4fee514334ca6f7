#include "decrypt/age/pem.h"

#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

// Takes a line off the front of `text`, without its end and trailing blanks.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

// What is between such a beginning and the dashes that end the line.
std::optional<std::string_view> LabelOf(std::string_view line, std::string_view begin) {
  if (!line.starts_with(begin) || !line.substr(begin.size()).ends_with(kDashes)) {
    return std::nullopt;
  }
  line.remove_prefix(begin.size());
  line.remove_suffix(kDashes.size());
  return line;
}

// The lines up to the end line, which must have this label, without blanks. Another beginning ends
// it, too, so that no text is gone through for each of many.
std::optional<SecretBytes> TakeBody(std::string_view text, std::string_view label) {
  SecretBytes base64;
  base64.Reserve(text.size());
  for (;;) {
    if (text.empty() || text.starts_with(kBegin)) return std::nullopt;
    const std::string_view line = TakeLine(text);
    if (line.starts_with(kEnd)) {
      if (LabelOf(line, kEnd) != label) return std::nullopt;
      return base64;
    }
    for (const char c : line) {
      if (c != ' ' && c != '\t') base64.Append(c);
    }
  }
}

// A block whose first line was taken.
std::optional<PemBlock> TakeBlock(std::string_view text, std::string_view label) {
  PemBlock block;
  block.label = label;
  while (!text.starts_with(kBegin)) {
    std::string_view ahead = text;
    const std::string_view header = TakeLine(ahead);
    if (header.find(':') == std::string_view::npos) break;
    block.encrypted = block.encrypted || header.find("ENCRYPTED") != std::string_view::npos;
    text = ahead;
  }
  auto base64 = TakeBody(text, label);
  if (!base64) return std::nullopt;
  auto data = DecodeBase64Go(base64->ExposeText());
  if (!data) return std::nullopt;
  block.data = std::move(*data);
  return block;
}

}  // namespace

std::optional<PemBlock> ReadPem(std::string_view text) {
  while (!text.empty()) {
    const auto label = LabelOf(TakeLine(text), kBegin);
    if (!label) continue;
    if (auto block = TakeBlock(text, *label)) return block;
  }
  return std::nullopt;
}

}  // namespace acd::age
