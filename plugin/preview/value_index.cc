#include "plugin/preview/value_index.h"

#include <algorithm>
#include <map>
#include <utility>

#include "plugin/preview/forms.h"

namespace acd::preview {
namespace {

constexpr std::size_t kMinInside = 4;
constexpr std::size_t kPairs = 1U << 16U;

std::size_t PairAt(std::string_view text) {
  return static_cast<std::size_t>(static_cast<std::uint8_t>(text[0])) << 8U |
         static_cast<std::uint8_t>(text[1]);
}

bool IsWordChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_';
}

std::size_t CommonLength(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + size, b.begin()).first -
                                  a.begin());
}

bool StandsAlone(std::string_view text, std::size_t at, std::size_t size) {
  return (at == 0 || !IsWordChar(text[at - 1])) &&
         (at + size == text.size() || !IsWordChar(text[at + size]));
}

}  // namespace

Result<ValueIndex> ValueIndex::Build(const std::vector<SecretBytes>& values, const HashKey& key) {
  ValueIndex index;
  std::size_t bytes = 0;
  std::map<std::string, std::uint32_t> hash_ids;
  const auto add = [&](std::string_view text, std::uint32_t hash, Reach reach) {
    if (text.empty() || bytes > kMaxBytes || index.forms_.size() > kMaxForms) return;
    Form form;
    form.text = SecretBytes::CopyOf(text);
    form.hash = hash;
    form.inside = reach != Reach::kScalar && text.size() >= kMinInside;
    form.alone = reach == Reach::kAlone && text.size() < kMinInside + 2;
    bytes += text.size();
    index.forms_.push_back(std::move(form));
  };
  std::size_t value_bytes = 0;
  for (const SecretBytes& value : values) {
    value_bytes += value.size();
    if (value_bytes > kMaxValueBytes || bytes > kMaxBytes) break;
    const Reach reach = ReachOf(value.ExposeText());
    if (reach == Reach::kNowhere) continue;
    std::string_view last;
    std::uint32_t id = kNone;
    bool has_itself = false;
    ForEachForm(value.ExposeText(), [&](std::string_view text, std::string_view stands_for) {
      if (id == kNone || stands_for.data() != last.data() || stands_for.size() != last.size()) {
        last = stands_for;
        has_itself = false;
        const auto [known, is_new] =
            hash_ids.try_emplace(key.Hash(stands_for), static_cast<std::uint32_t>(hash_ids.size()));
        id = known->second;
        if (is_new) index.hashes_.push_back(known->first);
      }
      const bool itself = text == stands_for;  // which most forms of most values are
      if (!itself || !has_itself) add(text, id, reach);
      has_itself = has_itself || itself;
    });
  }
  if (value_bytes > kMaxValueBytes || bytes > kMaxBytes || index.forms_.size() > kMaxForms) {
    return Fail(Code::kLimitExceeded,
                "more was decrypted than can be looked for in the output (16 MiB, or 64 MiB with "
                "all forms of each value)",
                "render a smaller part of the application, or use --reveal where nobody looks on");
  }
  index.Finish();
  return index;
}

void ValueIndex::Finish() {
  // Of equal forms the one that is looked for in more places comes first and stays.
  const auto order = [](const Form& a, const Form& b) {
    const int compared = a.text.ExposeText().compare(b.text.ExposeText());
    if (compared != 0) return compared < 0;
    if (a.inside != b.inside) return a.inside;
    return !a.alone && b.alone;
  };
  std::stable_sort(forms_.begin(), forms_.end(), order);
  const auto same = [](const Form& a, const Form& b) {
    return a.text.ExposeText() == b.text.ExposeText();
  };
  forms_.erase(std::unique(forms_.begin(), forms_.end(), same), forms_.end());
  begins_.assign(kPairs, false);
  std::vector<std::uint32_t> open;  // each begins with the one below it
  for (std::size_t i = 0; i < forms_.size(); ++i) {
    const std::string_view text = forms_[i].text.ExposeText();
    while (!open.empty() && !text.starts_with(forms_[open.back()].text.ExposeText())) {
      open.pop_back();
    }
    if (!open.empty()) forms_[i].shorter = open.back();
    open.push_back(static_cast<std::uint32_t>(i));
    if (forms_[i].inside) begins_[PairAt(text)] = true;
  }
}

std::optional<ValueIndex::Match> ValueIndex::Longest(std::string_view text, std::size_t at) const {
  const std::string_view rest = text.substr(at);
  if (rest.size() < kMinInside || !begins_[PairAt(rest)]) return std::nullopt;
  const auto above = std::upper_bound(
      forms_.begin(), forms_.end(), rest,
      [](std::string_view wanted, const Form& form) { return wanted < form.text.ExposeText(); });
  if (above == forms_.begin()) return std::nullopt;
  // A form that the text begins with is not above the one next below the text, and so that one
  // begins with it, too: as far as the two agree, they begin with the same forms.
  auto candidate = static_cast<std::uint32_t>(std::prev(above) - forms_.begin());
  const std::size_t common = CommonLength(forms_[candidate].text.ExposeText(), rest);
  for (; candidate != kNone; candidate = forms_[candidate].shorter) {
    const Form& form = forms_[candidate];
    const std::size_t size = form.text.size();
    if (size > common || !form.inside || (form.alone && !StandsAlone(text, at, size))) continue;
    return Match{size, hashes_[form.hash]};
  }
  return std::nullopt;
}

std::optional<ValueIndex::Match> ValueIndex::Whole(std::string_view text) const {
  const auto found = std::lower_bound(
      forms_.begin(), forms_.end(), text,
      [](const Form& form, std::string_view wanted) { return form.text.ExposeText() < wanted; });
  if (found == forms_.end() || found->text.ExposeText() != text) return std::nullopt;
  return Match{text.size(), hashes_[found->hash]};
}

}  // namespace acd::preview
