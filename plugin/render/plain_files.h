#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/yaml/reader.h"
#include "plugin/exec/command_runner.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {

/// The files of a repository, for questions that are asked before anything is rendered: what it
/// announces, whether it holds something encrypted. Nothing is decrypted or written, no key is
/// needed. Lenient: what cannot be read is not there, but for a lack of room, after which the
/// answer may be wrong: see `lack`. Bounded: after too many files, bytes or too much time nothing
/// more can be read, and `exhausted` says so. Not thread-safe.
class PlainFiles {
 public:
  struct File {
    SecretBytes text;  ///< UTF-8
    bool encrypted = false;
  };

  /// `root`: absolute and real; both are borrowed.
  PlainFiles(const std::string& root, const exec::Budget& budget) : root_(root), budget_(budget) {}

  /// Where an entry really is, symlinks followed, if that is inside the repository.
  std::optional<workspace::Located> Locate(const std::string& dir, const std::string& entry);
  /// A regular file by its real path. None when it is too large or cannot be read.
  std::optional<File> Read(const std::string& path);
  /// The names in a folder, sorted; at most some thousands.
  std::vector<std::string> List(const std::string& dir);
  /// The documents of a text that hold something. None when it is no YAML.
  std::optional<std::vector<yaml::Document>> Parse(const SecretBytes& text);

  bool exhausted() const { return exhausted_; }
  /// Why something could not be read that may be there: kNoRoom.
  const std::optional<Error>& lack() const { return lack_; }
  const std::string& root() const { return root_; }
  const exec::Budget& budget() const { return budget_; }

 private:
  bool Spend(std::size_t steps, std::size_t bytes);
  void Note(const Error& error);

  const std::string& root_;
  const exec::Budget& budget_;
  std::size_t steps_ = 0;
  std::size_t bytes_ = 0;
  bool exhausted_ = false;
  std::optional<Error> lack_;
};

}  // namespace acd::render
