#include "decrypt/keys/opened_keys.h"

#include <openssl/evp.h>

#include <new>

#include "decrypt/base/openssl.h"

namespace acd::keys {

OpenedKeys::Digest OpenedKeys::DigestOf(std::string_view wrapped) {
  Digest digest = {};
  if (EVP_Digest(wrapped.data(), wrapped.size(), digest.data(), nullptr, Sha256(), nullptr) != 1) {
    throw std::bad_alloc();  // nothing else can go wrong
  }
  return digest;
}

std::optional<SecretBytes> OpenedKeys::Find(std::string_view wrapped) const {
  const Digest digest = DigestOf(wrapped);
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(digest);
  if (found == keys_.end()) return std::nullopt;
  return found->second.Clone();
}

void OpenedKeys::Keep(std::string_view wrapped, const SecretBytes& data_key) {
  const Digest digest = DigestOf(wrapped);
  if (max_ == 0 || data_key.size() > kMaxKeySize) return;
  const std::lock_guard lock(mutex_);
  if (keys_.contains(digest)) return;
  order_.push_back(digest);  // first: what is not in this list would stay for ever
  keys_.try_emplace(digest, data_key.Clone());
  if (order_.size() <= max_) return;
  keys_.erase(order_.front());
  order_.pop_front();
}

}  // namespace acd::keys
