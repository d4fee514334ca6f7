#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/yaml/reader.h"
#include "plugin/render/context.h"
#include "plugin/render/ksops_results.h"

namespace acd::render {

/// The KSOPS generators that a walk over kustomizations meets, and what becomes of each: its result
/// is listed as a resource where that is the same, or kustomize runs it, as the exec plugin that is
/// cheaper than a function.
class KsopsGenerators {
 public:
  explicit KsopsGenerators(Context& context) : context_(context) {}

  /// An entry of `generators`: a file's content (`file`: its path), or an object written out there
  /// (`file` empty). nullopt: no lone object that an exec plugin could run, or one of which
  /// kustomize might show KSOPS something else than what is written (it resolves merge keys and
  /// types first). Error: kInvalidInput (another program would run).
  Result<std::optional<KsopsGenerator>> Read(const std::vector<yaml::Document>& documents,
                                             const std::string& file, std::string_view text);
  /// A file of `transformers` or `validators`. Error: kUnsupported (it is a generator, too).
  Status Exclude(const std::string& file, const std::string& shown, const std::string& field);

  /// All those that one kustomization lists; `documents` are its own.
  Status Add(std::string path, const std::string& dir, std::vector<yaml::Document> documents,
             std::vector<KsopsGenerator> generators);
  /// An object that kustomize runs as it is. `dir`: where its paths start from.
  void Leave(const yaml::Node& object, const std::string& dir);
  /// Something tells generated objects from others.
  void KeepOrigins() { keep_origins_ = true; }
  /// A kustomization is read for its text, too, and must keep it.
  void KeepText(const std::string& file) { texts_.insert(file); }

  /// When everything else that kustomize reads is in place. `with_charts`: a chart may read
  /// whatever lies in its folder, so nothing is put anywhere.
  Status Run(bool with_charts);

  bool any() const { return any_left_ || !kustomizations_.empty(); }
  bool any_left() const { return any_left_; }  ///< kustomize has to run some
  /// What those name: absolute, not resolved.
  std::vector<std::string> TakeFiles() { return std::move(files_); }

 private:
  Status Leave(const KsopsKustomization& kustomization);

  Context& context_;
  std::vector<KsopsKustomization> kustomizations_;
  std::vector<std::string> files_;
  std::set<std::string> functions_;  ///< files
  std::set<std::string> others_;     ///< files of transformers and validators
  std::set<std::string> texts_;      ///< files that are read for their text
  bool any_left_ = false;
  bool keep_origins_ = false;
};

}  // namespace acd::render
