#pragma once

#include "decrypt/base/result.h"
#include "plugin/render/context.h"

namespace acd::render {

/// Decrypts in place what helm reads from the chart by itself: `values.yaml`, `templates/` and
/// `crds/` of the chart and of the charts under `charts/`. Other files of the chart stay as they
/// are: value files of other stages lie there too, and their keys may be elsewhere.
Status DecryptChart(Context& context);

}  // namespace acd::render
