#include "plugin/render/kustomization_walk.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/render/kustomization_charts.h"
#include "plugin/render/kustomization_ksops.h"
#include "plugin/render/kustomization_paths.h"
#include "plugin/render/kustomize_plugin.h"
#include "plugin/render/read_order.h"
#include "plugin/render/yaml_fields.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

using Kind = yaml::Node::Kind;

constexpr int kMaxDepth = 64;

/// What kustomize does with the objects of a reference.
enum class Role {
  kResource,  ///< they are manifests
  kPlugin,    ///< they say what runs
};

bool IsOneOf(const std::string& name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Whether kustomize takes a text for an object written out, not for a path. It wants a kind and a
// name; a text without them it would look for as a file.
bool IsInlineObject(const std::string& entry) {
  const auto documents = yaml::ReadStream(AsBytes(entry), Limits());
  if (!documents || documents->empty()) return false;
  const yaml::Node& root = documents->front().root;
  if (root.kind != Kind::kMapping || ScalarText(Field(root, "kind")).empty()) return false;
  const yaml::Node* metadata = Field(root, "metadata");
  return Field(root, "items") != nullptr ||
         (metadata != nullptr && !ScalarText(Field(*metadata, "name")).empty());
}

// Whether a kustomization has one list of resources: of several, the order is kustomize's matter.
bool ListsOnce(const std::vector<yaml::Document>& documents) {
  if (documents.size() != 1) return false;
  int lists = 0;
  const Status counted =
      ForEachField(documents.front().root, [&](const std::string& name, const yaml::Node&) {
        if (IsOneOf(name, {"resources", "bases"})) ++lists;
        return Status();
      });
  return counted && lists == 1;
}

class Walk {
 public:
  explicit Walk(Context& context)
      : context_(context), root_(context.request.root), ksops_(context), charts_(context) {}

  // `base`: the folder from which plugins read, that of the kustomization which lists them.
  Status Folder(const std::string& dir, const std::string& base, Role role, int depth) {
    ACD_CHECK(context_.request.budget.Check());
    if (depth > kMaxDepth) return Fail(Code::kLimitExceeded, Name(dir) + ": nested too deep");
    if (!seen_.insert({dir, base, role}).second) return {};
    ACD_TRY(const std::vector<std::string> paths, KustomizationsIn(root_, dir));
    for (const std::string& path : paths) {
      ACD_CHECK(Kustomization(path, dir, base, role, depth));
    }
    return {};
  }

  Status Finish() {
    // A chart's templates read what is in its folder, whenever helm runs; and a remote base may
    // have charts, too.
    if (!charts_.any() && !graph_.is_remote) graph_.in_order = reads_.TakeInOrder();
    graph_.unread = reads_.TakeRest();
    graph_.files = reads_.count();
    if (ksops_.any()) {
      ACD_CHECK(DecryptUnread(context_, graph_));
      graph_.unread.clear();
      graph_.in_order.clear();
      ACD_CHECK(ksops_.Run(charts_.any()));
    }
    graph_.runs_ksops = ksops_.any_left();
    graph_.ksops_files = ksops_.TakeFiles();
    graph_.uses_charts = charts_.any();
    graph_.remote_charts = charts_.remote();
    return {};
  }

  KustomizationGraph TakeGraph() { return std::move(graph_); }

 private:
  struct Place {
    const std::string& dir;
    const std::string& base;
    Role role;
    int depth;
    bool in_order;                            ///< what it lists is read in that order
    std::vector<KsopsGenerator>& generators;  ///< those of KSOPS that it lists
  };

  std::string Name(const std::string& path) const { return context_.files.Relative(path); }

  Result<std::vector<yaml::Document>> Parse(const std::string& path) {
    ACD_TRY(const SecretBytes text, workspace::ReadFile(path, Limits().max_document_bytes));
    return Parse(path, text);
  }

  Result<std::vector<yaml::Document>> Parse(const std::string& path, const SecretBytes& text) {
    auto documents = yaml::ReadStream(text.Expose(), Limits());
    if (!documents) return Fail(std::move(documents).error().With(Name(path)));
    for (const yaml::Document& document : *documents) {
      auto plain = CheckNoBinary(document.root);
      if (!plain) return Fail(std::move(plain).error().With(Name(path)));
    }
    return documents;
  }

  // Notes a file that kustomize reads for what is in it.
  Status TakeText(const std::string& path) {
    if (IsKustomizationName(path)) ksops_.KeepText(path);
    return reads_.Add(path);
  }

  // The same for a file that this walk reads, too.
  Status TakeNow(const std::string& path) {
    ACD_CHECK(reads_.Add(path));
    return reads_.Decrypted(path) ? context_.files.DecryptInPlace(path, kReadByKustomize)
                                  : Status();
  }

  Status Kustomization(const std::string& path, const std::string& dir, const std::string& base,
                       Role role, int depth) {
    ACD_CHECK(TakeNow(path));
    ACD_TRY(auto documents, Parse(path));
    std::vector<KsopsGenerator> generators;
    const Place place{dir, base, role, depth, depth == 0 && ListsOnce(documents), generators};
    std::set<std::string> exec_paths;
    // kustomize takes the first document only; which that is, we need not be sure of.
    for (const yaml::Document& document : documents) {
      auto done = ForEachField(document.root, [&](const auto& name, const yaml::Node& value) {
        return KustomizationField(name, value, place, exec_paths);
      });
      if (done && role == Role::kResource) done = Charts(document.root, dir);
      if (!done) return Fail(std::move(done).error().With(Name(path)));
    }
    ACD_CHECK(ksops_.Add(path, dir, std::move(documents), std::move(generators)));
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
    } else if (IsOneOf(name, {"configurations", "crds", "patchesstrategicmerge"})) {
      ACD_CHECK(Files(value, place.dir, name));
    } else if (IsOneOf(name, {"patches", "patchesjson6902", "replacements", "openapi"})) {
      ACD_CHECK(PathFields(value, place.dir, name));
    } else if (IsOneOf(name, {"configmapgenerator", "secretgenerator"})) {
      for (const yaml::Node& item : value.items) ACD_CHECK(Sources(item, place.dir, name));
    } else if (name == "buildmetadata") {
      ksops_.KeepOrigins();
    }
    return {};
  }

  Status Charts(const yaml::Node& kustomization, const std::string& dir) {
    ACD_TRY(const std::vector<ChartUse> charts, ChartsOf(kustomization));
    for (const ChartUse& chart : charts) ACD_CHECK(charts_.Add(chart, dir));
    return {};
  }

  // A file or a folder; what is not there may be remote.
  Status Reference(const std::string& entry, const Place& place, Role role,
                   const std::string& field) {
    // What it can't fetch as a file, kustomize may look for as a folder of that name.
    const bool web = role == Role::kResource && IsWebFile(entry);
    ACD_TRY(const auto found, Locate(web ? "./" + entry : entry, place.dir, field));
    if (!found) {
      graph_.is_remote = true;
      if (role == Role::kResource) return {};
      return Fail(Code::kInvalidInput, field + ": " + entry + ": no such file or folder",
                  "what runs must lie in the repository");
    }
    if (found->is_folder) {
      // A kustomization of plugins only lists them: they read from where the list is used.
      const std::string& base = role == Role::kPlugin ? place.base : found->path;
      return Folder(found->path, base, role, place.depth + 1);
    }
    if (role == Role::kResource) {
      if (place.in_order && field == "resources") reads_.NoteListed(found->path);
      return TakeText(found->path);
    }
    return PluginFile(found->path, place, field);
  }

  Result<std::optional<workspace::Located>> Locate(const std::string& entry, const std::string& dir,
                                                   const std::string& field) {
    ACD_CHECK(context_.request.budget.Check());
    return LocateEntry(root_, dir, entry, field);
  }

  Status File(const std::string& entry, const std::string& dir, const std::string& field) {
    ACD_TRY(const auto found, Locate(entry, dir, field));
    return !found || found->is_folder ? Status() : TakeText(found->path);
  }

  // Paths, or patches written out.
  Status Files(const yaml::Node& list, const std::string& dir, const std::string& field) {
    for (const std::string& entry : ScalarTexts(list)) {
      // What kustomize can't read as an object it takes for a path after all.
      const bool is_inline = IsInlineObject(entry);
      const auto found = Locate(entry, dir, field);
      if (!is_inline || (found && *found)) ACD_CHECK(File(entry, dir, field));
    }
    return {};
  }

  // `path:` in a map, or in each map of a list.
  Status PathFields(const yaml::Node& node, const std::string& dir, const std::string& field) {
    ACD_CHECK(ForEachNamed(node, "path", [&](const yaml::Node& path) {
      return File(ScalarText(&path), dir, field + ".path");
    }));
    for (const yaml::Node& item : node.items) ACD_CHECK(PathFields(item, dir, field));
    return {};
  }

  // What a ConfigMap or Secret generator reads.
  Status Sources(const yaml::Node& generator, const std::string& dir, const std::string& field) {
    return ForEachField(generator, [&](const std::string& name, const yaml::Node& list) -> Status {
      if (!IsOneOf(name, {"files", "envs", "env"})) return {};
      for (const std::string& entry : ScalarTexts(list)) {
        const std::size_t equals = name == "files" ? entry.find('=') : std::string::npos;
        const std::string path = equals == std::string::npos ? entry : entry.substr(equals + 1);
        std::string shown = field;
        ACD_CHECK(File(path, dir, shown.append(".").append(name)));
      }
      return {};
    });
  }

  // An entry of `generators` and its kin: an object written out, or a reference.
  Status Plugin(const std::string& entry, const Place& place, const std::string& field,
                std::set<std::string>& exec_paths) {
    const auto inline_object = yaml::ReadStream(AsBytes(entry), Limits());
    const bool is_inline = inline_object && !inline_object->empty() &&
                           inline_object->front().root.kind == Kind::kMapping;
    if (!is_inline) return Reference(entry, place, Role::kPlugin, field);
    // What kustomize can't read as an object it takes for a path after all.
    const auto found = Locate(entry, place.dir, field);
    if (found ? found->has_value() : !IsInlineObject(entry)) {
      ACD_CHECK(Reference(entry, place, Role::kPlugin, field));
    }
    for (const yaml::Document& document : *inline_object) {
      if (!document.empty) ACD_CHECK(CheckNoBinary(document.root));
    }
    if (field == "generators") {
      ACD_TRY(auto generator, ksops_.Read(*inline_object, "", entry));
      if (generator) {
        place.generators.push_back(*std::move(generator));
        return {};
      }
    }
    return PluginObjects(*inline_object, place.base, exec_paths);
  }

  Status PluginFile(const std::string& path, const Place& place, const std::string& field) {
    if (field != "generators") ACD_CHECK(ksops_.Exclude(path, Name(path), field));
    ACD_CHECK(TakeNow(path));
    ACD_TRY(const SecretBytes text, workspace::ReadFile(path, Limits().max_document_bytes));
    ACD_TRY(const auto documents, Parse(path, text));
    if (field == "generators") {
      auto generator = ksops_.Read(documents, path, text.ExposeText());
      if (!generator) return Fail(std::move(generator).error().With(Name(path)));
      if (*generator) {
        place.generators.push_back(**std::move(generator));
        return {};
      }
    }
    std::set<std::string> exec_paths;
    auto checked = PluginObjects(documents, place.base, exec_paths);
    if (!checked) return Fail(std::move(checked).error().With(Name(path)));
    return Rewrite(path, exec_paths, [&](const yaml::Node& again, std::set<std::string>& left) {
      return PluginObject(again, place.base, left);
    });
  }

  Status PluginObjects(const std::vector<yaml::Document>& documents, const std::string& base,
                       std::set<std::string>& exec_paths) {
    for (const yaml::Document& document : documents) {
      if (!document.empty) ACD_CHECK(PluginObject(document.root, base, exec_paths));
    }
    return {};
  }

  Status PluginObject(const yaml::Node& object, const std::string& base,
                      std::set<std::string>& exec_paths) {
    const Status items = ForEachNamed(object, "items", [&](const yaml::Node& list) -> Status {
      for (const yaml::Node& item : list.items) ACD_CHECK(PluginObject(item, base, exec_paths));
      return {};
    });
    if (!items) return items;
    if (object.kind == Kind::kScalar && object.text.empty()) return {};
    ACD_TRY(const PluginUse use, ClassifyPlugin(object));
    if (use.kind != PluginUse::Kind::kBuiltin) {
      ksops_.Leave(object, base);
      if (use.exec_path != "ksops" && !use.exec_path.empty()) exec_paths.insert(use.exec_path);
      return {};
    }
    return BuiltinObject(object, base);
  }

  // Whatever any of kustomize's own plugins reads.
  Status BuiltinObject(const yaml::Node& object, const std::string& base) {
    bool is_chart = false;
    ACD_CHECK(ForEachNamed(object, "kind", [&](const yaml::Node& kind) -> Status {
      is_chart = is_chart || ScalarText(&kind) == "HelmChartInflationGenerator";
      return {};
    }));
    if (is_chart) {
      ACD_TRY(const ChartUse chart, ChartOfPlugin(object));
      return charts_.Add(chart, base);
    }
    ACD_CHECK(Sources(object, base, "builtin"));
    ACD_CHECK(PathFields(object, base, "builtin"));
    return ForEachField(object, [&](const std::string& name, const yaml::Node& value) -> Status {
      if (name == "targetfilepath") return File(ScalarText(&value), base, "targetFilePath");
      if (name == "paths") return Files(value, base, "paths");
      if (name == "replacements") return PathFields(value, base, "replacements");
      return {};
    });
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
  ReadOrder reads_;
  KsopsGenerators ksops_;
  ChartCollector charts_;
};

}  // namespace

Result<KustomizationGraph> PrepareKustomization(Context& context) {
  Walk walk(context);
  ACD_CHECK(walk.Folder(context.app_dir, context.app_dir, Role::kResource, 0));
  ACD_CHECK(walk.Finish());
  return walk.TakeGraph();
}

Status DecryptUnread(Context& context, const KustomizationGraph& graph) {
  ACD_CHECK(context.files.DecryptInPlace(graph.unread, kReadByKustomize));
  return context.files.DecryptInPlace(graph.in_order, kReadByKustomize);
}

}  // namespace acd::render
