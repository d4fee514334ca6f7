#include "plugin/render/kube_version.h"

#include <algorithm>

namespace acd::render {
namespace {

constexpr std::string_view kSpace = " \t\n\v\f\r";

std::string_view Trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<std::string> StripKubeVersion(std::string_view version) {
  if (version.empty()) return std::string();
  std::string_view rest = Trimmed(version);
  if (rest.starts_with('v')) rest.remove_prefix(1);
  std::string numbers;
  int count = 0;
  bool padded = false;
  while (!rest.empty() && IsDigit(rest.front())) {
    const auto end = std::find_if_not(rest.begin(), rest.end(), IsDigit);
    std::string_view number = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest.remove_prefix(number.size());
    padded |= count == 0 && number.size() > 1 && number.front() == '0';
    // Argo CD reads numbers and writes them again.
    while (number.size() > 1 && number.front() == '0') number.remove_prefix(1);
    if (count++ > 0) numbers += '.';
    numbers += number;
    if (rest.size() < 2 || rest.front() != '.' || !IsDigit(rest[1])) break;
    rest.remove_prefix(1);
  }
  if (count < 2 || padded) {
    return Fail(Code::kInvalidInput, "kubeVersion: not a version such as 1.33.2");
  }
  return numbers;
}

}  // namespace acd::render
