#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "decrypt/base/check.h"
#include "decrypt/base/result.h"
#include "plugin/exec/child_group.h"
#include "plugin/exec/child_input.h"
#include "plugin/exec/command_runner.h"

namespace acd::exec {

/// A running child that is talked to: both ends of its standard streams. What it writes to standard
/// error is dropped. Destroying it kills its process group and reaps it; so does the end of the
/// thread that started it. One thread at a time.
class ChildChannel {
 public:
  /// `command.input` must be empty. After `limit`, or once `check` fails, every call that would
  /// wait fails. Errors: as CommandRunner::Run.
  static Result<std::unique_ptr<ChildChannel>> Start(const Command& command,
                                                     std::chrono::milliseconds limit,
                                                     Check check = {});

  /// All of it. Errors: kIo (the child reads no further), kDeadline, that of `check`.
  Status Write(std::span<const std::uint8_t> bytes);
  /// At least one byte; 0: the child closed its output, or has ended. Errors: kIo, kDeadline, that
  /// of `check`.
  Result<std::size_t> Read(std::span<std::uint8_t> buffer);
  /// Whether it has ended. Does not block.
  bool Exited() const { return group_.Exited(); }

 private:
  ChildChannel(std::string name, pid_t leader, ChildInput in, UniqueFd out,
               Budget::Clock::time_point end, Check check)
      : name_(std::move(name)),
        group_(leader),
        in_(std::move(in)),
        out_(std::move(out)),
        end_(end),
        check_(std::move(check)) {}
  /// Whether `fd` is ready; false: the child has ended.
  Result<bool> Await(int fd, short events) const;

  std::string name_;
  ChildGroup group_;
  ChildInput in_;
  UniqueFd out_;
  Budget::Clock::time_point end_;
  Check check_;
};

}  // namespace acd::exec
