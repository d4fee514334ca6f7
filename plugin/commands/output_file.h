#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/unique_fd.h"

namespace acd::commands {

/// Where a command's result goes: a file that appears under its name when it is whole, or standard
/// output. Nothing happens before the first Write or Finish. A file is readable by its owner only,
/// unless it replaces one: then it has that one's mode.
class OutputFile {
 public:
  /// `path`: empty or "-" is standard output.
  explicit OutputFile(std::string path) : path_(std::move(path)) {}
  /// Removes what was not finished.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Errors: kIo or kNoRoom, with the path.
  Status Write(std::span<const std::uint8_t> bytes);
  /// Makes the file appear.
  Status Finish();

  bool is_standard() const { return path_.empty() || path_ == "-"; }
  bool has_written() const { return written_; }

 private:
  Status Open();
  Status OpenTemporary();
  Result<std::string> LinkTemporary() const;
  Failure Trouble() const;

  std::string path_;
  std::string temporary_;  ///< its name; empty: it has none
  bool replaces_ = false;  ///< the file comes under its name in Finish
  bool written_ = false;
  UniqueFd file_;
};

/// Writes to standard output, without a copy of it in a stream's buffer. Errors: kIo, kNoRoom.
Status PrintResult(std::span<const std::uint8_t> bytes);

}  // namespace acd::commands
