#include "plugin/render/image_name.h"

namespace acd::render {

ImageName ImageName::Split(std::string_view image) {
  // A colon before the first slash is a registry's port.
  std::size_t from = image.find('/');
  if (from == std::string_view::npos || from == 0) from = 0;
  const std::size_t at = image.find('@', from);
  const std::size_t colon = image.find(':', from);
  ImageName split;
  if (at != std::string_view::npos && (colon == std::string_view::npos || at < colon)) {
    split.name = image.substr(0, at);
    split.digest = image.substr(at + 1);
  } else if (colon != std::string_view::npos) {
    split.name = image.substr(0, colon);
    split.tag = image.substr(colon + 1, at == std::string_view::npos ? at : at - colon - 1);
    if (at != std::string_view::npos) split.digest = image.substr(at + 1);
  } else {
    split.name = image;
  }
  return split;
}

std::string ImageName::Text() const {
  std::string text = name;
  if (!tag.empty()) text += ":" + tag;
  if (!digest.empty()) text += "@" + digest;
  return text;
}

}  // namespace acd::render
