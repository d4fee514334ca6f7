#include "plugin/preview/forms.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "decrypt/base/encoding.h"
#include "decrypt/yaml/go_numbers.h"
#include "decrypt/yaml/resolve.h"

namespace acd::preview {
namespace {

constexpr std::size_t kMinLine = 8;
constexpr std::size_t kShort = 4;
constexpr std::size_t kShortNumber = 6;
constexpr std::string_view kLowerHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

// The inside of a JSON or Go string literal. `html`: <, > and & too, as Go's encoding/json does.
SecretBytes Quoted(std::string_view text, bool html) {
  SecretBytes out;
  out.Reserve(text.size() + 16);
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '\n') {
      out.Append("\\n");
    } else if (c == '\r') {
      out.Append("\\r");
    } else if (c == '\t') {
      out.Append("\\t");
    } else if (c == '"' || c == '\\') {
      out.Append('\\');
      out.Append(c);
    } else if (byte < 0x20 || (html && (c == '<' || c == '>' || c == '&'))) {
      out.Append("\\u00");
      out.Append(kLowerHex[byte >> 4U]);
      out.Append(kLowerHex[byte & 15U]);
    } else {
      out.Append(c);
    }
  }
  return out;
}

SecretBytes Replaced(std::string_view text, char what, std::string_view by) {
  SecretBytes out;
  out.Reserve(text.size() + 16);
  for (const char c : text) {
    if (c == what) {
      out.Append(by);
    } else {
      out.Append(c);
    }
  }
  return out;
}

// Go's url.QueryEscape, or url.PathEscape, which lets more stand, or what keeps only what every
// part of a URL may hold but writes a space as %20.
SecretBytes UrlEscaped(std::string_view text, std::string_view also_plain, bool plus) {
  SecretBytes out;
  out.Reserve(text.size() + 16);
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (IsAlnum(c) || std::string_view("-_.~").find(c) != std::string_view::npos ||
        also_plain.find(c) != std::string_view::npos) {
      out.Append(c);
    } else if (c == ' ' && plus) {
      out.Append('+');
    } else {
      out.Append('%');
      out.Append(kUpperHex[byte >> 4U]);
      out.Append(kUpperHex[byte & 15U]);
    }
  }
  return out;
}

// Go's html.EscapeString, and what text/template's `html` makes.
SecretBytes HtmlEscaped(std::string_view text) {
  SecretBytes out;
  out.Reserve(text.size() + 16);
  for (const char c : text) {
    if (c == '&') {
      out.Append("&amp;");
    } else if (c == '<') {
      out.Append("&lt;");
    } else if (c == '>') {
      out.Append("&gt;");
    } else if (c == '"') {
      out.Append("&#34;");
    } else if (c == '\'') {
      out.Append("&#39;");
    } else {
      out.Append(c);
    }
  }
  return out;
}

SecretBytes UrlSafe(const SecretBytes& base64) {
  SecretBytes out = base64.Clone();
  for (std::uint8_t& c : out.ExposeMutable()) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return out;
}

std::string_view Unpadded(const SecretBytes& base64) {
  const std::string_view text = base64.ExposeText();
  return text.substr(0, text.find_last_not_of('=') + 1);
}

void Base64Forms(std::string_view value, const FormVisitor& visit) {
  const SecretBytes standard = EncodeBase64(AsBytes(value));
  const SecretBytes url = UrlSafe(standard);
  for (const SecretBytes* base64 : {&standard, &url}) {
    visit(base64->ExposeText(), value);
    visit(Unpadded(*base64), value);
  }
}

void TextForms(std::string_view value, const FormVisitor& visit) {
  visit(value, value);
  for (const bool html : {false, true}) {
    const SecretBytes once = Quoted(value, html);
    visit(once.ExposeText(), value);
    if (once.size() != value.size()) visit(Quoted(once.ExposeText(), html).ExposeText(), value);
  }
  visit(Replaced(value, '\'', "''").ExposeText(), value);
  visit(Replaced(value, '\'', "'\\''").ExposeText(), value);
  visit(UrlEscaped(value, "", true).ExposeText(), value);
  visit(UrlEscaped(value, "", false).ExposeText(), value);
  visit(UrlEscaped(value, "$&+:=@", false).ExposeText(), value);
  visit(HtmlEscaped(value).ExposeText(), value);
  Base64Forms(value, visit);
}

void NumberForms(std::string_view value, const FormVisitor& visit) {
  const auto number = yaml::Resolve(value, {}, true, yaml::Rules::kYaml11);
  if (number.type == yaml::Type::kInt && !number.beyond_int64) {
    visit(std::to_string(number.integer), value);
    visit(yaml::FormatGoFloat(static_cast<double>(number.integer)), value);
  } else if (number.type == yaml::Type::kFloat) {
    visit(yaml::FormatGoFloat(number.real), value);
  }
}

void LineForms(std::string_view value, const FormVisitor& visit) {
  for (std::size_t begin = 0; begin < value.size();) {
    const std::size_t end = std::min(value.find('\n', begin), value.size());
    const std::string_view line = Trimmed(value.substr(begin, end - begin));
    if (line.size() >= kMinLine) {
      visit(line, line);
      visit(Quoted(line, false).ExposeText(), line);
    }
    begin = end + 1;
  }
}

}  // namespace

Reach ReachOf(std::string_view value) {
  const std::string_view text = Trimmed(value);
  const auto type = yaml::Resolve(text, {}, true, yaml::Rules::kYaml11).type;
  if (type == yaml::Type::kNull || type == yaml::Type::kBool) return Reach::kNowhere;
  if (text.size() < kShort) return Reach::kScalar;
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && text.size() < kShortNumber ? Reach::kAlone : Reach::kAnywhere;
}

void ForEachForm(std::string_view value, const FormVisitor& visit) {
  TextForms(value, visit);
  const std::string_view trimmed = Trimmed(value);
  if (trimmed.size() != value.size() && !trimmed.empty()) TextForms(trimmed, visit);
  NumberForms(trimmed, visit);
  if (trimmed.find('\n') != std::string_view::npos) LineForms(trimmed, visit);
}

}  // namespace acd::preview
