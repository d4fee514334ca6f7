#pragma once

#include "decrypt/base/result.h"
#include "plugin/render/context.h"
#include "plugin/render/kustomization_walk.h"

namespace acd::render {

/// Puts the charts that kustomize would have helm pull where kustomize looks for them first: with
/// the credentials that the Application's project may use, and through the chart cache. Nothing of
/// a chart gets outside of its own folder. A chart whose name is no plain word is left to
/// kustomize. Returns whether there was any; then what came is to be walked, too. Errors: those of
/// sources::PullChart; kInvalidInput (the place leaves the repository).
Result<bool> PullRemoteCharts(Context& context, const KustomizationGraph& graph);

}  // namespace acd::render
