#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/yaml/reader.h"

namespace acd::render {

/// What a kustomization does with something that it names.
enum class FieldUse {
  kResource,   ///< resources, bases: manifests or a folder
  kComponent,  ///< components: a folder
  kPatch,      ///< a patch: a file, or the text itself
  kPlugin,     ///< generators, transformers, validators: a file, a folder, or the object itself
  kSource,     ///< what a generator, a replacement, a schema or a chart reads: a file
  kChart,      ///< a chart's folder
};

/// One such name. `field`: its field in lower case.
struct FieldEntry {
  FieldUse use;
  std::string field;
  std::string text;
};

/// The names of kustomization.yaml and its kin.
const std::vector<const char*>& KustomizationNames();

/// Everything that a kustomization names, in order; nothing is opened or judged. Remote addresses
/// are among them.
std::vector<FieldEntry> EntriesOf(const yaml::Node& kustomization);

/// The files that an object listed under `generators` and its kin reads: those of KSOPS
/// (`files`, `secretFrom`) and of kustomize's own generators and transformers.
std::vector<std::string> PluginFiles(const yaml::Node& object);

}  // namespace acd::render
