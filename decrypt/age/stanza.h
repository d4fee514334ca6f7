#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// One recipient of an age file, or one message of a plugin. The views borrow from the parsed
/// input.
struct Stanza {
  std::string_view type;
  std::string_view arguments;  ///< separated by single spaces; empty = none
  SecretBytes body;            ///< decoded

  /// The arguments one by one.
  std::vector<std::string_view> Arguments() const;
  /// The only argument, or nullopt when there are none or several.
  std::optional<std::string_view> OnlyArgument() const;
  /// The arguments if there are two, else nullopt.
  std::optional<std::pair<std::string_view, std::string_view>> TwoArguments() const;
};

/// Takes the next line off the front of `text`, without its LF, which must be there.
Result<std::string_view> TakeLine(std::string_view& text);

/// Takes a stanza off the front of `text`.
/// Errors: kInvalidInput "malformed ...", "unexpected end of file"; they quote nothing.
/// Spec: C2SP age, "Recipient stanza".
Result<Stanza> TakeStanza(std::string_view& text);

/// Appends a stanza as it is written. `words`: type and arguments, separated by single spaces.
void AppendStanza(std::string_view words, std::span<const std::uint8_t> body, SecretBytes& out);

/// Full lines of a stanza's body; the last one is shorter.
inline constexpr std::size_t kStanzaColumns = 64;

}  // namespace acd::age
