#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace acd::keys::testing {

/// A directory of one test, removed with it.
class TempDir {
 public:
  TempDir() {
    std::string name = ::testing::TempDir() + "acd-keys-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }

  std::string Path(std::string_view name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

  /// Writes over the file in place.
  std::string Write(std::string_view name, std::string_view content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary | std::ios::trunc) << content;
    return Path(name);
  }
  /// Puts a new file in its place, as editors and Kubernetes do.
  std::string Replace(std::string_view name, std::string_view content) const {
    Write(std::string(name) + ".new", content);
    std::filesystem::rename(Path(std::string(name) + ".new"), Path(name));
    return Path(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace acd::keys::testing
