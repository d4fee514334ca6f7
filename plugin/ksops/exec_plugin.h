#pragma once

#include <optional>
#include <string>

#include "decrypt/yaml/reader.h"

namespace acd::ksops {

/// A generator that kustomize would run as a KRM function, written as one that it runs as an exec
/// plugin. What it yields stays the same (IsFormerFunction sees to the order), and kustomize has
/// half the work with it: a function's output it parses, annotates, writes and parses again.
/// nullopt: it is no function, kustomize would see another object in it (another kind, no name,
/// arguments, annotations), or KSOPS would not take it.
std::optional<std::string> AsExecPlugin(const yaml::Node& object);

/// Whether AsExecPlugin made this.
bool IsFormerFunction(const yaml::Node& object);

}  // namespace acd::ksops
