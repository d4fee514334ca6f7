#include "plugin/render/kustomization_fields.h"

#include <algorithm>

#include "plugin/render/yaml_fields.h"

namespace acd::render {
namespace {

using Kind = yaml::Node::Kind;

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void Append(std::vector<std::string>& all, std::vector<std::string> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// `KEY=PATH` or `PATH`.
void AppendPaths(std::vector<std::string>& paths, const yaml::Node* list) {
  if (list == nullptr) return;
  for (const std::string& entry : ScalarTexts(*list)) {
    paths.push_back(entry.substr(entry.find('=') + 1));  // npos + 1 is 0
  }
}

// What a ConfigMap or Secret generator, or an entry of KSOPS's secretFrom, reads.
std::vector<std::string> Sources(const yaml::Node& generator) {
  std::vector<std::string> paths;
  AppendPaths(paths, Field(generator, "files"));
  AppendPaths(paths, Field(generator, "binaryfiles"));
  for (const char* name : {"envs", "env"}) {
    if (const yaml::Node* list = Field(generator, name)) Append(paths, ScalarTexts(*list));
  }
  return paths;
}

// `path:` of a map, or of each map of a list.
std::vector<std::string> PathFields(const yaml::Node& node, int depth = 0) {
  std::vector<std::string> paths;
  if (const yaml::Node* path = Field(node, "path")) paths.push_back(ScalarText(path));
  if (depth > 2) return paths;
  for (const yaml::Node& item : node.items) Append(paths, PathFields(item, depth + 1));
  return paths;
}

class Collector {
 public:
  explicit Collector(std::vector<FieldEntry>& entries) : entries_(entries) {}

  void Take(const std::string& name, const yaml::Node& value, const std::string& chart_home) {
    if (IsOneOf(name, {"resources", "bases"})) {
      AddAll(FieldUse::kResource, name, ScalarTexts(value));
    } else if (name == "components") {
      AddAll(FieldUse::kComponent, name, ScalarTexts(value));
    } else if (IsOneOf(name, {"generators", "transformers", "validators"})) {
      AddAll(FieldUse::kPlugin, name, ScalarTexts(value));
    } else if (name == "patchesstrategicmerge") {
      AddAll(FieldUse::kPatch, name, ScalarTexts(value));
    } else if (IsOneOf(name, {"patches", "patchesjson6902"})) {
      for (const yaml::Node& item : value.items) {
        for (const char* part : {"path", "patch"}) {
          if (const yaml::Node* text = Field(item, part)) {
            AddAll(FieldUse::kPatch, name, {ScalarText(text)});
          }
        }
      }
    } else if (IsOneOf(name, {"configurations", "crds"})) {
      AddAll(FieldUse::kSource, name, ScalarTexts(value));
    } else if (IsOneOf(name, {"replacements", "openapi"})) {
      AddAll(FieldUse::kSource, name, PathFields(value));
    } else if (IsOneOf(name, {"configmapgenerator", "secretgenerator"})) {
      for (const yaml::Node& item : value.items) AddAll(FieldUse::kSource, name, Sources(item));
    } else if (name == "helmcharts") {
      for (const yaml::Node& item : value.items) Chart(item, chart_home);
    }
  }

 private:
  void AddAll(FieldUse use, const std::string& field, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      if (!text.empty()) entries_.push_back({use, field, text});
    }
  }

  void Chart(const yaml::Node& chart, const std::string& home) {
    if (const yaml::Node* file = Field(chart, "valuesfile")) {
      AddAll(FieldUse::kSource, "helmcharts", {ScalarText(file)});
    }
    if (const yaml::Node* files = Field(chart, "additionalvaluesfiles")) {
      AddAll(FieldUse::kSource, "helmcharts", ScalarTexts(*files));
    }
    const std::string name = ScalarText(Field(chart, "name"));
    if (!name.empty()) AddAll(FieldUse::kChart, "helmcharts", {home + "/" + name});
  }

  std::vector<FieldEntry>& entries_;
};

}  // namespace

const std::vector<const char*>& KustomizationNames() {
  static const std::vector<const char*> names = {"kustomization.yaml", "kustomization.yml",
                                                 "Kustomization"};
  return names;
}

std::vector<FieldEntry> EntriesOf(const yaml::Node& kustomization) {
  std::string chart_home = "charts";
  if (const yaml::Node* globals = Field(kustomization, "helmglobals")) {
    const std::string home = ScalarText(Field(*globals, "charthome"));
    if (!home.empty()) chart_home = home;
  }
  std::vector<FieldEntry> entries;
  Collector collector(entries);
  (void)ForEachField(kustomization,
                     [&](const std::string& name, const yaml::Node& value) -> Status {
                       collector.Take(name, value, chart_home);
                       return {};
                     });
  return entries;
}

std::vector<std::string> PluginFiles(const yaml::Node& object) {
  std::vector<std::string> paths = Sources(object);
  Append(paths, PathFields(object));
  if (const yaml::Node* list = Field(object, "paths")) Append(paths, ScalarTexts(*list));
  for (const char* name : {"secretfrom", "replacements"}) {
    const yaml::Node* list = Field(object, name);
    if (list == nullptr) continue;
    for (const yaml::Node& item : list->items) {
      Append(paths, Sources(item));
      Append(paths, PathFields(item));
    }
  }
  return paths;
}

}  // namespace acd::render
