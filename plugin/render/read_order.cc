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

void ReadOrder::NoteListed(const std::string& path) {
  // One that comes again has no place in the order, and a list can be long.
  if (!added_.contains(path)) listed_.push_back(path);
}

std::vector<std::string> ReadOrder::TakeInOrder() {
  std::vector<std::string> paths;
  for (const std::string& path : listed_) {
    if (!repeated_.contains(path) && pending_.erase(path) > 0) paths.push_back(path);
  }
  return paths;
}

std::vector<std::string> ReadOrder::TakeRest() {
  std::vector<std::string> paths(pending_.begin(), pending_.end());
  pending_.clear();
  return paths;
}

}  // namespace acd::render
