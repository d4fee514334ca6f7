#pragma once

#include <functional>

#include "plugin/exec/command_runner.h"
#include "plugin/sources/session.h"

namespace acd::sources {

/// Runs something that talks to a server, again when that fails in a way that may pass (see
/// IsTransient): four times at most, after 0.2, 0.6 and 1.8 seconds, and never beyond the request's
/// deadline. Argo CD shows a failed render's error for an hour, so that a moment's trouble is worth
/// waiting for. The outcome of the last attempt, whatever it is. Errors: those of `attempt`.
Result<exec::Outcome> TryPatiently(const exec::Budget& budget,
                                   const std::function<Result<exec::Outcome>()>& attempt);

/// The same for a command.
Result<exec::Outcome> RunPatiently(const Session& session, const exec::Command& command);

}  // namespace acd::sources
