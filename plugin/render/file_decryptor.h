#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/decrypt.h"
#include "plugin/guard/redact.h"
#include "plugin/render/renderer.h"

namespace acd::render {

/// The SOPS document that a file is: by its name's ending as sops picks a store, else by content,
/// as helm-secrets does. nullopt: it is not encrypted.
std::optional<SopsDocument> DetectSops(const std::string& path, const Content& content);

/// Every decryption of one render goes through here: it says who asks and for which file, counts,
/// feeds the redactor, and refuses where the result would be committed to git.
/// Paths are absolute and real (see workspace::ResolveInside). Threads: safe to call concurrently.
class FileDecryptor {
 public:
  /// All arguments are borrowed for the lifetime of this object.
  FileDecryptor(const RenderRequest& request, const RenderSettings& settings,
                keys::KeyService& keys, guard::Redactor& redactor);

  /// The plaintext of the document at `path`. `keys` replaces the render's key service when given.
  /// Errors name the file relative to the repository; kInvalidInput under the source hydrator.
  Result<SecretBytes> Decrypt(const std::string& path, SopsDocument document, const char* purpose,
                              keys::KeyService* keys = nullptr);
  /// Replaces an encrypted file by its plaintext, for a tool that insists on a path. Plain files
  /// are left alone.
  Status DecryptInPlace(const std::string& path, const char* purpose);
  /// The same for many, several at a time if they are small. The error is that of the first which
  /// failed. `busy_cpus`: see ForEachInParallel.
  Status DecryptInPlace(std::span<const std::string> paths, const char* purpose,
                        std::size_t busy_cpus = 0);
  /// Whether DecryptInPlace replaced this file.
  bool Replaced(const std::string& path) const;

  std::string Relative(const std::string& path) const;
  std::size_t files_decrypted() const;
  DecryptedFiles decrypted() const;
  /// The time that decryption took; what ran side by side counts once.
  std::chrono::microseconds spent() const;

 private:
  class Stopwatch;

  Status ReplaceByPlaintext(const std::string& path, const char* purpose);
  Result<SecretBytes> DecryptUntimed(const std::string& path, SopsDocument document,
                                     const char* purpose, keys::KeyService* keys);

  const RenderRequest& request_;
  const RenderSettings& settings_;
  keys::KeyService& keys_;
  guard::Redactor& redactor_;
  const keys::Moment begun_ = std::chrono::steady_clock::now();
  std::mutex large_;          ///< held while a large file is parsed; taken before mutex_
  mutable std::mutex mutex_;  ///< guards what follows
  DecryptedFiles decrypted_;
  std::chrono::microseconds spent_{0};
  std::set<std::string> replaced_;
};

}  // namespace acd::render
