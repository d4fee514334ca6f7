#pragma once

#include <memory>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/enc_value.h"
#include "decrypt/sops/metadata.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// SHA-512 over a document's leaves in their order, without separators: what sops calls its MAC.
///
/// It ties together the values of a document, which are authenticated one by one, and the plain
/// ones. Not covered: keys of plain values, where one plain value ends and the next begins, empty
/// values, comments, and all metadata.
class MacHash {
 public:
  /// `mac_only_encrypted`: starts with sops's fixed seed, so that the two kinds never agree.
  explicit MacHash(bool mac_only_encrypted);
  ~MacHash();
  MacHash(const MacHash&) = delete;
  MacHash& operator=(const MacHash&) = delete;

  /// Adds a leaf in its text form: True/False, shortest digits without exponent, RFC 3339.
  /// A comment, null or an empty container adds nothing.
  void Add(const Node& leaf);

  /// 128 upper-case hex digits. As secret as the values: equal documents are equal here. Call once.
  SecretBytes Finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Decrypts the document's MAC and compares it with the computed one.
/// Errors: kAuthFailed "Cannot decrypt MAC: ..." or "MAC mismatch. File has ...", with neither MAC.
Status VerifyMac(const Metadata& metadata, ValueCipher& cipher, const SecretBytes& computed);

}  // namespace acd::sops
