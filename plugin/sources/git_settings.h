#pragma once

#include <map>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/sources/session.h"

namespace acd::sources {

/// What git may use when another tool runs it and nobody knows yet which repositories it will be
/// asked for: kustomize's remote bases. A configuration file in `folder` (private, on tmpfs; mode
/// 0600) gives each repository of the mounted Secrets that the session's project may use its own
/// credentials: over https and http bound to its URL, over SSH a key for the repository that is
/// fetched (includeIf "hasconfig:...", git 2.36). The host of the Application's own repository gets
/// the credentials that Argo CD shares. No hooks, helpers or redirects with them.
///
/// Returns the variables for the tool: that file, and how the network is reached. Client
/// certificates are not among what it gives, nor proxies of a Secret.
/// Errors: those of Session::Repositories and FindGitLogin; kIo. A Secret with a problem, or that
/// needs host keys where none are mounted, is left out.
Result<std::map<std::string, std::string>> GitSettings(Session& session, const std::string& folder);

}  // namespace acd::sources
