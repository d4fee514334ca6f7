#pragma once

#include "decrypt/base/result.h"
#include "plugin/render/context.h"
#include "plugin/render/tool.h"

namespace acd::render {

/// Applies the Application's kustomize parameters to its kustomization, with the `kustomize edit`
/// commands that Argo CD runs, in its order. `base` has program and environment set.
/// Errors: kToolFailed; kInvalidInput naming the parameter.
Status ApplyKustomizeParameters(Context& context, const exec::Command& base);

}  // namespace acd::render
