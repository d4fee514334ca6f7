#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/result.h"

namespace acd::sources {

/// A file of another git repository, at one commit.
struct GitFile {
  std::string repository;  ///< https://, http://, ssh:// or git@host:path; no password in it
  std::string path;        ///< in the repository; relative, no `..`
  std::string commit;      ///< 40 hex digits, lower case
};

constexpr std::string_view kGitScheme = "secrets+git://";

/// Reads `secrets+git://REPOSITORY//PATH?ref=COMMIT`. REPOSITORY without a scheme means https; the
/// first `//` behind it parts it from the path.
/// A commit has to be written in full: Argo CD keeps what is rendered under the Application's own
/// revision, so that a branch's or tag's new commits would not be seen, or be seen at random.
/// Errors: kInvalidInput, which says what is wrong and how it is written.
Result<GitFile> ParseGitFile(std::string_view url);

}  // namespace acd::sources
