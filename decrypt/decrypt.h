#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/content.h"
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
  /// Refuse a missing or malformed `sops.version`, as sops's command does and its Go package, which
  /// KSOPS uses, does not.
  bool check_version = false;
  std::string extract;  ///< sops's `--extract` path, `["a"][0]`; empty = the whole file
  /// Key types to try first within a key group, by sops's names; the rest follow in sops's order.
  std::vector<std::string> decryption_order = {"age", "pgp"};
  sops::WriteOptions write;
  Limits limits;
};

/// A decrypted document.
struct Plaintext {
  SecretBytes text;
  /// Each decrypted string and number, for redaction of anything that leaves the process.
  std::vector<SecretBytes> values;
};

/// A file recognised as a SOPS document, and read only once for that and for its decryption.
class SopsDocument {
 public:
  /// nullopt: it is none. A SOPS document has a `sops` entry where the format keeps its metadata
  /// (YAML: in the first document), and that entry holds a MAC, a modification time or a wrapped
  /// key, or else some value is an ENC[...] text. Cheap for files without the marker text. Never an
  /// error: a file that has the marker texts but does not parse counts as one, so that Decrypt
  /// tells what is wrong with it rather than that its ciphertext goes on as plain text. Not one:
  /// ENC[...] texts without a `sops` entry (the output guard refuses those), and settings that
  /// merely happen to be called `sops`. `content` need not outlive the call, unless it is
  /// Content::Lasting.
  static std::optional<SopsDocument> Detect(const Content& content, sops::Format format,
                                            const Limits& limits = {});

  /// For a file that has to be one. What is wrong with it, Decrypt tells.
  static SopsDocument Read(const Content& content, sops::Format format, const Limits& limits = {});

  sops::Format format() const { return format_; }

  /// As DecryptDocument; `options.input` and `options.limits` have had their say. Once.
  Result<Plaintext> Decrypt(const DecryptOptions& options, keys::KeyService& keys,
                            const keys::Requester& requester) &&;

 private:
  SopsDocument(const Content& content, SecretBytes text, sops::Format format,
               Result<std::vector<sops::Node>> documents);
  sops::Format format_;
  SecretBytes text_;  // texts in the documents may be views of it
  Result<std::vector<sops::Node>> documents_;
  std::string format_hint_;  ///< what to do when it cannot be read, by the looks of the content
};

/// Loads what the first decryption of a process would load, but for keys: half a millisecond that
/// may as well pass beside something else. Threads: safe to call concurrently.
void LoadCiphers();

/// Decrypts one SOPS document, MAC always verified unless `ignore_mac`.
/// Returns all or nothing. `content` and `requester` are borrowed for the call.
/// Errors carry a Stage, so that a caller can tell sops's exit codes apart (kNone: the `extract`
/// path leads nowhere). They name the path of a value inside the file, not the file; never a value,
/// nor anything computed from one. Threads: safe to call concurrently. Spec: formats of
/// sops 3.13.3.
Result<Plaintext> DecryptDocument(const Content& content, const DecryptOptions& options,
                                  keys::KeyService& keys, const keys::Requester& requester);

}  // namespace acd
