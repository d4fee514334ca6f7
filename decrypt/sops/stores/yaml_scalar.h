#pragma once

#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::sops {

/// How a string is printed in YAML, so that it reads back as that string.
struct ScalarPlan {
  enum class Style { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral };

  Style style = Style::kPlain;
  std::string_view tag;    ///< "!!binary", "!!merge" or empty
  std::string_view text;   ///< to print: the string itself, or `base64`
  bool multiline = false;  ///< holds a line break of any kind
  SecretBytes base64;      ///< of a string that is not UTF-8
};

/// The style in which sops prints a string, except where that loses data (a text with lines that
/// starts with a tab) or depends on the YAML version (a line or paragraph separator): double
/// quotes. `text` is borrowed by the result.
ScalarPlan PlanString(std::string_view text);

/// A literal block needs an indentation indicator: it starts with a space or a break.
bool NeedsIndentationIndicator(std::string_view literal);

/// The chomping indicator of a literal block: "", "-" or "+".
std::string_view ChompingIndicator(std::string_view literal);

/// `text` between double quotes, escaped as go-yaml does.
void AppendDoubleQuoted(std::string_view text, SecretBytes& out);

}  // namespace acd::sops
