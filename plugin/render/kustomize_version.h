#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "plugin/render/context.h"

namespace acd::render {

/// Whether `setting` registers versions of kustomize: `NAME=PATH,...`, or a folder that holds each
/// as `NAME` or `NAME/kustomize`. All paths are absolute. Error: kInvalidInput naming the flag.
Status CheckKustomizeVersions(std::string_view setting);

/// The program for the parameter `version`: the default one when it is not set. Errors:
/// kInvalidInput "kustomize version X is not registered", Argo CD's words; kNotFound (a program
/// that is registered, but not there).
Result<std::string> FindKustomize(const Context& context);

/// Whether the kustomize of `base` is at least MAJOR.MINOR. One whose answer is no version is taken
/// for a new one, as Argo CD does. `base` has program and environment set. Errors: what the runner
/// says.
Result<bool> KustomizeIsAtLeast(Context& context, const exec::Command& base, int major, int minor);

}  // namespace acd::render
