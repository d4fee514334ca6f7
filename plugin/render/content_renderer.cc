#include "plugin/render/content_renderer.h"

#include <sys/stat.h>

#include "plugin/render/kustomization_paths.h"

namespace acd::render {

std::string RendererByContent(const std::string& dir) {
  if (HasKustomization(dir)) return "kustomize";
  struct stat info {};
  const bool chart = ::stat((dir + "/Chart.yaml").c_str(), &info) == 0 && S_ISREG(info.st_mode);
  return chart ? "helm" : "directory";
}

}  // namespace acd::render
