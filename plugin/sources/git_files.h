#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "plugin/sources/git_url.h"
#include "plugin/sources/session.h"

namespace acd::sources {

/// Fetches one file of another git repository. Returns the path of a copy in the request's folder,
/// mode 0600, under its own name (a SOPS file's format goes by that). Symlinks in the repository
/// are followed inside of it. Kept in the cache by repository, commit and path, for who may fetch
/// it; a file that is there needs neither network nor git.
/// Errors: those of FindGitLogin and GitHome; kNotFound (no such file at that commit),
/// kInvalidInput (leaves the repository, is a folder or a submodule), kLimitExceeded. Each names
/// the repository.
Result<std::string> FetchGitFile(Session& session, const GitFile& file);

}  // namespace acd::sources
