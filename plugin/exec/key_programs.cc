#include "plugin/exec/key_programs.h"

#include <string>
#include <utility>

#include "plugin/exec/child_channel.h"
#include "plugin/exec/command_runner.h"

namespace acd::exec {
namespace {

/// Far below the default: what such a program says is shown to people.
constexpr std::size_t kMaxErrBytes = 16U << 10U;

Command ToCommand(const keys::Program& program) {
  Command command;
  command.program = program.path;
  command.args = program.args;
  command.environment = program.environment;
  command.directory = program.directory;
  command.input = program.input;
  command.listening_socket = program.listening_socket;
  command.max_stdout_bytes = program.max_output_bytes;
  command.max_stderr_bytes = kMaxErrBytes;
  return command;
}

class Channel : public age::PluginChannel {
 public:
  Channel(std::unique_ptr<ChildChannel> child, Check check)
      : child_(std::move(child)), check_(std::move(check)) {}
  Status Write(std::span<const std::uint8_t> bytes) override {
    auto status = child_->Write(bytes);
    if (!status) return Failed(std::move(status).error());
    return status;
  }
  Result<std::size_t> Read(std::span<std::uint8_t> buffer) override {
    auto size = child_->Read(buffer);
    if (!size) return Failed(std::move(size).error());
    return size;
  }

 private:
  Failure Failed(Error error) const {
    if (auto wanted = StillWanted(check_); !wanted) return Fail(std::move(wanted).error());
    // The time that is up is the program's own: the next key may be quicker.
    if (error.code == Code::kDeadline) error.code = Code::kToolFailed;
    return Fail(std::move(error));
  }

  std::unique_ptr<ChildChannel> child_;
  Check check_;
};

class KeyPrograms : public keys::Programs {
 public:
  Result<std::string> Find(const std::string& name, const std::string& path_list) const override {
    auto found = FindProgram(name, path_list);
    if (!found) found.error().hint.clear();  // it is about helm and kustomize
    return found;
  }

  Result<keys::ProgramEnd> Run(const keys::Program& program) const override {
    Budget budget;
    budget.deadline = Budget::Clock::now() + program.limit;
    if (program.check) budget.cancelled = [&] { return !program.check(); };
    auto outcome = runner_->Run(ToCommand(program), budget);
    if (!outcome) {
      ACD_CHECK(StillWanted(program.check));
      if (outcome.error().code != Code::kDeadline) return Fail(std::move(outcome).error());
      return Fail(Code::kToolFailed, program.path + ": took longer than " +
                                         std::to_string(program.limit.count() / 1000) + " s");
    }
    return keys::ProgramEnd{outcome->exit_code, std::move(outcome->out), std::move(outcome->err)};
  }

  Result<std::unique_ptr<age::PluginChannel>> Start(const keys::Program& program) const override {
    ACD_TRY(auto child, ChildChannel::Start(ToCommand(program), program.limit, program.check));
    return std::unique_ptr<age::PluginChannel>(
        std::make_unique<Channel>(std::move(child), program.check));
  }

 private:
  std::unique_ptr<CommandRunner> runner_ = MakeProcessRunner();
};

}  // namespace

std::shared_ptr<const keys::Programs> MakeKeyPrograms() {
  return std::make_shared<const KeyPrograms>();
}

}  // namespace acd::exec
