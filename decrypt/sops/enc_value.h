#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// The fields of an `ENC[AES256_GCM,data:...,iv:...,tag:...,type:...]` text, borrowed from it.
struct EncText {
  std::string_view data, iv, tag;  ///< base64
  std::string_view type;
};

/// Cuts an ENC text up; nullopt when it is none. Same language as sops's expression
/// `^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]`: greedy, anchored at the start only,
/// so that text after the last bracket is ignored.
std::optional<EncText> ParseEncText(std::string_view text);

/// Opens the values of one document.
///
/// Authenticates each with AES-GCM over `aad` (its path), then reads it as its type. That a value
/// opens says nothing about the document: keys, order and plain values are only what the MAC says.
/// Not safe for concurrent use; each document has its own.
class ValueCipher {
 public:
  /// A key of another length than 16, 24 or 32 bytes makes every Decrypt fail, as in sops.
  explicit ValueCipher(const SecretBytes& data_key);
  ~ValueCipher();
  ValueCipher(const ValueCipher&) = delete;
  ValueCipher& operator=(const ValueCipher&) = delete;

  /// One value: SecretBytes, int64, double, bool, Timestamp or Comment. "" is its own ciphertext.
  /// Errors in sops's words, without any part of the value: kInvalidInput (no ENC text, base64, an
  /// unknown type, a plaintext that is not of its type), kAuthFailed, kUnsupported (IV of more than
  /// 128 bytes; OpenSSL ends there, sops writes 32).
  Result<Node> Decrypt(std::string_view text, std::string_view aad);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace acd::sops
