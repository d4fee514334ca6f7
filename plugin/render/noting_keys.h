#pragma once

#include <string>

#include "decrypt/keys/key_service.h"

namespace acd::render {

/// Passes everything on, and notes the kind of the keys that opened something. For one document.
class NotingKeys : public keys::KeyService {
 public:
  /// `keys` is borrowed for this object's life.
  explicit NotingKeys(keys::KeyService& keys) : keys_(keys) {}

  Result<SecretBytes> Unwrap(const keys::WrappedKey& key,
                             const keys::Requester& requester) override;
  std::vector<std::string> PublicNames(const keys::Requester& requester) override {
    return keys_.PublicNames(requester);
  }

  /// As in DecryptedFiles. That an age key is an SSH key is told by the recipient that the document
  /// names: nobody vouches for it, and nothing but a statistic depends on it.
  const std::string& kind() const { return kind_; }

 private:
  keys::KeyService& keys_;
  std::string kind_;
};

}  // namespace acd::render
