#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/result.h"

namespace acd::render {

/// A private key that an Application names for one file.
struct KeyReference {
  enum class Type { kNone, kAge, kPgp };
  Type type = Type::kNone;
  bool in_cluster = false;  ///< the `-kubernetes` forms: a Secret's key, else a key file
  std::string location;     ///< as written: a path, or `[NAMESPACE/]SECRET#KEY`
};

/// A value file as an Application names it, taken apart.
struct ValueUrl {
  enum class Kind {
    kPath,     ///< a path or a glob in the repository
    kRemote,   ///< http or https
    kLiteral,  ///< the content itself
    kGit,      ///< a file of another git repository, see sources::ParseGitFile
  };
  Kind kind = Kind::kPath;
  std::string scheme;  ///< helm-secrets' scheme that it was wrapped in; empty: none of them
  std::string path;    ///< the path, the whole URL, or the literal
  KeyReference key;
  bool optional = false;       ///< a leading `?`: a missing file counts as empty
  bool names_backend = false;  ///< `sops!` in front, whatever the default is

  bool helm_secrets() const { return !scheme.empty(); }
};

/// Reads `text`, variables already substituted. Knows paths, http(s), `secrets+git://`, and of
/// helm-secrets
/// `secrets://[?][sops!]FILE`, `secrets+literal://[sops!]VALUE`,
/// `secrets+{age,gpg}-import://[?][sops!]KEYFILE?FILE` and
/// `secrets+{age,gpg}-import-kubernetes://[?][sops!][NAMESPACE/]SECRET#KEY?FILE`.
/// Errors: kUnsupported naming the scheme or backend; kInvalidInput "Invalid syntax".
/// Spec: helm-secrets scripts/commands/downloader.sh.
Result<ValueUrl> ParseValueUrl(std::string_view text);

/// An entry as messages and logs may show it: a literal not at all, a URL without what may be a
/// password or a token in it.
std::string ShownEntry(std::string_view text);

}  // namespace acd::render
