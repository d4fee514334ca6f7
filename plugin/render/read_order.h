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
  /// Before Add: it is an entry of the application's own list of resources, which is read in order.
  void NoteListed(const std::string& path);

  std::size_t count() const { return added_.size(); }
  /// What is not decrypted, was listed, and added once only; in the order of the list.
  std::vector<std::string> TakeInOrder();
  /// What is left of what is not decrypted. Always in the same order: the same fault always gives
  /// the same error.
  std::vector<std::string> TakeRest();

 private:
  std::set<std::string> added_;
  std::set<std::string> repeated_;  // added more than once
  std::set<std::string> pending_;   // not decrypted, not taken
  std::vector<std::string> listed_;
};

}  // namespace acd::render
