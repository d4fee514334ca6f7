#pragma once

#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/yaml/reader.h"
#include "plugin/render/context.h"
#include "plugin/render/ksops_files.h"

namespace acd::render {

/// A KSOPS generator that a kustomization lists.
struct KsopsGenerator {
  std::string file;           ///< which holds it; empty: it is written out in the list
  std::string id;             ///< namespace/name: kustomize takes each once
  std::string text;           ///< of the object, as kustomize's exec plugin `ksops` would get it
  bool was_function = false;  ///< `text` is another one than kustomize would find now
  std::vector<std::string> names;  ///< of the files that it decrypts, as it has them
};

/// A kustomization all of whose generators are KSOPS's.
struct KsopsKustomization {
  std::string path;
  std::string dir;  ///< the folder which the generators' paths start from
  yaml::Node root;
  std::vector<KsopsGenerator> generators;
};

/// Whether what this kustomization's generators (so many) yield may as well stand in files that it
/// lists as its last resources. Not if something that kustomize makes would come between the two,
/// or if the kustomization, written anew, could be another one.
bool MayListResults(const yaml::Node& kustomization, std::size_t generators);

/// Evaluates the generators and writes what they yield into files of their own beside the
/// kustomization, which then lists these as resources: kustomize has no process to start, and the
/// same manifests. `bytes_left`: what the results may take, of which they are taken; kustomize
/// might not have come to all of them; 0 as soon as one does not fit. False, and nothing is
/// changed: kustomize has to run them, because an object tells it something (needs-hash, behavior),
/// because they take too much, or because there is an error, which counts only if kustomize gets
/// there. Error: kIo.
Result<bool> ListResults(Context& context, const KsopsKustomization& kustomization,
                         KsopsFiles& files, std::size_t& bytes_left);

}  // namespace acd::render
