#include "plugin/preview/objects.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "decrypt/yaml/reader.h"
#include "plugin/guard/document_reader.h"
#include "plugin/guard/yaml11.h"
#include "plugin/preview/surprises.h"

namespace acd::preview {
namespace {

constexpr int kMaxListDepth = 8;  // as the guard allows

Object MakeObject(Value value, std::string_view default_namespace) {
  Object object;
  object.identity = IdentityOf(value);
  const std::string_view api = value.Text("apiVersion");
  const std::size_t slash = api.find('/');
  object.version = slash == std::string_view::npos ? api : api.substr(slash + 1);
  object.has_namespace = !object.identity.namespace_.empty();
  if (IsClusterScoped(object.identity.group, object.identity.kind)) {
    object.identity.namespace_.clear();
  } else if (!object.has_namespace) {
    object.identity.namespace_ = default_namespace;
  }
  object.value = std::move(value);
  return object;
}

void Append(Value value, std::string_view default_namespace, int depth,
            std::vector<Object>& objects) {
  Value* items = value.Find("items");
  if (items == nullptr || !items->IsList() || depth >= kMaxListDepth) {
    objects.push_back(MakeObject(std::move(value), default_namespace));
    return;
  }
  for (Value& item : items->items) Append(std::move(item), default_namespace, depth + 1, objects);
}

}  // namespace

std::string Identity::Label() const {
  std::string label = kind;
  if (!group.empty()) label += "." + group;
  label += ' ';
  if (!namespace_.empty()) label += namespace_ + "/";
  return label + (name.empty() ? "(no name)" : name);
}

Identity IdentityOf(const Value& object) {
  Identity identity;
  const std::string_view api = object.Text("apiVersion");
  const std::size_t slash = api.find('/');
  if (slash != std::string_view::npos) identity.group = api.substr(0, slash);
  identity.kind = object.Text("kind");
  if (const Value* metadata = object.Find("metadata")) {
    identity.name = metadata->Text("name");
    identity.namespace_ = metadata->Text("namespace");
  }
  return identity;
}

bool IsClusterScoped(std::string_view group, std::string_view kind) {
  struct Scoped {
    std::string_view group;
    std::string_view kind;
  };
  static constexpr auto kScoped = std::to_array<Scoped>({
      {"", "Namespace"},
      {"", "Node"},
      {"", "PersistentVolume"},
      {"admissionregistration.k8s.io", "MutatingAdmissionPolicy"},
      {"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"},
      {"admissionregistration.k8s.io", "MutatingWebhookConfiguration"},
      {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy"},
      {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"},
      {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"},
      {"apiextensions.k8s.io", "CustomResourceDefinition"},
      {"apiregistration.k8s.io", "APIService"},
      {"certificates.k8s.io", "CertificateSigningRequest"},
      {"certificates.k8s.io", "ClusterTrustBundle"},
      {"cert-manager.io", "ClusterIssuer"},
      {"external-secrets.io", "ClusterExternalSecret"},
      {"external-secrets.io", "ClusterSecretStore"},
      {"flowcontrol.apiserver.k8s.io", "FlowSchema"},
      {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"},
      {"gateway.networking.k8s.io", "GatewayClass"},
      {"networking.k8s.io", "IngressClass"},
      {"networking.k8s.io", "IPAddress"},
      {"networking.k8s.io", "ServiceCIDR"},
      {"node.k8s.io", "RuntimeClass"},
      {"policy", "PodSecurityPolicy"},
      {"rbac.authorization.k8s.io", "ClusterRole"},
      {"rbac.authorization.k8s.io", "ClusterRoleBinding"},
      {"resource.k8s.io", "DeviceClass"},
      {"resource.k8s.io", "ResourceSlice"},
      {"scheduling.k8s.io", "PriorityClass"},
      {"snapshot.storage.k8s.io", "VolumeSnapshotClass"},
      {"snapshot.storage.k8s.io", "VolumeSnapshotContent"},
      {"storage.k8s.io", "CSIDriver"},
      {"storage.k8s.io", "CSINode"},
      {"storage.k8s.io", "StorageClass"},
      {"storage.k8s.io", "VolumeAttachment"},
      {"storage.k8s.io", "VolumeAttributesClass"},
  });
  return std::any_of(kScoped.begin(), kScoped.end(), [&](const Scoped& scoped) {
    return scoped.group == group && scoped.kind == kind;
  });
}

Result<std::vector<Object>> ReadObjects(std::span<const std::string> manifests,
                                        std::string_view default_namespace) {
  const Limits limits = guard::ManifestLimits();
  std::vector<Object> objects;
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    auto node = guard::ReadDocument(manifests[i], limits);
    if (!node) {
      return Fail(std::move(node).error().With("manifest " + std::to_string(i + 1)));
    }
    if (!*node) continue;
    const std::size_t first = objects.size();
    Append(ToValue(**node), default_namespace, 0, objects);
    // Of a list's items, the first stands for all: fields are named from the document's top.
    if (objects.size() > first) objects[first].surprises = FindSurprises(**node);
  }
  return objects;
}

}  // namespace acd::preview
