#include "decrypt/age/stanza.h"

#include <algorithm>
#include <string>
#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kPrefix = "-> ";

Failure Malformed(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("malformed ").append(what));
}

// "arbitrary strings [...] of one or more printable ASCII characters", one space between them.
bool AreValidArguments(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (text.find("  ") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c <= 126; });
}

// "The last line MUST be shorter than 64 characters", so an empty one follows a full last line.
Result<SecretBytes> TakeBody(std::string_view& text) {
  SecretBytes body;
  for (;;) {
    ACD_TRY(const std::string_view line, TakeLine(text));
    auto decoded = DecodeBase64Unpadded(line);
    if (!decoded) {
      if (line.starts_with("---") || line.starts_with("->")) {
        return Malformed("body line: stanza ended without a short line");
      }
      return Fail(std::move(decoded).error().With("malformed body line"));
    }
    if (line.size() > kStanzaColumns) return Malformed("body line: too long");
    body.Append(decoded->Expose());
    if (line.size() < kStanzaColumns) return body;
  }
}

}  // namespace

std::vector<std::string_view> Stanza::Arguments() const {
  std::vector<std::string_view> words;
  std::string_view rest = arguments;
  while (!rest.empty()) {
    const std::size_t space = rest.find(' ');
    words.push_back(rest.substr(0, space));
    rest.remove_prefix(space == std::string_view::npos ? rest.size() : space + 1);
  }
  return words;
}

std::optional<std::string_view> Stanza::OnlyArgument() const {
  if (arguments.empty() || arguments.find(' ') != std::string_view::npos) return std::nullopt;
  return arguments;
}

std::optional<std::pair<std::string_view, std::string_view>> Stanza::TwoArguments() const {
  const std::size_t space = arguments.find(' ');
  if (space == std::string_view::npos || arguments.find(' ', space + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return std::pair(arguments.substr(0, space), arguments.substr(space + 1));
}

Result<std::string_view> TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return Fail(Code::kInvalidInput, "unexpected end of file");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<Stanza> TakeStanza(std::string_view& text) {
  ACD_TRY(const std::string_view line, TakeLine(text));
  if (!line.starts_with(kPrefix)) return Malformed("stanza opening line");
  const std::string_view words = line.substr(kPrefix.size());
  if (!AreValidArguments(words)) return Malformed("stanza arguments");
  Stanza stanza;
  const std::size_t space = words.find(' ');
  stanza.type = words.substr(0, space);
  if (space != std::string_view::npos) stanza.arguments = words.substr(space + 1);
  ACD_TRY(stanza.body, TakeBody(text));
  return stanza;
}

void AppendStanza(std::string_view words, std::span<const std::uint8_t> body, SecretBytes& out) {
  out.Append(kPrefix);
  out.Append(words);
  out.Append('\n');
  const SecretBytes padded = EncodeBase64(body);
  std::string_view text = padded.ExposeText();
  while (text.ends_with('=')) text.remove_suffix(1);
  for (; text.size() >= kStanzaColumns; text.remove_prefix(kStanzaColumns)) {
    out.Append(text.substr(0, kStanzaColumns));
    out.Append('\n');
  }
  out.Append(text);
  out.Append('\n');
}

}  // namespace acd::age
