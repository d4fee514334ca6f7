#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/exec/command_runner.h"

namespace acd::sources {

/// What was fetched from outside, kept for later requests: charts, and files of other git
/// repositories. Neither is secret (what is encrypted in git still is), but both belong to who may
/// fetch them: callers put into the key what their access rests on, after they have checked it.
///
/// A folder of files, each named by its key's hash: "<sha256 of the content>\n<content>". Written
/// under another name first and renamed, so never half there; a damaged one is as good as none.
/// Processes may share the folder. It is this user's alone: another owner's, or one that others may
/// write to, is refused, because what lies there is believed.
class SourceCache {
 public:
  /// Makes the folder when only its last component is missing. Error: kInvalidInput (others may
  /// write to it), kIo; each names the folder.
  static Result<std::shared_ptr<SourceCache>> Open(const std::string& folder,
                                                   std::size_t max_bytes);

  /// What makes the content when it is not there.
  using Fetch = std::function<Result<SecretBytes>()>;
  /// The content for a key. Of several that ask for the same one, in this process or another, one
  /// fetches and the others wait for it, within their budgets; each fetches itself if that fails.
  /// A content that can't be kept (too large, disk full) is returned all the same.
  /// Errors: those of `fetch` and of the budget; kIo.
  Result<SecretBytes> Get(const std::string& key, const exec::Budget& budget, const Fetch& fetch);

 private:
  SourceCache(std::string folder, std::size_t max_bytes)
      : folder_(std::move(folder)), max_bytes_(max_bytes) {}

  std::string folder_;
  std::size_t max_bytes_;
};

}  // namespace acd::sources
