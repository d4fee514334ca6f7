#include "decrypt/keys/vault_allowlist.h"

#include <algorithm>

namespace acd::keys {
namespace {

std::string WithSlash(std::string_view text) {
  return std::string(text).append(text.ends_with('/') ? "" : "/");
}

std::string_view Trim(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

Result<VaultAllowlist> VaultAllowlist::Parse(std::string_view text, std::string_view fallback) {
  if (text.empty()) text = fallback;
  VaultAllowlist list;
  list.all_ = text == "all";
  if (list.all_ || text == "none") return list;
  for (std::size_t entry = 1;; ++entry) {
    const std::size_t comma = text.find(',');
    const std::string_view prefix = Trim(text.substr(0, comma));
    if (prefix.empty()) {
      return Fail(Code::kInvalidInput,
                  "SOPS_HC_VAULT_ALLOWLIST's entry " + std::to_string(entry) + " is empty");
    }
    list.prefixes_.push_back(WithSlash(prefix));
    if (comma == std::string_view::npos) return list;
    text.remove_prefix(comma + 1);
  }
}

bool VaultAllowlist::Allows(std::string_view address) const {
  const std::string full = WithSlash(address);
  return all_ || std::any_of(prefixes_.begin(), prefixes_.end(),
                             [&](const std::string& prefix) { return full.starts_with(prefix); });
}

std::string_view VaultAddressOf(std::string_view name) {
  const std::size_t end = name.find("/v1/");
  return name.substr(0, end);
}

}  // namespace acd::keys
