#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "plugin/sources/session.h"

namespace acd::sources {

/// Fills `charts/` of a chart with what its Chart.yaml names, as `helm dependency build` does.
///
/// What a lock file pins (or Chart.yaml, by one version and no range) is taken from the cache, or
/// downloaded into it, chart by chart: many Applications with one chart cost one download, and none
/// when it is there already, without any network. The rest is left to helm's own command: ranges
/// without a lock file, and a lock file that does not fit, whose error is helm's.
/// `folder`: absolute, in the repository. file:// dependencies must lie in the repository too.
/// Errors: kInvalidInput, kNotFound, kToolFailed; each names the dependency and its repository.
Status BuildDependencies(Session& session, const std::string& folder, bool pass_credentials);

}  // namespace acd::sources
