#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "plugin/preview/warnings.h"

namespace acd::preview {
namespace {

/// A field that the API server lets nobody change.
struct ImmutableField {
  std::string_view group;
  std::string_view kind;
  std::string_view parent;  ///< empty: at the top
  std::string_view field;
  bool defaulted;  ///< the API server fills it in: absent on one side is no change
};

// Source: validation of updates in kubernetes pkg/apis/*/validation.
constexpr auto kImmutable = std::to_array<ImmutableField>({
    {"", "PersistentVolumeClaim", "spec", "accessModes", false},
    {"", "PersistentVolumeClaim", "spec", "dataSource", false},
    {"", "PersistentVolumeClaim", "spec", "selector", false},
    {"", "PersistentVolumeClaim", "spec", "storageClassName", true},
    {"", "PersistentVolumeClaim", "spec", "volumeMode", true},
    {"", "PersistentVolumeClaim", "spec", "volumeName", true},
    {"", "Secret", "", "type", true},
    {"", "Service", "spec", "clusterIP", true},
    {"apps", "DaemonSet", "spec", "selector", false},
    {"apps", "Deployment", "spec", "selector", false},
    {"apps", "ReplicaSet", "spec", "selector", false},
    {"apps", "StatefulSet", "spec", "podManagementPolicy", true},
    {"apps", "StatefulSet", "spec", "selector", false},
    {"apps", "StatefulSet", "spec", "serviceName", false},
    {"apps", "StatefulSet", "spec", "volumeClaimTemplates", false},
    {"batch", "Job", "spec", "completionMode", true},
    {"batch", "Job", "spec", "selector", true},
    {"batch", "Job", "spec", "template", false},
    {"apiextensions.k8s.io", "CustomResourceDefinition", "spec", "group", false},
    {"apiextensions.k8s.io", "CustomResourceDefinition", "spec", "scope", false},
    {"networking.k8s.io", "IngressClass", "spec", "controller", false},
    {"node.k8s.io", "RuntimeClass", "", "handler", false},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", "", "roleRef", false},
    {"rbac.authorization.k8s.io", "RoleBinding", "", "roleRef", false},
    {"scheduling.k8s.io", "PriorityClass", "", "value", false},
    {"storage.k8s.io", "StorageClass", "", "parameters", false},
    {"storage.k8s.io", "StorageClass", "", "provisioner", false},
    {"storage.k8s.io", "StorageClass", "", "reclaimPolicy", true},
    {"storage.k8s.io", "StorageClass", "", "volumeBindingMode", true},
});

const Value* FieldOf(const Object& object, const ImmutableField& field) {
  const Value* parent = field.parent.empty() ? &object.value : object.value.Find(field.parent);
  return parent == nullptr ? nullptr : parent->Find(field.field);
}

bool Differs(const Value* before, const Value* after, bool defaulted) {
  if (before == nullptr || after == nullptr) return before != after && !defaulted;
  Value a = *before;
  Value b = *after;
  a.SortKeys();
  b.SortKeys();
  return a != b;
}

void CheckFields(const Object& before, const Object& after, std::vector<Warning>& warnings) {
  const Identity& identity = after.identity;
  for (const ImmutableField& field : kImmutable) {
    if (field.group != identity.group || field.kind != identity.kind) continue;
    if (!Differs(FieldOf(before, field), FieldOf(after, field), field.defaulted)) continue;
    const std::string path =
        (field.parent.empty() ? "" : std::string(field.parent) + ".") + std::string(field.field);
    warnings.push_back({identity.Label(), path + " cannot be changed: the sync fails until the "
                                                 "object is deleted, or replaced by Force=true"});
  }
}

// `immutable: true` of a Secret or ConfigMap holds for its data and for itself.
void CheckImmutable(const Object& before, const Object& after, std::vector<Warning>& warnings) {
  const std::string& kind = after.identity.kind;
  if (!after.identity.group.empty() || (kind != "Secret" && kind != "ConfigMap")) return;
  const Value* immutable = before.value.Find("immutable");
  if (immutable == nullptr || immutable->text != "true") return;
  if (before.identity != after.identity) return;  // another object, because of its generated name
  for (const std::string_view field : {"data", "stringData", "binaryData", "immutable"}) {
    if (!Differs(before.value.Find(field), after.value.Find(field), false)) continue;
    warnings.push_back(
        {after.identity.Label(), "is immutable and changes: the sync fails; give it another name"});
    return;
  }
}

void CheckRemoved(const Object& object, std::vector<Warning>& warnings) {
  const Identity& identity = object.identity;
  static constexpr auto kPrecious = std::to_array<std::string_view>(
      {"CustomResourceDefinition", "Namespace", "PersistentVolume", "PersistentVolumeClaim"});
  const bool precious =
      std::find(kPrecious.begin(), kPrecious.end(), identity.kind) != kPrecious.end();
  const Value* annotations = object.value.At({"metadata", "annotations"});
  const std::string_view options =
      annotations == nullptr ? "" : annotations->Text("argocd.argoproj.io/sync-options");
  const bool stays = options.find("Prune=false") != std::string_view::npos;
  warnings.push_back(
      {identity.Label(),
       stays ? "is removed here and stays in the cluster (Prune=false)"
             : std::string("is removed: where pruning is on, it is deleted from the cluster") +
                   (precious ? ", and all that it holds" : "")});
}

// The same kind and name elsewhere is another object to the cluster.
void CheckMoves(std::span<const ObjectPair> pairs, std::vector<Warning>& warnings) {
  std::map<std::tuple<std::string, std::string>, std::vector<const Object*>> removed;
  for (const ObjectPair& pair : pairs) {
    if (pair.after == nullptr) {
      removed[{pair.before->identity.kind, pair.before->identity.name}].push_back(pair.before);
    }
  }
  for (const ObjectPair& pair : pairs) {
    if (pair.before != nullptr) continue;
    const Identity& now = pair.after->identity;
    const auto found = removed.find({now.kind, now.name});
    if (found == removed.end()) continue;
    for (const Object* object : found->second) {
      const Identity& was = object->identity;
      if (was.group == now.group) {
        warnings.push_back({now.Label(), "moves from namespace `" + was.namespace_ +
                                             "`: it is created anew, and the old one pruned"});
      } else if (was.namespace_ == now.namespace_) {
        warnings.push_back({now.Label(), "was of the API group `" + was.group +
                                             "`: Argo CD takes it for another object"});
      }
    }
  }
}

}  // namespace

std::vector<Warning> CheckChanges(std::span<const ObjectPair> pairs) {
  std::vector<Warning> warnings;
  for (const ObjectPair& pair : pairs) {
    if (pair.after == nullptr) {
      CheckRemoved(*pair.before, warnings);
    } else if (pair.before != nullptr) {
      CheckFields(*pair.before, *pair.after, warnings);
      CheckImmutable(*pair.before, *pair.after, warnings);
    }
  }
  CheckMoves(pairs, warnings);
  return warnings;
}

}  // namespace acd::preview
