#pragma once

#include <span>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::preview {

/// The key of the hashes that stand for values: without it, nobody can try out which value a hash
/// is of; with it, equal values have equal hashes. Worth as much care as a weak secret of one's
/// own.
class HashKey {
 public:
  /// A new random key.
  static HashKey Random();
  /// A key file of the user's: at least 16 bytes, white space at its end aside. Errors name the
  /// file: kNotFound, kIo, kInvalidInput (too short, too long).
  static Result<HashKey> Read(const std::string& path);
  /// The key in `path`, made (mode 0600, its folders 0700) where there is none. Safe when several
  /// processes do it at once: all get the same. Errors name the file: kIo; kInvalidInput (others
  /// may read it).
  static Result<HashKey> ReadOrMake(const std::string& path);

  HashKey Clone() const { return HashKey(key_.Clone()); }

  /// `hmac:` and 12 hex digits of HMAC-SHA-256.
  std::string Hash(std::string_view value) const;

 private:
  explicit HashKey(SecretBytes key) : key_(std::move(key)) {}
  SecretBytes key_;
};

}  // namespace acd::preview
