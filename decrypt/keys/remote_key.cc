#include "decrypt/keys/remote_key.h"

#include <string>

namespace acd::keys {
namespace {

constexpr const char* kAllowlist = "SOPS_HC_VAULT_ALLOWLIST";

std::string WithSlash(std::string_view text) {
  std::string out(text);
  if (!out.ends_with('/')) out += '/';
  return out;
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Of `ADDRESS/v1/ENGINE/keys/NAME`. The shortest, if there are several ways to read it: a hostile
/// file must not look allowed by what stands behind its address.
std::string_view VaultAddress(std::string_view name) { return name.substr(0, name.find("/v1/")); }

}  // namespace

Status CheckVaultAllowed(std::string_view address, std::string_view list) {
  if (list.empty() || list == "all") return {};
  const std::string asked = WithSlash(address);
  bool allowed = false;
  for (std::size_t number = 1; list != "none"; ++number) {
    const std::size_t comma = list.find(',');
    const std::string_view entry = Trimmed(list.substr(0, comma));
    if (entry.empty()) {
      return Fail(Code::kInvalidInput,
                  std::string(kAllowlist) + "'s entry " + std::to_string(number) + " is empty");
    }
    allowed = allowed || asked.starts_with(WithSlash(entry));
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  if (allowed) return {};
  return Fail(Code::kUnsupported, "Allowlist does not allow " + std::string(address),
              std::string("the file names a Vault that ") + kAllowlist +
                  " does not; add it there if it is yours");
}

Failure RemoteKeyFailure(const WrappedKey& key,
                         const std::function<const char*(const char*)>& getenv) {
  if (key.type == WrappedKey::Type::kHcVault) {
    const char* list = getenv(kAllowlist);
    auto allowed = CheckVaultAllowed(VaultAddress(key.name), list == nullptr ? "" : list);
    if (!allowed) return Fail(std::move(allowed).error());
  }
  return Fail(
      Code::kUnsupported,
      std::string("keys of type ") + TypeName(key.type) + " are not supported by this build",
      "add an age or PGP recipient to the file, for example with `sops updatekeys FILE`");
}

}  // namespace acd::keys
