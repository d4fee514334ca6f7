#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::render {

/// The files that kustomize is going to read, and what is known of when.
class ReadOrder {
 public:
  /// One more. Error: kLimitExceeded.
  Status Add(const std::string& path);
  /// An added one was decrypted; false: before already.
  bool Decrypted(const std::string& path) { return pending_.erase(path) > 0; }
  /// An entry of the application's own list of resources, in its order; added as well.
  void List(const std::string& path) { listed_.push_back(path); }

  std::size_t count() const { return added_.size(); }
  /// What is not decrypted and was listed and added once, in the order in which it is read: one
  /// after the other, and between the first and the last no other but those of Without.
  std::vector<std::string> InOrder() const;
  /// What is not decrypted, without those. Always in the same order, so that the same fault always
  /// gives the same error.
  std::vector<std::string> Without(const std::vector<std::string>& paths) const;

 private:
  std::set<std::string> added_;
  std::set<std::string> repeated_;  // added more than once
  std::set<std::string> pending_;   // not decrypted
  std::vector<std::string> listed_;
};

}  // namespace acd::render
