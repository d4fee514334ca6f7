#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/render/context.h"
#include "plugin/render/helm_value_source.h"
#include "plugin/render/memfd.h"
#include "plugin/render/tool.h"

namespace acd::render {

/// The files that helm is given, as arguments for it. Encrypted ones are decrypted into memory.
class HelmFiles {
 public:
  explicit HelmFiles(Context& context) : context_(context), resolver_(context) {}

  /// `spec.source.helm.valueFiles`: paths, globs, http(s) URLs and helm-secrets' forms, in order,
  /// each file once. Missing ones are dropped when `ignore_missing`.
  /// Returns what goes behind each `--values`. Errors name the entry.
  Result<std::vector<std::string>> ValueFiles(const std::vector<std::string>& entries,
                                              bool ignore_missing);
  /// One file for `--set-file`; empty content for one that may be missing. Errors name the entry.
  Result<std::string> File(const std::string& entry);
  /// Inline values, which helm only takes from a file.
  Result<std::string> Inline(const std::string& values);

  std::vector<int> fds() const;
  /// Descriptor paths by the names of the files they carry, for messages.
  const Renames& renames() const { return renames_; }

 private:
  Result<std::optional<std::string>> Argument(const ValueSource& source);
  Result<std::string> Hold(const SecretBytes& content, const std::string& shown);

  Context& context_;
  ValueResolver resolver_;
  std::vector<MemoryFile> memory_files_;
  Renames renames_;
};

/// The content of one file that a helm-secrets URL names, decrypted: what its downloader plugin
/// prints. Empty for a missing one that may be. Errors: those of ValueResolver; kInvalidInput
/// ("Unknown protocol") for any other URL.
Result<SecretBytes> ReadSecretUrl(Context& context, const std::string& url);

}  // namespace acd::render
