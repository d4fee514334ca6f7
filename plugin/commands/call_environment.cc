#include "plugin/commands/call_environment.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plugin/render/parameter_table.h"

namespace acd::commands {
namespace {

using Json = nlohmann::ordered_json;

Result<std::pair<std::string, std::string>> SplitPair(const std::string& text, const char* flag) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    return Fail(Code::kInvalidInput, std::string(flag) + ": must be NAME=VALUE");
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

Json& EntryFor(Json& list, const std::string& name) {
  for (Json& entry : list) {
    if (entry.is_object() && entry.value("name", Json()) == Json(name)) return entry;
  }
  list.push_back(Json{{"name", name}});
  return list.back();
}

Status AddParameter(Json& list, const std::string& text) {
  ACD_TRY(const auto pair, SplitPair(text, "--param"));
  const auto& [name, value] = pair;
  const render::ParameterInfo* info = render::FindParameter(name);
  if (info == nullptr) {
    return Fail(Code::kInvalidInput, "--param " + name + ": no such parameter",
                render::UnknownParameterHint(name));
  }
  Json& entry = EntryFor(list, name);
  switch (info->shape) {
    case render::Shape::kString:
      entry["string"] = value;
      return {};
    case render::Shape::kArray:
      entry["array"].push_back(value);
      return {};
    case render::Shape::kMap: {
      ACD_TRY(const auto item, SplitPair(value, ("--param " + name).c_str()));
      entry["map"][item.first] = item.second;
      return {};
    }
  }
  return {};
}

Result<std::string> ParametersJson(const CallApplication& application) {
  if (application.parameters.empty()) return application.parameters_json;
  Json list = Json::array();
  if (!application.parameters_json.empty()) {
    list = Json::parse(application.parameters_json, nullptr, false);
    if (list.is_null()) list = Json::array();
    if (!list.is_array()) {
      return Fail(Code::kInvalidInput, "--parameters: must be a JSON array of parameters");
    }
  }
  for (const std::string& text : application.parameters) ACD_CHECK(AddParameter(list, text));
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ",") + item;
  return text;
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> CallEnvironment(
    const CallApplication& application) {
  const std::string& revision = application.revision;
  std::vector<std::pair<std::string, std::string>> environment{
      {"ARGOCD_APP_NAME", application.name},
      {"ARGOCD_APP_NAMESPACE", application.namespace_},
      {"ARGOCD_APP_PROJECT_NAME", application.project},
      {"ARGOCD_APP_REVISION", revision},
      {"ARGOCD_APP_REVISION_SHORT", revision.substr(0, 7)},
      {"ARGOCD_APP_REVISION_SHORT_8", revision.substr(0, 8)},
      {"ARGOCD_APP_SOURCE_REPO_URL", application.repository},
      {"ARGOCD_APP_SOURCE_PATH", application.path},
      {"ARGOCD_APP_SOURCE_TARGET_REVISION", revision},
      {"KUBE_VERSION", application.kube_version},
      {"KUBE_API_VERSIONS", Joined(application.api_versions)}};
  ACD_TRY(const std::string parameters, ParametersJson(application));
  environment.emplace_back("ARGOCD_APP_PARAMETERS", parameters.empty() ? "null" : parameters);
  for (const std::string& text : application.environment) {
    ACD_TRY(auto pair, SplitPair(text, "--env"));
    environment.push_back(std::move(pair));
  }
  return environment;
}

}  // namespace acd::commands
