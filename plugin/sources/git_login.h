#pragma once

#include <optional>

#include "decrypt/base/result.h"
#include "plugin/sources/access.h"
#include "plugin/sources/session.h"

namespace acd::sources {

/// What git gets to reach one repository.
struct GitLogin {
  Access access;          ///< what of the mounted Secrets counts
  SecretBytes header;     ///< `Authorization: ...` for this repository's origin; empty: none
  bool insecure = false;  ///< no verification of the server's certificate
};

/// A mounted Secret of type git if one matches; else the credentials that Argo CD shares with the
/// plugin (spec.provideGitCreds), if the repository is on the very host of the Application's own:
/// Argo CD's are for that repository, and nothing binds what its askpass socket answers to a host.
/// Else none. A shared grant names project and repository of the Application.
/// Errors: those of AccessFinder::Git and of the repo-server's socket; kUnsupported for what Argo
/// CD shares as a file in a place of its own (SSH keys, client certificates), naming it.
Result<GitLogin> FindGitLogin(Session& session, const std::string& repository);

}  // namespace acd::sources
