#include "plugin/render/kustomization_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/render/kustomize_plugin.h"
#include "plugin/render/yaml_fields.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

using Kind = yaml::Node::Kind;

constexpr std::array<const char*, 3> kNames = {"kustomization.yaml", "kustomization.yml",
                                               "Kustomization"};
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxFiles = 50'000;
constexpr const char* kPurpose = "kustomize resource";

/// What kustomize does with the objects of a reference.
enum class Role {
  kResource,  ///< they are manifests
  kPlugin,    ///< they say what runs
};

bool IsOneOf(const std::string& name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Walk {
 public:
  explicit Walk(Context& context) : context_(context), root_(context.request.root) {}

  // `base`: the folder from which plugins read, that of the outermost kustomization.
  Status Folder(const std::string& dir, const std::string& base, Role role, int depth) {
    ACD_CHECK(context_.request.budget.Check());
    if (depth > kMaxDepth) return Fail(Code::kLimitExceeded, Name(dir) + ": nested too deep");
    if (!seen_.insert({dir, base, role}).second) return {};
    for (const char* name : kNames) {
      auto path = workspace::ResolveInside(root_, dir, name);
      if (path) {
        ACD_CHECK(Kustomization(*path, dir, base, role, depth));
      } else if (path.error().code != Code::kNotFound) {
        return Fail(std::move(path).error());
      }
    }
    return {};
  }

  // Decrypts what was taken. A set has an order: the same fault always gives the same error.
  Status Finish() {
    const std::vector<std::string> paths(pending_.begin(), pending_.end());
    return context_.files.DecryptInPlace(paths, kPurpose);
  }

  const KustomizationGraph& graph() const { return graph_; }

 private:
  struct Place {
    const std::string& dir;
    const std::string& base;
    Role role;
    int depth;
  };

  std::string Name(const std::string& path) const { return context_.files.Relative(path); }

  Result<std::vector<yaml::Document>> Parse(const std::string& path) {
    ACD_TRY(const SecretBytes text, workspace::ReadFile(path, Limits().max_document_bytes));
    auto documents = yaml::ReadStream(text.Expose(), Limits());
    if (!documents) return Fail(std::move(documents).error().With(Name(path)));
    return documents;
  }

  // Counts a file that kustomize reads, to be decrypted.
  Status Take(const std::string& path) {
    if (!taken_.insert(path).second) return {};
    if (++graph_.files > kMaxFiles) return Fail(Code::kLimitExceeded, "kustomize: too many files");
    pending_.insert(path);
    return {};
  }

  // The same for a file that this walk reads, too.
  Status TakeNow(const std::string& path) {
    ACD_CHECK(Take(path));
    return pending_.erase(path) == 0 ? Status() : context_.files.DecryptInPlace(path, kPurpose);
  }

  Status Kustomization(const std::string& path, const std::string& dir, const std::string& base,
                       Role role, int depth) {
    ACD_CHECK(TakeNow(path));
    ACD_TRY(const auto documents, Parse(path));
    if (documents.empty() || documents.front().root.kind != Kind::kMapping) return {};
    const Place place{dir, base, role, depth};
    std::set<std::string> exec_paths;
    auto done =
        ForEachField(documents.front().root, [&](const std::string& name, const yaml::Node& value) {
          return KustomizationField(name, value, place, exec_paths);
        });
    if (!done) return Fail(std::move(done).error().With(Name(path)));
    return Rewrite(path, exec_paths, [&](const yaml::Node& again, std::set<std::string>& left) {
      return ForEachField(again, [&](const std::string& name, const yaml::Node& value) {
        return KustomizationField(name, value, place, left);
      });
    });
  }

  Status KustomizationField(const std::string& name, const yaml::Node& value, const Place& place,
                            std::set<std::string>& exec_paths) {
    if (place.role == Role::kPlugin &&
        !IsOneOf(name, {"apiversion", "kind", "metadata", "resources"})) {
      // It could change what a checked plugin runs.
      return Fail(Code::kUnsupported, name + ": not supported in a kustomization of plugins",
                  "list the plugins' files under generators or transformers directly");
    }
    if (IsOneOf(name, {"resources", "bases", "components"})) {
      for (const std::string& entry : ScalarTexts(value)) {
        ACD_CHECK(Reference(entry, place, place.role, name));
      }
    } else if (IsOneOf(name, {"generators", "transformers", "validators"})) {
      for (const std::string& entry : ScalarTexts(value)) {
        ACD_CHECK(Plugin(entry, place, name, exec_paths));
      }
    } else if (IsOneOf(name, {"helmcharts", "helmchartinflationgenerator"})) {
      if (value.items.empty()) return {};
      return Fail(Code::kUnsupported, "helmCharts: charts inside a kustomization are not supported",
                  "render the chart with an application of its own");
    } else if (IsOneOf(name, {"configurations", "crds", "patchesstrategicmerge"})) {
      for (const std::string& entry : ScalarTexts(value)) ACD_CHECK(File(entry, place.dir, name));
    } else if (IsOneOf(name, {"patches", "patchesjson6902", "replacements", "openapi"})) {
      ACD_CHECK(PathFields(value, place.dir, name));
    } else if (IsOneOf(name, {"configmapgenerator", "secretgenerator"})) {
      for (const yaml::Node& item : value.items) ACD_CHECK(Sources(item, place.dir, name));
    }
    return {};
  }

  // A file or a folder; what is not there may be remote.
  Status Reference(const std::string& entry, const Place& place, Role role,
                   const std::string& field) {
    ACD_TRY(const auto found, Locate(entry, place.dir, field));
    if (!found) {
      if (role == Role::kResource) return {};
      return Fail(Code::kInvalidInput, field + ": " + entry + ": no such file or folder",
                  "what runs must lie in the repository");
    }
    if (found->is_folder) return Folder(found->path, place.base, role, place.depth + 1);
    return role == Role::kPlugin ? PluginFile(found->path, place.base) : Take(found->path);
  }

  // nullopt: not a local file.
  Result<std::optional<workspace::Located>> Locate(const std::string& entry, const std::string& dir,
                                                   const std::string& field) {
    constexpr std::optional<workspace::Located> kElsewhere;
    ACD_CHECK(context_.request.budget.Check());
    const auto has = [&](std::string_view part) { return entry.find(part) != std::string::npos; };
    if (entry.empty() || has("\n")) return kElsewhere;
    if (has("ref=-") || has("version=-") || has("file://")) {
      return Fail(Code::kInvalidInput,
                  field + ": " + entry + ": not allowed as a remote reference");
    }
    if (has("://")) return kElsewhere;
    if (entry.front() == '/') {
      return Fail(Code::kInvalidInput, field + ": " + entry + ": an absolute path",
                  "name it relative to the kustomization");
    }
    auto found = workspace::LocateInside(root_, dir, entry);
    if (!found && found.error().code == Code::kNotFound) return kElsewhere;
    if (!found) return Fail(std::move(found).error().With(field));
    return std::optional(*std::move(found));
  }

  Status File(const std::string& entry, const std::string& dir, const std::string& field) {
    ACD_TRY(const auto found, Locate(entry, dir, field));
    return !found || found->is_folder ? Status() : Take(found->path);
  }

  // `path:` in a map, or in each map of a list.
  Status PathFields(const yaml::Node& node, const std::string& dir, const std::string& field) {
    if (const yaml::Node* path = Field(node, "path")) {
      ACD_CHECK(File(ScalarText(path), dir, field + ".path"));
    }
    for (const yaml::Node& item : node.items) ACD_CHECK(PathFields(item, dir, field));
    return {};
  }

  // What a ConfigMap or Secret generator reads.
  Status Sources(const yaml::Node& generator, const std::string& dir, const std::string& field) {
    for (const char* name : {"files", "envs", "env"}) {
      const yaml::Node* list = Field(generator, name);
      if (list == nullptr) continue;
      for (const std::string& entry : ScalarTexts(*list)) {
        const std::size_t equals = name[0] == 'f' ? entry.find('=') : std::string::npos;
        const std::string path = equals == std::string::npos ? entry : entry.substr(equals + 1);
        ACD_CHECK(File(path, dir, field + "." + name));
      }
    }
    return {};
  }

  // An entry of `generators` and its kin: an object written out, or a reference.
  Status Plugin(const std::string& entry, const Place& place, const std::string& field,
                std::set<std::string>& exec_paths) {
    const auto inline_object = yaml::ReadStream(AsBytes(entry), Limits());
    const bool is_inline = inline_object && !inline_object->empty() &&
                           inline_object->front().root.kind == Kind::kMapping;
    if (!is_inline) return Reference(entry, place, Role::kPlugin, field);
    for (const yaml::Document& document : *inline_object) {
      if (!document.empty) ACD_CHECK(PluginObject(document.root, place.base, exec_paths));
    }
    return {};
  }

  Status PluginFile(const std::string& path, const std::string& base) {
    ACD_CHECK(TakeNow(path));
    ACD_TRY(const auto documents, Parse(path));
    std::set<std::string> exec_paths;
    for (const yaml::Document& document : documents) {
      if (document.empty) continue;
      auto checked = PluginObject(document.root, base, exec_paths);
      if (!checked) return Fail(std::move(checked).error().With(Name(path)));
    }
    return Rewrite(path, exec_paths, [&](const yaml::Node& again, std::set<std::string>& left) {
      return PluginObject(again, base, left);
    });
  }

  Status PluginObject(const yaml::Node& object, const std::string& base,
                      std::set<std::string>& exec_paths) {
    if (object.kind == Kind::kMapping && Field(object, "items") != nullptr) {
      for (const yaml::Node& item : Field(object, "items")->items) {
        ACD_CHECK(PluginObject(item, base, exec_paths));
      }
    }
    if (object.kind == Kind::kScalar && object.text.empty()) return {};
    ACD_TRY(const PluginUse use, ClassifyPlugin(object));
    if (use.kind != PluginUse::Kind::kBuiltin) {
      graph_.runs_ksops = true;
      if (use.exec_path != "ksops" && !use.exec_path.empty()) exec_paths.insert(use.exec_path);
      return {};
    }
    if (ScalarText(Field(object, "kind")) == "HelmChartInflationGenerator") {
      return Fail(Code::kUnsupported, "HelmChartInflationGenerator: not supported");
    }
    ACD_CHECK(Sources(object, base, "builtin"));
    ACD_CHECK(PathFields(object, base, "builtin"));
    if (const yaml::Node* paths = Field(object, "paths")) {
      for (const std::string& entry : ScalarTexts(*paths)) ACD_CHECK(File(entry, base, "paths"));
    }
    const yaml::Node* replacements = Field(object, "replacements");
    return replacements == nullptr ? Status() : PathFields(*replacements, base, "replacements");
  }

  // Writes the exec paths of other images as `ksops`, and makes sure that none is left: the text
  // may spell a path in a way that only a parser sees.
  Status Rewrite(const std::string& path, const std::set<std::string>& exec_paths,
                 const std::function<Status(const yaml::Node&, std::set<std::string>&)>& collect) {
    if (exec_paths.empty()) return {};
    {
      ACD_TRY(const SecretBytes text, workspace::ReadFile(path, Limits().max_document_bytes));
      const std::string rewritten = RewriteExecPaths(text.ExposeText(), exec_paths);
      ACD_CHECK(workspace::WriteSecretFile(path, AsBytes(rewritten)));
    }
    ACD_TRY(const auto documents, Parse(path));
    std::set<std::string> left;
    for (const yaml::Document& document : documents) {
      if (!document.empty) ACD_CHECK(collect(document.root, left));
    }
    if (left.empty()) return {};
    return Fail(Code::kUnsupported,
                Name(path) + ": exec path " + *left.begin() + ": cannot be replaced by ksops",
                "write `path: ksops`");
  }

  struct Seen {
    std::string dir;
    std::string base;
    Role role;
    auto operator<=>(const Seen&) const = default;
  };

  Context& context_;
  const std::string& root_;
  KustomizationGraph graph_;
  std::set<Seen> seen_;
  std::set<std::string> taken_;
  std::set<std::string> pending_;  // taken, and not yet decrypted
};

}  // namespace

bool HasKustomization(const std::string& dir) {
  return std::any_of(kNames.begin(), kNames.end(), [&](const char* name) {
    struct stat info {};
    return ::stat((dir + "/" + name).c_str(), &info) == 0 && S_ISREG(info.st_mode);
  });
}

Result<KustomizationGraph> PrepareKustomization(Context& context) {
  Walk walk(context);
  ACD_CHECK(walk.Folder(context.app_dir, context.app_dir, Role::kResource, 0));
  ACD_CHECK(walk.Finish());
  return walk.graph();
}

}  // namespace acd::render
