#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"
#include "plugin/sources/session.h"

namespace acd::server {

/// A sources::AskPass: asks the repo-server's askpass.AskPassService at its unix socket, which both
/// containers mount, for what a nonce stands for. Here and not in a program for git to call: so
/// neither the nonce nor the socket is any child's, and the answer is used for one host only.
/// Errors: kNotFound (unknown nonce: the repo-server's request is over), kIo (nobody listens; says
/// which socket), kDeadline.
Result<sources::Login> AskRepoServer(const std::string& socket, const std::string& nonce,
                                     const exec::Budget& budget);

}  // namespace acd::server
