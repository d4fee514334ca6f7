#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "decrypt/keys/key_file.h"

namespace acd::keys {

/// A folder in which every regular file is a key file: a mounted Kubernetes Secret. Names that
/// start with a dot are skipped (`..data` is how Kubernetes swaps such a Secret), links are
/// followed. Its owner locks: what is const may be called concurrently.
class KeyFolder {
 public:
  /// `path` may be absent.
  KeyFolder(std::string path, std::size_t max_file_bytes, KeyParser parse);

  /// Looks at the folder and its files again; true when anything is not what it was.
  bool Refresh(const Clock& clock);
  /// Whether Refresh would find nothing new, as far as a `stat` of each can prove it.
  bool IsUnchanged() const;

  /// By name, so that the order does not depend on the file system.
  const std::map<std::string, KeyFile>& files() const { return files_; }
  /// What is wrong with the folder itself. A folder that never had a file is fine; when the last
  /// one is gone, that is a problem until there is one again.
  const std::vector<std::string>& problems() const { return problems_; }
  /// As in KeyFile, of the folder itself.
  const std::optional<Error>& lack() const { return lack_; }
  const std::string& path() const { return path_; }

 private:
  bool List(const Clock& clock);
  bool IsListUnchanged() const;

  std::string path_;
  std::size_t max_file_bytes_;
  KeyParser parse_;
  std::map<std::string, KeyFile> files_;
  std::vector<std::string> problems_;
  std::optional<Error> lack_;
  std::string last_;  ///< name of a file that was there when it was listed last, or before
  Fingerprint fingerprint_;
  bool trusted_ = false;
  bool absent_ = false;
};

}  // namespace acd::keys
