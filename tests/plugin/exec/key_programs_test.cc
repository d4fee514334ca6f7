#include "plugin/exec/key_programs.h"

#include <sys/socket.h>

#include <array>
#include <string>

#include "decrypt/base/unique_fd.h"
#include "tests/plugin/exec/process_test_support.h"
#include "tests/support/matchers.h"
#include "tests/support/no_free_descriptor.h"

namespace acd::exec {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using testing::IsGone;

keys::Program Shell(std::string script) {
  keys::Program program;
  program.path = "/bin/sh";
  program.args = {"-c", std::move(script)};
  program.environment = {{"PATH", "/usr/bin:/bin"}};
  return program;
}

TEST(KeyPrograms, GiveInputAndTakeOutput) {
  const auto programs = MakeKeyPrograms();
  const std::string input(1'000'000, 'x');
  keys::Program program = Shell("wc -c; echo why >&2; exit 3");
  program.input = AsBytes(input);
  const auto end = programs->Run(program);
  ASSERT_THAT(end, IsOk());
  EXPECT_EQ(end->out.ExposeText(), "1000000\n");
  EXPECT_EQ(end->err, "why");
  EXPECT_EQ(end->exit_code, 3);
}

TEST(KeyPrograms, AProgramNeedNotReadItsInput) {
  const std::string input(1'000'000, 'x');
  keys::Program program = Shell("exec <&-; sleep 0.05; echo done");
  program.input = AsBytes(input);
  const auto end = MakeKeyPrograms()->Run(program);
  ASSERT_THAT(end, IsOk());
  EXPECT_EQ(end->out.ExposeText(), "done\n");
}

TEST(KeyPrograms, EndWithTheirTime) {
  keys::Program program = Shell("sleep 1000");
  program.limit = std::chrono::milliseconds(100);
  // Not kDeadline: that is the request's, and would end the search for a key.
  EXPECT_THAT(MakeKeyPrograms()->Run(program), Fails(Code::kToolFailed, "took longer than"));
  const auto channel = MakeKeyPrograms()->Start(program);
  ASSERT_THAT(channel, IsOk());
  std::uint8_t byte = 0;
  EXPECT_THAT((*channel)->Read({&byte, 1}), Fails(Code::kToolFailed, "took too long"));
}

// Not the file's fault, which would end the search for a key.
TEST(KeyPrograms, MayNotStartForWantOfDescriptors) {
  const auto programs = MakeKeyPrograms();
  const acd::testing::NoFreeDescriptor no_free_descriptor;
  EXPECT_THAT(programs->Start(Shell("exit 0")), Fails(Code::kNoRoom, "Too many open files"));
}

TEST(KeyPrograms, EndWhenNobodyWantsTheAnswer) {
  keys::Program program = Shell("exec sleep 1000");
  for (const Code code : {Code::kCancelled, Code::kDeadline}) {
    int asked = 0;
    program.check = [&] { return ++asked < 3 ? Status() : Fail(code, "not wanted"); };
    const auto channel = MakeKeyPrograms()->Start(program);
    ASSERT_THAT(channel, IsOk());
    std::uint8_t byte = 0;
    EXPECT_THAT((*channel)->Read({&byte, 1}), Fails(code, "not wanted"));
    const std::string much(1'000'000, 'x');
    asked = 0;
    EXPECT_THAT((*channel)->Write(AsBytes(much)), Fails(code, "not wanted"));
  }
}

TEST(KeyPrograms, TalkBothWaysAndAreGoneAtTheEnd) {
  auto channel =
      MakeKeyPrograms()->Start(Shell("sleep 1000 & echo $!; while read a; do echo \"[$a]\"; done"));
  ASSERT_THAT(channel, IsOk());
  std::array<std::uint8_t, 100> buffer{};
  const auto read = [&] {
    const auto size = (*channel)->Read(buffer);
    return size ? std::string(AsText(std::span(buffer).first(*size))) : std::string("error");
  };
  const pid_t grandchild = std::stoi(read());
  ASSERT_THAT((*channel)->Write(AsBytes("one\n")), IsOk());
  EXPECT_EQ(read(), "[one]\n");
  channel->reset();
  EXPECT_TRUE(IsGone(grandchild));
}

TEST(KeyPrograms, SeeTheEndOfAProgram) {
  auto channel = MakeKeyPrograms()->Start(Shell("exit 1"));
  ASSERT_THAT(channel, IsOk());
  std::uint8_t byte = 0;
  const auto size = (*channel)->Read({&byte, 1});
  ASSERT_THAT(size, IsOk());
  EXPECT_EQ(*size, 0U);
}

TEST(KeyPrograms, PassAListeningSocketAsTheThird) {
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  keys::Program program = Shell("readlink /proc/self/fd/3 | cut -d: -f1; ls /proc/self/fd | wc -l");
  program.listening_socket = socket.get();
  const auto end = MakeKeyPrograms()->Run(program);
  ASSERT_THAT(end, IsOk());
  EXPECT_EQ(end->out.ExposeText(), "socket\n5\n") << "and nothing else but ls's own folder";
}

}  // namespace
}  // namespace acd::exec
