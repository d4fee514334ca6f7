#include "decrypt/sealed/scope.h"

namespace acd::sealed {

std::optional<Scope> ScopeFromName(std::string_view name) {
  if (name == "strict") return Scope::kStrict;
  if (name == "namespace-wide") return Scope::kNamespaceWide;
  if (name == "cluster-wide") return Scope::kClusterWide;
  return std::nullopt;
}

std::string Label(Scope scope, std::string_view namespace_, std::string_view name) {
  switch (scope) {
    case Scope::kStrict:
      return std::string(namespace_) + "/" + std::string(name);
    case Scope::kNamespaceWide:
      return std::string(namespace_);
    case Scope::kClusterWide:
      return {};
  }
  return {};
}

std::string_view ScopeAnnotation(Scope scope) {
  switch (scope) {
    case Scope::kStrict:
      return {};
    case Scope::kNamespaceWide:
      return "sealedsecrets.bitnami.com/namespace-wide";
    case Scope::kClusterWide:
      return "sealedsecrets.bitnami.com/cluster-wide";
  }
  return {};
}

}  // namespace acd::sealed
