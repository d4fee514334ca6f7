#pragma once

#include <string>
#include <string_view>

namespace acd::render {

/// An image's name taken apart. Spec: kustomize api/internal/image.Split.
struct ImageName {
  std::string name;
  std::string tag;
  std::string digest;

  static ImageName Split(std::string_view image);
  std::string Text() const;
};

}  // namespace acd::render
