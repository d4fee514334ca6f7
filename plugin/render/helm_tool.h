#pragma once

#include <map>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/render/context.h"
#include "plugin/render/tool.h"

namespace acd::render {

/// What every helm gets: folders of this request for all that it keeps, and a folder of plugins
/// that does not exist. Not even the operator's own helm settings: a plugin found there would run
/// with the values.
Result<std::map<std::string, std::string>> HelmEnvironment(const Context& context);

/// A run of helm with these arguments in `directory`.
/// Errors: kNotFound (no helm), kIo; kLimitExceeded when the kernel would not take an argument.
Result<ToolRun> HelmRun(const Context& context, std::string label, std::vector<std::string> args,
                        std::string directory);

}  // namespace acd::render
