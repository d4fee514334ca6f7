#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "plugin/render/context.h"

namespace acd::render {

/// Decrypts in place what helm reads from the chart in `dir` by itself: `values.yaml`, `templates/`
/// and `crds/` of the chart and of the charts under `charts/`. Other files of the chart stay as
/// they are: value files of other stages lie there too, and their keys may be elsewhere. `dir`:
/// absolute, real, inside of the repository. Errors: those of decryption; kInvalidInput (a symlink
/// that leaves the repository); kLimitExceeded.
Status DecryptChart(Context& context, const std::string& dir);
/// The same for the application's own folder.
Status DecryptChart(Context& context);

}  // namespace acd::render
