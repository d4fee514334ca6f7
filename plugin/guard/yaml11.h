#pragma once

#include <string_view>

#include "decrypt/yaml/reader.h"

namespace acd::guard {

/// What a scalar is to Argo CD, which reads manifests by the rules of YAML 1.1.
enum class ScalarType { kString, kNull, kBool, kNumber, kBinary, kOther };

/// Resolves a scalar as go-yaml v2 does (sigs.k8s.io/yaml): `n`, `yes` and `on` are booleans,
/// `0777` and `1_000` are numbers, a timestamp stays a string. Spec: go-yaml v2 resolve.go.
ScalarType Resolve(const yaml::Node& scalar);

/// The member of a mapping that a reader ends up with: of duplicates the last, merge keys (`<<`)
/// followed. Null when there is none.
const yaml::Node* FindMember(const yaml::Node& mapping, std::string_view key);

}  // namespace acd::guard
