#pragma once

#include <string>

namespace acd::render {

/// The renderer of a folder whose Application names none, by what lies in it: "kustomize", "helm"
/// or "directory". `dir`: absolute.
std::string RendererByContent(const std::string& dir);

}  // namespace acd::render
