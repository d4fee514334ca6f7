#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/sops/stores/store.h"

namespace acd {

/// START HERE for the library: one encrypted document in, plaintext out.

struct DecryptOptions {
  sops::Format input = sops::Format::kYaml;
  sops::Format output = sops::Format::kYaml;
  bool ignore_mac = false;
  std::string extract;  ///< sops's `--extract` path, `["a"][0]`; empty = the whole file
  sops::WriteOptions write;
  Limits limits;
};

/// A decrypted document.
struct Plaintext {
  SecretBytes text;
  /// Each decrypted string, for redaction of anything that leaves the process.
  std::vector<SecretBytes> values;
};

/// Whether a file is a SOPS document of this format: it has metadata where the format keeps it.
/// Cheap for files without the marker text, exact for the others; never an error (what does not
/// parse is not a SOPS document, and the guard refuses leftovers later).
bool IsSopsDocument(std::span<const std::uint8_t> content, sops::Format format);

/// Decrypts one SOPS document, MAC always verified unless `ignore_mac`.
/// Returns all or nothing. `content` and `requester` are borrowed for the call.
/// Errors carry a Stage, so that a caller can tell sops's exit codes apart.
/// Threads: safe to call concurrently. Spec: formats of sops 3.13.3.
Result<Plaintext> DecryptDocument(std::span<const std::uint8_t> content,
                                  const DecryptOptions& options, keys::KeyService& keys,
                                  const keys::Requester& requester);

}  // namespace acd
