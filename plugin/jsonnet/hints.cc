#include "plugin/jsonnet/hints.h"

#include <algorithm>
#include <array>

namespace acd::jsonnet {
namespace {

constexpr std::string_view kMissing = "field does not exist: ";

// What go-jsonnet 0.22 has in `std` beyond libjsonnet 0.18 and NewerStd; sorted.
constexpr auto kNewer = std::to_array<std::string_view>({"sha1", "sha256", "sha3", "sha512"});

}  // namespace

std::string HintFor(std::string_view error, const std::string& version) {
  const std::size_t at = error.find(kMissing);
  if (at == std::string_view::npos) return {};
  error.remove_prefix(at + kMissing.size());
  const std::string_view name = error.substr(0, error.find_first_of(" \t\r\n"));
  if (!std::binary_search(kNewer.begin(), kNewer.end(), name)) return {};
  return "\nif this is std." + std::string(name) +
         ": go-jsonnet 0.22, which is Argo CD's own, has " + "it, and libjsonnet " + version +
         " has not; write it as a function of the program";
}

}  // namespace acd::jsonnet
