#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

namespace acd::testing {

/// The real program behind a test: the path in `variable`, else `name` along PATH. scripts/test
/// provides helm and kustomize; without one the test fails, it is never skipped.
inline std::string Tool(const char* variable, const std::string& name) {
  if (const char* path = std::getenv(variable); path != nullptr && ::access(path, X_OK) == 0) {
    return path;
  }
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "" : path;
  while (!folders.empty()) {
    const std::size_t colon = std::min(folders.find(':'), folders.size());
    const std::string candidate = std::string(folders.substr(0, colon)) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    folders.remove_prefix(std::min(colon + 1, folders.size()));
  }
  ADD_FAILURE() << name << " is needed for this test: put it on the PATH, or its path in "
                << variable << "; scripts/test does both";
  return name;
}

}  // namespace acd::testing
