#include "plugin/preview/removed_apis.h"

#include <array>
#include <charconv>

namespace acd::preview {
namespace {

struct Removed {
  std::string_view group;
  std::string_view version;
  std::string_view kind;  ///< empty: all of that version
  std::string_view in;
};

constexpr auto kRemoved = std::to_array<Removed>({
    {"admissionregistration.k8s.io", "v1beta1", "MutatingWebhookConfiguration", "1.22"},
    {"admissionregistration.k8s.io", "v1beta1", "ValidatingWebhookConfiguration", "1.22"},
    {"apiextensions.k8s.io", "v1beta1", "", "1.22"},
    {"apiregistration.k8s.io", "v1beta1", "", "1.22"},
    {"apps", "v1beta1", "", "1.16"},
    {"apps", "v1beta2", "", "1.16"},
    {"authentication.k8s.io", "v1beta1", "TokenReview", "1.22"},
    {"authorization.k8s.io", "v1beta1", "", "1.22"},
    {"autoscaling", "v2beta1", "", "1.25"},
    {"autoscaling", "v2beta2", "", "1.26"},
    {"batch", "v1beta1", "", "1.25"},
    {"batch", "v2alpha1", "", "1.21"},
    {"certificates.k8s.io", "v1beta1", "CertificateSigningRequest", "1.22"},
    {"coordination.k8s.io", "v1beta1", "Lease", "1.22"},
    {"discovery.k8s.io", "v1beta1", "", "1.25"},
    {"events.k8s.io", "v1beta1", "", "1.25"},
    {"extensions", "v1beta1", "Ingress", "1.22"},
    {"extensions", "v1beta1", "", "1.16"},
    {"flowcontrol.apiserver.k8s.io", "v1beta1", "", "1.26"},
    {"flowcontrol.apiserver.k8s.io", "v1beta2", "", "1.29"},
    {"flowcontrol.apiserver.k8s.io", "v1beta3", "", "1.32"},
    {"networking.k8s.io", "v1beta1", "Ingress", "1.22"},
    {"networking.k8s.io", "v1beta1", "IngressClass", "1.22"},
    {"node.k8s.io", "v1beta1", "", "1.25"},
    {"policy", "v1beta1", "", "1.25"},
    {"rbac.authorization.k8s.io", "v1alpha1", "", "1.23"},
    {"rbac.authorization.k8s.io", "v1beta1", "", "1.22"},
    {"scheduling.k8s.io", "v1beta1", "", "1.22"},
    {"storage.k8s.io", "v1beta1", "CSIStorageCapacity", "1.27"},
    {"storage.k8s.io", "v1beta1", "CSIDriver", "1.22"},
    {"storage.k8s.io", "v1beta1", "CSINode", "1.22"},
    {"storage.k8s.io", "v1beta1", "StorageClass", "1.22"},
    {"storage.k8s.io", "v1beta1", "VolumeAttachment", "1.22"},
});

// 1034 of "1.34" and "v1.34.2-eks"; 0 for what is no version.
int Number(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  const char* const end = version.data() + version.size();
  int major = 0;
  int minor = 0;
  const auto [dot, no_major] = std::from_chars(version.data(), end, major);
  if (no_major != std::errc() || dot == end || *dot != '.') return 0;
  const auto [rest, no_minor] = std::from_chars(dot + 1, end, minor);
  static_cast<void>(rest);
  if (no_minor != std::errc() || major < 0 || major > 1000 || minor < 0 || minor > 999) return 0;
  return major * 1000 + minor;
}

}  // namespace

std::string_view RemovedIn(std::string_view group, std::string_view version, std::string_view kind,
                           std::string_view kube_version) {
  for (const Removed& removed : kRemoved) {
    if (removed.group != group || removed.version != version) continue;
    if (!removed.kind.empty() && removed.kind != kind) continue;
    return Number(kube_version) >= Number(removed.in) ? removed.in : std::string_view();
  }
  return {};
}

}  // namespace acd::preview
