#include "plugin/commands/application_file.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "decrypt/yaml/reader.h"
#include "plugin/commands/input.h"
#include "plugin/preview/value.h"
#include "plugin/render/parameter_table.h"

namespace acd::commands {
namespace {

using Json = nlohmann::ordered_json;
using preview::Value;
using Kind = Value::Kind;

constexpr std::size_t kMaxBytes = 4U << 20U;

Result<std::vector<Value>> ReadDocuments(const std::string& file) {
  ACD_TRY(const SecretBytes content, ReadInput(file, kMaxBytes));
  auto documents = yaml::ReadStream(content.Expose(), Limits());
  if (!documents) return Fail(std::move(documents).error().With(file));
  std::vector<Value> values;
  for (const yaml::Document& document : *documents) {
    if (!document.empty) values.push_back(preview::ToValue(document.root));
  }
  return values;
}

Json ToJson(const Value& value) {
  switch (value.kind) {
    case Kind::kNull:
      return nullptr;
    case Kind::kBool:
      return value.text == "true";
    case Kind::kNumber: {
      Json number = Json::parse(value.text, nullptr, false);  // not what YAML calls .inf and .nan
      return number.is_number() ? number : Json(value.text);
    }
    case Kind::kString:
      return value.text;
    case Kind::kList: {
      Json list = Json::array();
      for (const Value& item : value.items) list.push_back(ToJson(item));
      return list;
    }
    case Kind::kMap:
      break;
  }
  Json map = Json::object();
  for (const auto& [key, member] : value.members) map[key] = ToJson(member);
  return map;
}

std::string Dumped(const Value& value) {
  return ToJson(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A text as it is, anything else as JSON.
std::string AsText(const Value& value) {
  if (value.kind == Kind::kNull) return {};
  return value.IsMap() || value.IsList() ? Dumped(value) : value.text;
}

Result<Json> ParameterFrom(const std::string& name, const Value& value) {
  const render::ParameterInfo* info = render::FindParameter(name);
  if (info == nullptr) {
    return Fail(Code::kInvalidInput, name + ": no such parameter",
                render::UnknownParameterHint(name));
  }
  const auto wrong = [&](const char* wanted) {
    return Fail(Code::kInvalidInput, name + ": must be " + wanted);
  };
  Json entry{{"name", name}};
  switch (info->shape) {
    case render::Shape::kString:
      entry["string"] = AsText(value);
      return entry;
    case render::Shape::kArray: {
      if (!value.IsList()) return wrong("a list");
      entry["array"] = Json::array();
      for (const Value& item : value.items) entry["array"].push_back(AsText(item));
      return entry;
    }
    case render::Shape::kMap: {
      if (!value.IsMap()) return wrong("a map");
      entry["map"] = Json::object();
      for (const auto& [key, member] : value.members) entry["map"][key] = AsText(member);
      return entry;
    }
  }
  return entry;
}

// The API server drops or refuses other fields; here a mistyped one would leave its parameter
// unset.
Result<std::string> ParameterList(const Value& list) {
  for (const Value& entry : list.items) {
    for (const auto& [field, value] : entry.members) {
      if (field == "name" || field == "string" || field == "array" || field == "map") continue;
      return Fail(Code::kInvalidInput,
                  "parameter " + std::string(entry.Text("name")) + ": " + field + ": unknown field",
                  "a parameter has a name and one of string, array and map");
    }
  }
  return Dumped(list);
}

Result<std::string> ParametersFrom(const Value& value) {
  if (value.IsList()) return ParameterList(value);
  if (!value.IsMap()) {
    return Fail(Code::kInvalidInput, "must be a list or a map of parameters",
                "either the list of spec.source.plugin.parameters, or NAME: VALUE");
  }
  Json list = Json::array();
  for (const auto& [name, member] : value.members) {
    ACD_TRY(Json entry, ParameterFrom(name, member));
    list.push_back(std::move(entry));
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<const Value*> ChooseSource(const Value& spec, std::optional<int> wanted) {
  const Value* one = spec.Find("source");
  const Value* several = spec.Find("sources");
  const bool listed = several != nullptr && several->IsList() && !several->items.empty();
  if (!listed) {
    if (one == nullptr) return Fail(Code::kInvalidInput, "spec.source: missing");
    return one;
  }
  const std::size_t count = several->items.size();
  if (wanted) {
    const auto index = static_cast<std::size_t>(*wanted);
    if (*wanted < 1 || index > count) {
      return Fail(Code::kInvalidInput,
                  "--source: the Application has sources 1 to " + std::to_string(count));
    }
    return &several->items[index - 1];
  }
  const Value* found = nullptr;
  for (const Value& source : several->items) {
    if (source.Find("plugin") == nullptr) continue;
    if (found != nullptr) {
      return Fail(Code::kInvalidInput, "spec.sources: several have a plugin",
                  "name one of them by its position: --source 1");
    }
    found = &source;
  }
  if (found == nullptr) return Fail(Code::kInvalidInput, "spec.sources: none has a plugin");
  return found;
}

Status RefuseForeignSource(const Value& source) {
  if (source.Find("plugin") != nullptr) return {};
  if (source.Find("ref") != nullptr && source.Find("path") == nullptr) {
    return Fail(Code::kInvalidInput,
                "the source has a ref and no path: Argo CD renders nothing of it",
                "name another one by its position: --source 1");
  }
  for (const char* field : {"helm", "kustomize", "directory", "chart"}) {
    if (source.Find(field) == nullptr) continue;
    return Fail(Code::kInvalidInput,
                std::string("spec.source.") + field +
                    ": Argo CD renders this source itself, without argocd-decrypt",
                "name the plugin, spec.source.plugin.name: argocd-decrypt, and move what stands "
                "there to its parameters");
  }
  return {};
}

Status ReadPlugin(const Value& plugin, CallApplication& application) {
  if (const Value* parameters = plugin.Find("parameters");
      parameters != nullptr && parameters->kind != Kind::kNull) {
    if (!parameters->IsList()) {
      return Fail(Code::kInvalidInput, "spec.source.plugin.parameters: must be a list");
    }
    ACD_TRY(application.parameters_json, ParameterList(*parameters));
  }
  const Value* environment = plugin.Find("env");
  if (environment == nullptr) return {};
  for (const Value& entry : environment->items) {
    const std::string_view name = entry.Text("name");
    if (name.empty()) {
      return Fail(Code::kInvalidInput, "spec.source.plugin.env: an entry without a name");
    }
    application.environment.push_back("ARGOCD_ENV_" + std::string(name) + "=" +
                                      std::string(entry.Text("value")));
  }
  return {};
}

Result<ApplicationFile> FromManifest(const Value& manifest, std::optional<int> source_index) {
  ApplicationFile file;
  CallApplication& application = file.application;
  const Value* spec = manifest.Find("spec");
  if (spec == nullptr) return Fail(Code::kInvalidInput, "spec: missing");
  ACD_TRY(const Value* source, ChooseSource(*spec, source_index));
  ACD_CHECK(RefuseForeignSource(*source));
  if (const Value* plugin = source->Find("plugin")) ACD_CHECK(ReadPlugin(*plugin, application));
  if (const Value* metadata = manifest.Find("metadata")) application.name = metadata->Text("name");
  if (const std::string_view project = spec->Text("project"); !project.empty()) {
    application.project = project;
  }
  if (const Value* destination = spec->Find("destination")) {
    application.namespace_ = destination->Text("namespace");
  }
  application.repository = source->Text("repoURL");
  application.revision = source->Text("targetRevision");
  file.path = source->Text("path");
  return file;
}

}  // namespace

Result<ApplicationFile> ReadApplicationFile(const std::string& file, std::optional<int> source) {
  ACD_TRY(const std::vector<Value> documents, ReadDocuments(file));
  bool generated = false;
  for (const Value& document : documents) {
    if (!document.Text("apiVersion").starts_with("argoproj.io/")) continue;
    generated = generated || document.Text("kind") == "ApplicationSet";
    if (document.Text("kind") != "Application") continue;
    auto read = FromManifest(document, source);
    if (!read) return Fail(std::move(read).error().With(file));
    return read;
  }
  if (generated) {
    return Fail(Code::kUnsupported, file + ": holds an ApplicationSet and no Application",
                "give one of those that it makes: `argocd appset generate FILE -o yaml` prints "
                "them");
  }
  return Fail(Code::kInvalidInput, file + ": holds no Application of argoproj.io");
}

Result<std::string> ReadParametersFile(const std::string& file) {
  ACD_TRY(const std::vector<Value> documents, ReadDocuments(file));
  if (documents.size() != 1) {
    return Fail(Code::kInvalidInput, file + ": must be one document with parameters");
  }
  auto json = ParametersFrom(documents.front());
  if (!json) return Fail(std::move(json).error().With(file));
  return json;
}

}  // namespace acd::commands
