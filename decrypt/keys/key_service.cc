#include "decrypt/keys/key_service.h"

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

}  // namespace acd::keys
