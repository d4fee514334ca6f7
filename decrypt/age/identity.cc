#include "decrypt/age/identity.h"

#include <utility>

namespace acd::age {

void Identities::Add(std::shared_ptr<const Identity> identity) {
  if (by_name_.emplace(identity->UniqueName(), all_.size()).second) {
    all_.push_back(std::move(identity));
  }
}

void Identities::AddAll(const Identities& others) {
  for (const auto& identity : others.all_) Add(identity);
}

std::shared_ptr<const Identity> Identities::Find(std::string_view public_name) const {
  const auto found = by_name_.find(public_name);
  return found == by_name_.end() ? nullptr : all_[found->second];
}

std::vector<std::string> Identities::PublicNames() const {
  std::vector<std::string> names;
  names.reserve(all_.size());
  for (const auto& identity : all_) names.push_back(identity->PublicName());
  return names;
}

}  // namespace acd::age
