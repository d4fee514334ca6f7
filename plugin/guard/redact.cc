#include "plugin/guard/redact.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::guard {
namespace {

constexpr std::size_t kMinValue = 4;
constexpr std::size_t kPrefix = 8;  // enough of a long value to recognise it when it is cut off
constexpr std::size_t kMaxForm = 64U << 10U;  // as much as a tool's message may hold
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

std::uint32_t FirstFour(std::string_view text) {
  std::uint32_t value = 0;
  std::memcpy(&value, text.data(), sizeof(value));
  return value;
}

// How much of `form` stands at the beginning of `text`, if enough to recognise it.
std::size_t Recognised(std::string_view text, std::string_view form) {
  const std::size_t common = CommonLength(text, form);
  return common >= std::min(form.size(), kPrefix) ? common : 0;
}

}  // namespace

void Redactor::AddForm(std::string_view form) {
  if (form.size() < kMinValue) return;
  forms_[FirstFour(form)].push_back(SecretBytes::CopyOf(form.substr(0, kMaxForm)));
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
    for (std::size_t at = 0; at + kMinValue <= text.size(); ++at) {
      const auto forms = forms_.find(FirstFour(text.substr(at)));
      if (forms == forms_.end()) continue;
      std::size_t length = 0;
      for (const SecretBytes& form : forms->second) {
        length = std::max(length, Recognised(text.substr(at), form.ExposeText()));
      }
      std::fill_n(secret.begin() + static_cast<std::ptrdiff_t>(at), length, true);
    }
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
