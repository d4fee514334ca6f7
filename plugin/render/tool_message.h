#pragma once

#include <string>
#include <string_view>

#include "plugin/guard/redact.h"
#include "plugin/render/tool.h"

namespace acd::render {

/// Makes a tool's stderr fit for a user's eyes: see RunTool. `root` and `run_dir` are the request's
/// folders, whose names differ each time. The line with the cause comes first.
std::string CleanMessage(std::string_view text, const std::string& root, const std::string& run_dir,
                         const Renames& renames, const guard::Redactor& redactor);

/// The same for a program of which nothing is known: no line is left out or moved. Of a long text
/// the last lines come first, since the cause is mostly the last thing said, and Argo CD shows
/// little more than the first KiB.
std::string CommandMessage(std::string_view text, const std::string& root,
                           const std::string& run_dir, const guard::Redactor& redactor);

}  // namespace acd::render
