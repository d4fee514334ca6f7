#include "decrypt/keys/key_service.h"

#include <algorithm>

namespace acd::keys {

const char* TypeName(WrappedKey::Type type) {
  switch (type) {
    case WrappedKey::Type::kAge:
      return "age";
    case WrappedKey::Type::kPgp:
      return "pgp";
    case WrappedKey::Type::kAwsKms:
      return "kms";
    case WrappedKey::Type::kGcpKms:
      return "gcp_kms";
    case WrappedKey::Type::kAzureKv:
      return "azure_kv";
    case WrappedKey::Type::kHcVault:
      return "hc_vault";
    case WrappedKey::Type::kHuaweiKms:
      return "hckms";
  }
  return "unknown";
}

void KeyState::Add(const KeyState& other) {
  problems.insert(problems.end(), other.problems.begin(), other.problems.end());
  for (const auto& [kind, count] : other.loaded) loaded[kind] += count;
  if (other.oldest_file) {
    oldest_file = std::min(oldest_file.value_or(*other.oldest_file), *other.oldest_file);
  }
  if (other.newest_file) {
    newest_file = std::max(newest_file.value_or(*other.newest_file), *other.newest_file);
  }
  reloads += other.reloads;
  failed_reloads += other.failed_reloads;
}

}  // namespace acd::keys
