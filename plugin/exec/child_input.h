#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "decrypt/base/result.h"
#include "decrypt/base/unique_fd.h"

namespace acd::exec {

/// A child's standard input while it runs. A socket and no pipe: writing to a child that reads no
/// further is then an error and not a SIGPIPE. Nothing of what was read can be read again.
class ChildInput {
 public:
  /// Errors: kIo.
  static Result<ChildInput> Open();

  /// The child's end, to be closed with CloseTheirs once it runs.
  int theirs() const { return theirs_.get(); }
  void CloseTheirs() { theirs_.Reset(); }
  /// Our end, for poll; -1 when it is closed.
  int fd() const { return ours_.get(); }

  /// Writes what there is room for and drops it from `rest`. Does not block. False: the child reads
  /// no further.
  bool Write(std::span<const std::uint8_t>& rest) const;
  /// The child sees the end of its input.
  void Close() { ours_.Reset(); }

 private:
  ChildInput(UniqueFd ours, UniqueFd theirs) : ours_(std::move(ours)), theirs_(std::move(theirs)) {}
  UniqueFd ours_;
  UniqueFd theirs_;
};

}  // namespace acd::exec
