#include "plugin/render/read_order.h"

namespace acd::render {
namespace {

constexpr std::size_t kMaxFiles = 50'000;

}  // namespace

Status ReadOrder::Add(const std::string& path) {
  if (!added_.insert(path).second) {
    repeated_.insert(path);
    return {};
  }
  if (added_.size() > kMaxFiles) return Fail(Code::kLimitExceeded, "kustomize: too many files");
  pending_.insert(path);
  return {};
}

std::vector<std::string> ReadOrder::InOrder() const {
  std::vector<std::string> paths;
  for (const std::string& path : listed_) {
    if (pending_.contains(path) && !repeated_.contains(path)) paths.push_back(path);
  }
  return paths;
}

std::vector<std::string> ReadOrder::Without(const std::vector<std::string>& paths) const {
  std::set<std::string> others = pending_;
  for (const std::string& path : paths) others.erase(path);
  return {others.begin(), others.end()};
}

}  // namespace acd::render
