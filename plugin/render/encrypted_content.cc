#include "plugin/render/encrypted_content.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/render/content_renderer.h"
#include "plugin/render/kustomization_fields.h"
#include "plugin/render/kustomize_plugin.h"
#include "plugin/render/plain_files.h"
#include "plugin/render/yaml_fields.h"

namespace acd::render {
namespace {

using Kind = yaml::Node::Kind;

constexpr int kMaxDepth = 32;
constexpr std::string_view kSkipMarker = "+argocd:skip-file-rendering";

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool IsManifestName(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

class Search {
 public:
  Search(const std::string& root, const exec::Budget& budget) : files_(root, budget) {}

  bool App(const std::string& dir) {
    const std::string renderer = RendererByContent(dir);
    if (renderer == "kustomize") return Kustomization(dir, dir);
    return renderer == "helm" ? Chart(dir) : Directory(dir);
  }

  bool LackedRoom() const { return files_.lack().has_value(); }

 private:
  // Sub-folders count only with the parameter `recurse`, which is not known here.
  bool Directory(const std::string& dir) {
    for (const std::string& name : files_.List(dir)) {
      if (!IsManifestName(name)) continue;
      const auto found = files_.Locate(dir, name);
      if (found && !found->is_folder && EncryptedManifest(found->path)) return true;
    }
    return false;
  }

  // Value files are named by the Application, so any file of the chart may be one.
  bool Chart(const std::string& dir, int depth = 0) {
    if (depth > kMaxDepth || !seen_.insert(dir).second) return false;
    std::vector<std::string> folders;
    for (const std::string& name : files_.List(dir)) {
      const auto found = files_.Locate(dir, name);
      if (!found) continue;
      if (found->is_folder) {
        if (name != ".git") folders.push_back(found->path);
      } else if (Encrypted(found->path)) {
        return true;
      }
    }
    return std::any_of(folders.begin(), folders.end(),
                       [&](const std::string& folder) { return Chart(folder, depth + 1); });
  }

  // `base`: the folder from which plugins read, that of the outermost kustomization.
  bool Kustomization(const std::string& dir, const std::string& base, int depth = 0) {
    if (depth > kMaxDepth || !seen_.insert(dir).second) return false;
    for (const char* name : KustomizationNames()) {
      const auto found = files_.Locate(dir, name);
      if (!found || found->is_folder) continue;
      const auto file = files_.Read(found->path);
      if (!file) return false;
      if (file->encrypted) return true;
      const auto documents = files_.Parse(file->text);
      if (!documents || documents->empty()) return false;
      const auto entries = EntriesOf(documents->front().root);
      return std::any_of(entries.begin(), entries.end(),
                         [&](const FieldEntry& entry) { return Reaches(entry, dir, base, depth); });
    }
    return false;
  }

  bool Encrypted(const std::string& path) {
    const auto file = files_.Read(path);
    return file && file->encrypted;
  }

  // The renderer passes over what is no manifest, such as encrypted values.
  bool EncryptedManifest(const std::string& path) {
    const auto file = files_.Read(path);
    if (!file || !file->encrypted) return false;
    const std::string_view text = file->text.ExposeText();
    if (Contains(text, kSkipMarker)) return false;
    const auto documents = files_.Parse(file->text);
    // What does not parse is an error of the renderer's, which names the file.
    if (!documents || documents->empty()) return true;
    return Field(documents->front().root, "kind") != nullptr;
  }

  bool Reaches(const FieldEntry& entry, const std::string& dir, const std::string& base,
               int depth) {
    if (files_.exhausted()) return false;
    if (entry.use == FieldUse::kPlugin && Inline(entry.text, base)) return true;
    const auto found = files_.Locate(dir, entry.text);
    if (!found) return false;
    if (found->is_folder) {
      if (entry.use == FieldUse::kChart) return Chart(found->path, depth + 1);
      return Kustomization(found->path, base, depth + 1);
    }
    if (entry.use == FieldUse::kPlugin) return PluginFile(found->path, base);
    return Encrypted(found->path);
  }

  bool Inline(const std::string& text, const std::string& base) {
    if (!Contains(text, ":")) return false;
    const auto documents = files_.Parse(SecretBytes::CopyOf(text));
    return documents && AnyPlugin(*documents, base);
  }

  bool PluginFile(const std::string& path, const std::string& base) {
    const auto file = files_.Read(path);
    if (!file) return false;
    if (file->encrypted) return true;
    const auto documents = files_.Parse(file->text);
    return documents && AnyPlugin(*documents, base);
  }

  bool AnyPlugin(const std::vector<yaml::Document>& documents, const std::string& base) {
    return std::any_of(documents.begin(), documents.end(),
                       [&](const yaml::Document& document) { return Plugin(document.root, base); });
  }

  bool Plugin(const yaml::Node& object, const std::string& base) {
    if (object.kind != Kind::kMapping) return false;
    const auto use = ClassifyPlugin(object);
    if (!use) return false;
    if (use->kind != PluginUse::Kind::kBuiltin) return true;
    const auto paths = PluginFiles(object);
    return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
      const auto found = files_.Locate(base, path);
      return found && !found->is_folder && Encrypted(found->path);
    });
  }

  PlainFiles files_;
  std::set<std::string> seen_;
};

}  // namespace

bool HoldsEncrypted(const std::string& root, const std::string& app_dir,
                    const exec::Budget& budget) {
  Search search(root, budget);
  return search.App(app_dir) || search.LackedRoom();
}

}  // namespace acd::render
