#pragma once

#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/ksops/file_opener.h"
#include "plugin/render/context.h"
#include "plugin/render/prefetch.h"

namespace acd::render {

/// Decrypts what KSOPS generators name, inside of the application's repository and nowhere else.
/// Threads: safe to use concurrently.
class KsopsFiles {
 public:
  /// `expected`: absolute paths that generators are going to name, which are decrypted meanwhile.
  /// `context` is borrowed for the lifetime of this object.
  KsopsFiles(Context& context, const std::vector<std::string>& expected);

  /// `path`: absolute, or relative to `directory`. Errors: kInvalidInput (leaves the repository, is
  /// not encrypted); those of decryption.
  Result<SecretBytes> Take(const std::string& directory, const std::string& path);

 private:
  Result<SecretBytes> Open(const std::string& path);

  Context& context_;
  Prefetch files_;  // last: its threads use what is above
};

/// Opens what a generator names, from the folder of its kustomization.
class KsopsOpener : public ksops::FileOpener {
 public:
  /// Both are borrowed.
  KsopsOpener(KsopsFiles& files, const std::string& directory)
      : files_(files), directory_(directory) {}
  Result<SecretBytes> Decrypt(const std::string& path) override {
    return files_.Take(directory_, path);
  }

 private:
  KsopsFiles& files_;
  const std::string& directory_;
};

}  // namespace acd::render
