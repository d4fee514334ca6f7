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
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
  return line;
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

// The lines up to the end line, which must have this label, without blanks.
std::optional<SecretBytes> TakeBody(std::string_view& text, std::string_view label) {
  SecretBytes base64;
  for (;;) {
    if (text.empty()) return std::nullopt;
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
std::optional<PemBlock> TakeBlock(std::string_view& text, std::string_view label) {
  PemBlock block;
  block.label = label;
  for (std::string_view ahead = text; TakeLine(ahead).find(':') != std::string_view::npos;) {
    const std::string_view header = text.substr(0, text.size() - ahead.size());
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
    std::string_view behind = text;
    if (auto block = TakeBlock(behind, *label)) return block;
  }
  return std::nullopt;
}

}  // namespace acd::age
