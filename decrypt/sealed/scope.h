#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acd::sealed {

/// To which Secrets a sealed value may be unsealed. Spec: Sealed Secrets, "Scopes".
enum class Scope {
  kStrict,         ///< only under this name in this namespace
  kNamespaceWide,  ///< under any name in this namespace
  kClusterWide,    ///< anywhere in the cluster
};

/// "strict", "namespace-wide", "cluster-wide"; nullopt for any other word.
std::optional<Scope> ScopeFromName(std::string_view name);

/// What a value is bound to when it is sealed: `namespace/name`, `namespace`, or nothing.
std::string Label(Scope scope, std::string_view namespace_, std::string_view name);

/// The annotation by which the controller knows a scope when it unseals; its value is "true". Empty
/// for strict, which is what the controller takes without one.
std::string_view ScopeAnnotation(Scope scope);

}  // namespace acd::sealed
