#include "plugin/guard/redact.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

#include "decrypt/base/encoding.h"

namespace acd::guard {
namespace {

constexpr std::size_t kMinValue = 4;
constexpr std::size_t kPrefix = 8;  // enough of a long value to recognise it when it is cut off
constexpr std::size_t kMaxForm = 64U << 10U;  // as much as a tool's message may hold
constexpr std::string_view kReplacement = "[redacted]";
constexpr std::string_view kTooMany =
    "[redacted whole: this render decrypted more than can be looked for in a message; to see it, "
    "render a smaller part of the application]";

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

// A number as Go prints it once helm has read it, which makes a float of it: 12345678 is
// 1.2345678e+07. Empty for what is no number.
SecretBytes AsFloat(std::string_view value) {
  double number = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || rest != end) return SecretBytes();
  SecretBytes out(32);
  char* const begin = reinterpret_cast<char*>(out.ExposeMutable().data());
  const auto [last, failed] =
      std::to_chars(begin, begin + out.size(), number, std::chars_format::scientific);
  out.Resize(failed == std::errc() ? static_cast<std::size_t>(last - begin) : 0);
  return out;
}

std::size_t CommonLength(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

}  // namespace

void Redactor::AddForm(std::string_view form) const {
  if (form.size() < kMinValue) return;
  const std::string_view kept = form.substr(0, kMaxForm);
  if (!forms_.contains(kept)) forms_.insert(SecretBytes::CopyOf(kept));
}

// How much of a form stands at the beginning of `text`, if enough to recognise it.
std::size_t Redactor::Recognised(std::string_view text) const {
  std::size_t length = 0;
  for (std::size_t size = kMinValue; size < kPrefix && size <= text.size(); ++size) {
    if (forms_.contains(text.substr(0, size))) length = size;
  }
  // In their order, the form that has most in common with the text is next to it.
  const auto above = forms_.lower_bound(text);
  std::size_t common = above == forms_.end() ? 0 : CommonLength(text, above->ExposeText());
  if (above != forms_.begin()) {
    common = std::max(common, CommonLength(text, std::prev(above)->ExposeText()));
  }
  return common >= kPrefix ? common : length;
}

void Redactor::Keep(SecretBytes value) {
  const std::string_view text = value.ExposeText();
  if (text.size() < kMinValue || cost_ > kMaxCost) return;
  const auto newlines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const bool too_long = newlines == 0 && text.size() > kMaxForm;
  if (too_long) value = SecretBytes::CopyOf(text.substr(0, kMaxForm));
  cost_ += value.size() + (newlines + 1) * kCostOfALine;
  added_.push_back(std::move(value));
  if (cost_ <= kMaxCost) return;
  added_.clear();
  forms_.clear();
}

void Redactor::Add(std::vector<SecretBytes> values) {
  const std::lock_guard lock(mutex_);
  for (SecretBytes& value : values) Keep(std::move(value));
}

void Redactor::AddForms(const SecretBytes& value) const {
  const std::string_view text = value.ExposeText();
  AddForm(text);
  const SecretBytes quoted = Quoted(text);
  if (quoted.size() != text.size()) AddForm(quoted.ExposeText());
  AddForm(EncodeBase64(value.Expose()).ExposeText());
  AddForm(AsFloat(text).ExposeText());
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
    if (cost_ > kMaxCost) return std::string(kTooMany);
    for (const SecretBytes& value : added_) AddForms(value);
    added_.clear();
    for (std::size_t at = 0; at + kMinValue <= text.size(); ++at) {
      const std::size_t length = Recognised(text.substr(at));
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
