#pragma once

#include <set>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/yaml/reader.h"

namespace acd::render {

/// What kustomize would do with an object listed under `generators`, `transformers` or
/// `validators`.
struct PluginUse {
  enum class Kind {
    kBuiltin,      ///< kustomize's own code
    kKsops,        ///< runs our `ksops`, as an exec function
    kLegacyKsops,  ///< the same, as an exec plugin of the old kind
  };
  Kind kind = Kind::kBuiltin;
  std::string exec_path;  ///< of kKsops, as written: `ksops` or a path that ends in it
};

/// Classifies a plugin's configuration by kustomize's own rules and refuses every program but
/// ksops: containers, other exec functions, other exec or Go plugins, and ksops with arguments or
/// an environment of the repository's choosing. Error: kInvalidInput naming the function. Spec:
/// kustomize fnplugin.GetFunctionSpec, loader.loadPlugin.
Result<PluginUse> ClassifyPlugin(const yaml::Node& object);

/// `text` with the exec paths `paths` replaced by `ksops`, which kustomize finds on its PATH: the
/// paths of other images do not exist in ours. Only whole words are replaced.
std::string RewriteExecPaths(std::string_view text, const std::set<std::string>& paths);

}  // namespace acd::render
