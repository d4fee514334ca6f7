#pragma once

#include <memory>

#include "tests/bench/document.h"

namespace acd::bench {

/// The least that decrypting a document takes: the same primitives of libsodium and OpenSSL in a
/// bare loop, on bytes that are decoded already and into buffers that are there already. No text,
/// no tree, nothing wiped.
class Floor {
 public:
  explicit Floor(const Document& document);
  ~Floor();

  /// Unwraps the data key (X25519, HKDF, ChaCha20-Poly1305, the header's HMAC, the payload), opens
  /// each value, hashes it, opens the MAC and compares. False: something did not verify.
  bool Run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace acd::bench
