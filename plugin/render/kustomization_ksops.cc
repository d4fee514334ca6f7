#include "plugin/render/kustomization_ksops.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "plugin/ksops/exec_plugin.h"
#include "plugin/ksops/generator.h"
#include "plugin/render/kustomization_paths.h"
#include "plugin/render/kustomize_plugin.h"
#include "plugin/render/yaml_fields.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

constexpr std::size_t kMaxFiles = 50'000;
constexpr std::size_t kMaxListedBytes = 16U << 20U;  // of all results in a request
constexpr std::size_t kMaxListed = 2'000;            // generators

// Of a key, in lower case: Go's JSON reader takes a field in any case. nullopt: it may be one by
// other rules than ASCII's.
std::optional<std::string> Folded(std::string_view key) {
  std::string lower(key);
  for (char& c : lower) {
    if (static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return lower;
}

// Whether an object is the same to every reader: nothing in it but maps, lists and texts that are
// no other type to anybody.
bool IsPlain(const yaml::Node& node) {
  if (!node.tag.empty()) return false;
  if (node.kind == yaml::Node::Kind::kScalar) {
    return !node.plain || (yaml::ResolveGoYaml3(node) == yaml::Type::kString &&
                           yaml::ResolveYaml11(node) == yaml::Type::kString);
  }
  std::set<std::string> keys;
  return std::all_of(node.items.begin(), node.items.end(), IsPlain) &&
         std::all_of(node.members.begin(), node.members.end(), [&](const auto& member) {
           const auto& [key, value] = member;
           if (key.kind != yaml::Node::Kind::kScalar || !IsPlain(key)) return false;
           const auto folded = Folded(key.text.ExposeText());
           return folded && *folded != "<<" && keys.insert(*folded).second && IsPlain(value);
         });
}

void AddPaths(const std::vector<std::string>& names, const std::string& dir,
              std::vector<std::string>& out) {
  for (const std::string& name : names) {
    if (out.size() >= kMaxFiles) return;
    out.push_back(name.starts_with('/') ? name : dir + "/" + name);
  }
}

// Whether a generator tells kustomize what to do with its objects.
bool HasOptions(const KsopsGenerator& generator) {
  return generator.text.find("kustomize.config.k8s.io/") != std::string::npos;
}

// `namespace/name`; empty: kustomize would not take it.
std::string IdOf(const yaml::Node& object) {
  const yaml::Node* const metadata = Field(object, "metadata");
  if (metadata == nullptr) return {};
  const std::string name = ScalarText(Field(*metadata, "name"));
  if (name.empty()) return name;
  const std::string space = ScalarText(Field(*metadata, "namespace"));
  return (space.empty() ? "default" : space) + "/" + name;
}

bool AreDifferent(const std::vector<KsopsGenerator>& generators) {
  std::set<std::string> ids;
  return std::all_of(generators.begin(), generators.end(), [&](const KsopsGenerator& generator) {
    return ids.insert(generator.id).second;
  });
}

bool IsDirectlyIn(const std::string& path, const std::string& dir) {
  return path.size() > dir.size() && path.starts_with(dir) && path.rfind('/') == dir.size();
}

}  // namespace

Result<std::optional<KsopsGenerator>> KsopsGenerators::Read(
    const std::vector<yaml::Document>& documents, const std::string& file, std::string_view text) {
  constexpr std::optional<KsopsGenerator> kNone;
  if (documents.size() != 1 || documents.front().root.kind != yaml::Node::Kind::kMapping ||
      others_.contains(file)) {
    return kNone;
  }
  const yaml::Node& object = documents.front().root;
  ACD_TRY(const PluginUse use, ClassifyPlugin(object));
  if (!IsPlain(object)) return kNone;
  const auto parsed = ksops::ParseGenerator(object);
  std::string id = IdOf(object);
  if (use.kind == PluginUse::Kind::kBuiltin || !parsed || id.empty()) return kNone;
  KsopsGenerator generator{file, std::move(id), std::string(text), false, ksops::FilesOf(*parsed)};
  if (use.kind == PluginUse::Kind::kLegacyKsops) {
    return Field(object, "items") == nullptr ? std::optional(std::move(generator)) : kNone;
  }
  // Where kustomize is left with a function that is written out, it must be ours.
  if (file.empty() && use.exec_path != "ksops") return kNone;
  auto plugin = ksops::AsExecPlugin(object);
  if (!plugin) return kNone;
  generator.text = *std::move(plugin);
  generator.was_function = true;
  functions_.insert(file);
  return std::optional(std::move(generator));
}

Status KsopsGenerators::Exclude(const std::string& file, const std::string& shown,
                                const std::string& field) {
  if (functions_.contains(file)) {
    return Fail(Code::kUnsupported, shown + ": listed under generators and " + field);
  }
  others_.insert(file);
  return {};
}

Status KsopsGenerators::Add(std::string path, const std::string& dir,
                            std::vector<yaml::Document> documents,
                            std::vector<KsopsGenerator> generators) {
  KsopsKustomization kustomization{std::move(path), dir, {}, std::move(generators)};
  // The order in which kustomize runs them: those that are written out in the list come first.
  std::stable_partition(kustomization.generators.begin(), kustomization.generators.end(),
                        [](const KsopsGenerator& generator) { return generator.file.empty(); });
  // A kustomization that is a link may be another folder's, too, or a file of any name.
  const auto& all = kustomization.generators;
  if (documents.size() != 1 || !IsDirectlyIn(kustomization.path, dir) ||
      !IsKustomizationName(kustomization.path) || std::any_of(all.begin(), all.end(), HasOptions) ||
      !AreDifferent(all) || !MayListResults(documents.front().root, all.size())) {
    return Leave(kustomization);
  }
  kustomization.root = std::move(documents.front().root);
  kustomizations_.push_back(std::move(kustomization));
  return {};
}

void KsopsGenerators::Leave(const yaml::Node& object, const std::string& dir) {
  any_left_ = true;
  if (const auto generator = ksops::ParseGenerator(object)) {
    AddPaths(ksops::FilesOf(*generator), dir, files_);
  }
}

Status KsopsGenerators::Leave(const KsopsKustomization& kustomization) {
  for (const KsopsGenerator& generator : kustomization.generators) {
    any_left_ = true;
    AddPaths(generator.names, kustomization.dir, files_);
    if (!generator.was_function || generator.file.empty()) continue;
    ACD_CHECK(workspace::WriteSecretFile(generator.file, AsBytes(generator.text)));
  }
  return {};
}

Status KsopsGenerators::Run(bool with_charts) {
  std::vector<const KsopsKustomization*> to_list;
  std::vector<std::string> expected;
  std::size_t generators = 0;
  for (const KsopsKustomization& kustomization : kustomizations_) {
    generators += kustomization.generators.size();
    if (with_charts || keep_origins_ || texts_.contains(kustomization.path) ||
        generators > kMaxListed) {
      ACD_CHECK(Leave(kustomization));
      continue;
    }
    to_list.push_back(&kustomization);
    for (const KsopsGenerator& generator : kustomization.generators) {
      AddPaths(generator.names, kustomization.dir, expected);
    }
  }
  if (to_list.empty()) return {};
  KsopsFiles files(context_, expected);
  std::size_t bytes_left = kMaxListedBytes;
  for (const KsopsKustomization* const kustomization : to_list) {
    ACD_TRY(const bool listed, ListResults(context_, *kustomization, files, bytes_left));
    if (!listed) ACD_CHECK(Leave(*kustomization));
  }
  return {};
}

}  // namespace acd::render
