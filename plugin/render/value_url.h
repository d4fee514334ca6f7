#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"

namespace acd::render {

/// A value file as an Application names it, taken apart.
struct ValueUrl {
  enum class Kind {
    kPath,    ///< a path or a glob in the repository
    kRemote,  ///< http or https, for helm to fetch
  };
  Kind kind = Kind::kPath;
  std::string path;       ///< the path, or the whole URL
  std::string key_file;   ///< secrets+age-import://, absolute; else empty
  bool optional = false;  ///< a leading `?`: a missing file counts as empty
  bool glob_allowed = true;
  bool helm_secrets = false;  ///< named by one of helm-secrets' schemes
};

/// Reads `text`, variables already substituted. Knows `secrets://[?][sops!]FILE` and
/// `secrets+age-import://[?][sops!]KEYFILE?FILE` of helm-secrets.
/// Errors: kUnsupported naming the scheme or backend; kInvalidInput "Invalid syntax".
Result<ValueUrl> ParseValueUrl(std::string_view text);

}  // namespace acd::render
