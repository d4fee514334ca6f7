#include "plugin/render/kube_version.h"

namespace acd::render {

Result<std::string> StripKubeVersion(std::string_view version) {
  if (version.empty()) return std::string();
  std::string_view rest = version;
  if (rest.front() == 'v') rest.remove_prefix(1);
  std::size_t end = 0;
  int dots = 0;
  const auto digit = [&](std::size_t i) {
    return i < rest.size() && rest[i] >= '0' && rest[i] <= '9';
  };
  while (digit(end) || (end > 0 && rest.substr(end, 1) == "." && digit(end + 1))) {
    if (rest[end] == '.') ++dots;
    ++end;
  }
  if (dots == 0) {
    return Fail(Code::kInvalidInput, "kubeVersion: not a version such as 1.33.2");
  }
  return std::string(rest.substr(0, end));
}

}  // namespace acd::render
