#include "decrypt/keys/key_ring.h"

#include <utility>

namespace acd::keys {
namespace {

Failure RefuseCloudKey(const WrappedKey& key) {
  return Fail(Code::kUnsupported,
              std::string("keys of type ") + TypeName(key.type) +
                  " are not supported by this build, only age and pgp are",
              "add an age recipient whose key is at hand: sops rotate -i --add-age age1... FILE");
}

Failure RefuseVault(const WrappedKey& key) {
  return Fail(Code::kInvalidInput,
              "Allowlist does not allow " + std::string(VaultAddressOf(key.name)),
              "allow this server in SOPS_HC_VAULT_ALLOWLIST, a comma list of URL prefixes");
}

}  // namespace

KeyRing::KeyRing(KeySources sources, std::shared_ptr<const KeyTools> tools,
                 Result<VaultAllowlist> vaults, const Limits& limits, const Warn& warn,
                 const Clock& clock)
    : vaults_(std::move(vaults)),
      pgp_(sources.pgp_folder, limits, tools, warn, clock),
      age_(std::move(sources), limits, warn, clock, tools) {}

Result<SecretBytes> KeyRing::Unwrap(const WrappedKey& key, const Requester& requester) {
  switch (key.type) {
    case WrappedKey::Type::kAge:
      return age_.Unwrap(key, requester);
    case WrappedKey::Type::kPgp:
      return pgp_.Unwrap(key, requester);
    case WrappedKey::Type::kHcVault:
      if (!vaults_) return Fail(vaults_.error());
      if (!vaults_->Allows(VaultAddressOf(key.name))) return RefuseVault(key);
      return RefuseCloudKey(key);
    case WrappedKey::Type::kAwsKms:
    case WrappedKey::Type::kGcpKms:
    case WrappedKey::Type::kAzureKv:
    case WrappedKey::Type::kHuaweiKms:
      return RefuseCloudKey(key);
  }
  return Fail(Code::kInternal, "a key of an unknown type");
}

std::vector<std::string> KeyRing::PublicNames(const Requester& requester) {
  std::vector<std::string> names = age_.PublicNames(requester);
  for (std::string& name : pgp_.PublicNames(requester)) names.push_back(std::move(name));
  return names;
}

KeyState KeyRing::State() {
  KeyState state = age_.State();
  const KeyState pgp = pgp_.State();
  state.has_key = state.has_key || pgp.has_key;
  state.Add(pgp);
  return state;
}

}  // namespace acd::keys
