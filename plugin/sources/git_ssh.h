#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "plugin/sources/git_login.h"
#include "plugin/sources/session.h"

namespace acd::sources {

/// What git starts to reach a repository over SSH (GIT_SSH_COMMAND, core.sshCommand): no
/// configuration but this, no questions, no agent, and the host keys that Argo CD knows.
/// `key`: path of a file that WriteSshKey made; empty: without a key.
/// Errors: kInvalidInput (no host keys are mounted, or a path that the shell would take apart),
/// kUnsupported (a proxy).
Result<std::string> SshCommand(const Session& session, const GitLogin& login,
                               const std::string& key);

/// Writes the private key of a mounted Secret for ssh: mode 0600. Error: kIo.
Status WriteSshKey(const Repository& secret, const std::string& path);

}  // namespace acd::sources
