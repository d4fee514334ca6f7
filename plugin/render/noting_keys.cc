#include "plugin/render/noting_keys.h"

namespace acd::render {

Result<SecretBytes> NotingKeys::Unwrap(const keys::WrappedKey& key,
                                       const keys::Requester& requester) {
  auto opened = keys_.Unwrap(key, requester);
  if (!opened) return opened;
  const bool ssh = key.type == keys::WrappedKey::Type::kAge && key.name.starts_with("ssh-");
  const std::string kind = ssh ? "ssh" : keys::TypeName(key.type);
  kind_ = kind_.empty() || kind_ == kind ? kind : "several";
  return opened;
}

}  // namespace acd::render
