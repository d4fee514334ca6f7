#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "plugin/preview/printable.h"
#include "plugin/preview/removed_apis.h"
#include "plugin/preview/warnings.h"

namespace acd::preview {
namespace {

constexpr std::size_t kMostPerObject = 10;

using Findings = std::vector<std::string>;

bool IsCore(const Object& object, std::string_view kind) {
  return object.identity.group.empty() && object.identity.kind == kind;
}

std::string_view Annotation(const Object& object, std::string_view name) {
  const Value* annotations = object.value.At({"metadata", "annotations"});
  return annotations == nullptr ? std::string_view() : annotations->Text(name);
}

bool HasItem(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item == wanted) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

void CheckName(const Object& object, const CheckOptions& /*options*/, Findings& found) {
  const Value* metadata = object.value.Find("metadata");
  if (metadata == nullptr || metadata->Text("name").empty()) {
    const bool generated = metadata != nullptr && !metadata->Text("generateName").empty();
    found.emplace_back(
        generated ? "has generateName and no name: Argo CD can only create it anew at each "
                    "sync, and never compares it"
                  : "has no name: the API server refuses it");
  }
}

void CheckScope(const Object& object, const CheckOptions& /*options*/, Findings& found) {
  if (object.has_namespace && IsClusterScoped(object.identity.group, object.identity.kind)) {
    found.emplace_back("names a namespace, and its kind has none: it is ignored");
  }
}

void CheckVersion(const Object& object, const CheckOptions& options, Findings& found) {
  const Identity& identity = object.identity;
  const std::string_view removed =
      RemovedIn(identity.group, object.version, identity.kind, options.kube_version);
  if (removed.empty()) return;
  found.push_back("apiVersion " + (identity.group.empty() ? "" : identity.group + "/") +
                  object.version + " was removed in Kubernetes " + std::string(removed));
}

void CheckTypes(const Object& object, const CheckOptions& /*options*/, Findings& found) {
  for (const Surprise& surprise : object.surprises) {
    found.push_back(surprise.field + ": " + surprise.what);
  }
}

void CheckSecretKeys(const Object& object, const CheckOptions& /*options*/, Findings& found) {
  if (!IsCore(object, "Secret")) return;
  const Value* data = object.value.Find("data");
  const Value* string_data = object.value.Find("stringData");
  if (data == nullptr || string_data == nullptr) return;
  for (const auto& [key, value] : string_data->members) {
    if (data->Find(key) != nullptr) {
      found.push_back("data." + key + " is replaced by stringData." + key);
    }
  }
}

// Where the API server takes strings only. A Secret's own fields are the guard's business.
void CheckStrings(const Object& object, const CheckOptions& /*options*/, Findings& found) {
  const auto check = [&](std::string_view where, const Value* map) {
    if (map == nullptr) return;
    for (const auto& [key, value] : map->members) {
      if (value.IsString() || value.kind == Value::Kind::kNull) continue;
      found.push_back(std::string(where) + "." + key +
                      ": is no string, and the API server refuses it; put it in quotes");
    }
  };
  check("metadata.labels", object.value.At({"metadata", "labels"}));
  check("metadata.annotations", object.value.At({"metadata", "annotations"}));
  if (IsCore(object, "ConfigMap")) check("data", object.value.Find("data"));
}

void CheckHooks(const Object& object, const CheckOptions& /*options*/, Findings& found) {
  if (const std::string_view hook = Annotation(object, "argocd.argoproj.io/hook"); !hook.empty()) {
    found.push_back(hook == "Skip"
                        ? "is never applied: argocd.argoproj.io/hook: Skip"
                        : "is a hook (" + std::string(hook) +
                              "): it runs in its phase of each sync, and is not compared");
    return;
  }
  const std::string_view helm = Annotation(object, "helm.sh/hook");
  if (helm.empty() || HasItem(helm, "crd-install")) return;
  static constexpr auto kRun = std::to_array<std::string_view>(
      {"pre-install", "pre-upgrade", "post-install", "post-upgrade", "pre-delete", "post-delete"});
  const bool runs = std::any_of(kRun.begin(), kRun.end(),
                                [&](std::string_view hook) { return HasItem(helm, hook); });
  found.push_back("is a hook of helm (" + std::string(helm) + "): " +
                  (runs ? "Argo CD runs it as a hook of its own, and does not compare it"
                        : "Argo CD runs no hook of this kind, so it is not applied"));
}

void CheckSyncOptions(const Object& object, const CheckOptions& /*options*/, Findings& found) {
  struct Option {
    std::string_view annotation;
    std::string_view item;
    std::string_view text;
  };
  static constexpr auto kOptions = std::to_array<Option>({
      {"argocd.argoproj.io/sync-options", "Replace=true",
       "is replaced instead of patched (Replace=true)"},
      {"argocd.argoproj.io/sync-options", "Force=true",
       "is deleted and created anew where it cannot be patched (Force=true)"},
      {"argocd.argoproj.io/sync-options", "Prune=false",
       "stays in the cluster when it is removed here (Prune=false)"},
      {"argocd.argoproj.io/sync-options", "Delete=false",
       "stays in the cluster when the Application is deleted (Delete=false)"},
      {"argocd.argoproj.io/sync-options", "ApplyOutOfSyncOnly=true",
       "is applied only when it is out of sync (ApplyOutOfSyncOnly=true)"},
      {"argocd.argoproj.io/compare-options", "IgnoreExtraneous",
       "does not count as out of sync when it is removed here (IgnoreExtraneous)"},
  });
  for (const Option& option : kOptions) {
    if (HasItem(Annotation(object, option.annotation), option.item))
      found.emplace_back(option.text);
  }
}

constexpr auto kChecks = std::to_array<void (*)(const Object&, const CheckOptions&, Findings&)>(
    {CheckName, CheckScope, CheckVersion, CheckTypes, CheckStrings, CheckSecretKeys, CheckHooks,
     CheckSyncOptions});

Warning AboutNamespaces(std::size_t count, const CheckOptions& options) {
  return {"", std::to_string(count) + (count == 1 ? " object names" : " objects name") +
                  " no namespace and " + (count == 1 ? "gets" : "get") +
                  " the destination's, which is taken to be `" + options.default_namespace + "`"};
}

}  // namespace

std::vector<Warning> CheckObjects(std::span<const Object> objects, const CheckOptions& options) {
  std::vector<Warning> warnings;
  std::map<Identity, std::size_t> times;
  std::size_t without_namespace = 0;
  for (const Object& object : objects) {
    const Identity& identity = object.identity;
    if (!identity.name.empty()) ++times[identity];
    if (!object.has_namespace && !IsClusterScoped(identity.group, identity.kind)) {
      ++without_namespace;
    }
    Findings found;
    for (const auto& check : kChecks) check(object, options, found);
    if (found.size() > kMostPerObject) {
      const std::size_t more = found.size() - kMostPerObject;
      found.resize(kMostPerObject);
      found.push_back("and " + std::to_string(more) + " more of the kind");
    }
    for (std::string& text : found) warnings.push_back({identity.Label(), std::move(text)});
  }
  for (const auto& [identity, count] : times) {
    if (count == 1) continue;
    warnings.push_back({identity.Label(), "is there " + std::to_string(count) +
                                              " times: Argo CD warns, and applies the last"});
  }
  if (without_namespace > 0) warnings.push_back(AboutNamespaces(without_namespace, options));
  return warnings;
}

}  // namespace acd::preview
