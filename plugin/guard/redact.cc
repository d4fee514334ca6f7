#include "plugin/guard/redact.h"

#include <algorithm>
#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::guard {
namespace {

constexpr std::size_t kMinValue = 4;
constexpr std::size_t kPrefix = 8;  // enough of a long value to recognise it when it is cut off
constexpr std::string_view kReplacement = "[redacted]";

// The inside of a Go or JSON string literal; the two agree on what matters here.
SecretBytes Quoted(std::string_view value) {
  SecretBytes out;
  out.Reserve(value.size() + 16);
  for (const char c : value) {
    switch (c) {
      case '\n':
        out.Append("\\n");
        break;
      case '\r':
        out.Append("\\r");
        break;
      case '\t':
        out.Append("\\t");
        break;
      case '"':
      case '\\':
        out.Append('\\');
        out.Append(c);
        break;
      default:
        out.Append(c);
    }
  }
  return out;
}

std::size_t CommonLength(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

// Marks the bytes of `text` that show `form`, or its beginning.
void Mark(std::string_view text, std::string_view form, std::vector<bool>& secret) {
  const std::string_view start = form.substr(0, std::min(form.size(), kPrefix));
  for (std::size_t at = text.find(start); at != std::string_view::npos;
       at = text.find(start, at + 1)) {
    const std::size_t length = CommonLength(text.substr(at), form);
    std::fill_n(secret.begin() + static_cast<std::ptrdiff_t>(at), length, true);
  }
}

}  // namespace

void Redactor::AddForm(std::string_view form) {
  if (form.size() >= kMinValue) forms_.push_back(SecretBytes::CopyOf(form));
}

void Redactor::Add(const SecretBytes& value) {
  const std::string_view text = value.ExposeText();
  if (text.size() < kMinValue) return;
  const std::lock_guard lock(mutex_);
  AddForm(text);
  const SecretBytes quoted = Quoted(text);
  if (quoted.size() != text.size()) AddForm(quoted.ExposeText());
  AddForm(EncodeBase64(value.Expose()).ExposeText());
  if (text.find('\n') == std::string_view::npos) return;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t newline = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, newline - begin);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    AddForm(line);
    begin = newline + 1;
  }
}

std::string Redactor::Apply(std::string_view text) const {
  std::vector<bool> secret(text.size(), false);
  {
    const std::lock_guard lock(mutex_);
    for (const SecretBytes& form : forms_) Mark(text, form.ExposeText(), secret);
  }
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!secret[i]) {
      out += text[i];
    } else if (i == 0 || !secret[i - 1]) {
      out += kReplacement;
    }
  }
  return out;
}

}  // namespace acd::guard
