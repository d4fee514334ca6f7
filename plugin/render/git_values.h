#pragma once

#include <string>

#include "plugin/render/context.h"

namespace acd::render {

/// Fetches `secrets+git://REPOSITORY//FILE?ref=COMMIT` in the name of the Application's project.
/// Returns the path of a copy in the request's folder. Errors: those of sources::ParseGitFile and
/// sources::FetchGitFile.
Result<std::string> FetchGitValues(const Context& context, const std::string& entry);

}  // namespace acd::render
