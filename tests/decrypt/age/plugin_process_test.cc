// A session with a real plugin: age-plugin-batchpass of age itself, if it is on the PATH.

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <utility>

#include "decrypt/age/age.h"
#include "decrypt/age/plugin.h"
#include "decrypt/base/unique_fd.h"
#include "tests/decrypt/age/fixtures.h"
#include "tests/decrypt/age/samples.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;

constexpr std::string_view kBatchpass = "AGE-PLUGIN-BATCHPASS-1JCS0Q9";
constexpr int kPatienceMs = 30'000;

class ProcessChannel : public PluginChannel {
 public:
  ProcessChannel(pid_t pid, UniqueFd to, UniqueFd from)
      : pid_(pid), to_(std::move(to)), from_(std::move(from)) {}
  ~ProcessChannel() override {
    to_.Reset();
    from_.Reset();
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  Status Write(std::span<const std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(to_.get(), bytes.data(), bytes.size());
      if (put < 0) return Fail(Code::kIo, "cannot write to the plugin");
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
  }
  Result<std::size_t> Read(std::span<std::uint8_t> buffer) override {
    pollfd wait = {from_.get(), POLLIN, 0};
    if (::poll(&wait, 1, kPatienceMs) != 1) return Fail(Code::kDeadline, "the plugin is silent");
    const ssize_t got = ::read(from_.get(), buffer.data(), buffer.size());
    if (got < 0) return Fail(Code::kIo, "cannot read from the plugin");
    return static_cast<std::size_t>(got);
  }

 private:
  pid_t pid_;
  UniqueFd to_, from_;
};

class ProcessLauncher : public PluginLauncher {
 public:
  Result<std::unique_ptr<PluginChannel>> Start(const std::string& name, const std::string& machine,
                                               const Check&) const override {
    std::array<int, 2> in = {};
    std::array<int, 2> out = {};
    if (::pipe(in.data()) != 0 || ::pipe(out.data()) != 0) return Fail(Code::kIo, "no pipe");
    const std::string program = "age-plugin-" + name;
    const std::string argument = "--age-plugin=" + machine;
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
      ::execlp(program.c_str(), program.c_str(), argument.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    return std::unique_ptr<PluginChannel>(
        std::make_unique<ProcessChannel>(pid, UniqueFd(in[1]), UniqueFd(out[0])));
  }
};

bool IsOnPath(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

class AgePluginProcess : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsOnPath("age-plugin-batchpass")) GTEST_SKIP() << "age-plugin-batchpass is not installed";
    ::signal(SIGPIPE, SIG_IGN);
    identities_.Add(PluginIdentity::Parse(kBatchpass, std::make_shared<ProcessLauncher>()).value());
  }
  void TearDown() override { ::unsetenv("AGE_PASSPHRASE"); }

  Result<SecretBytes> Open(const std::string& file) const {
    return Decrypt(AsBytes(testing::Sample(file)), identities_, Limits{});
  }

  Identities identities_;
};

TEST_F(AgePluginProcess, OpensAFileThroughARealPlugin) {
  ::setenv("AGE_PASSPHRASE", std::string(testing::kPassphrase).c_str(), 1);
  const auto text = Open("scrypt.age");
  ASSERT_THAT(text, IsOk());
  EXPECT_EQ(text->ExposeText(), testing::kPlaintext);
}

TEST_F(AgePluginProcess, ReportsItsError) {
  EXPECT_THAT(Open("scrypt.age"), Fails(Code::kToolFailed, "plugin batchpass: "));
}

TEST_F(AgePluginProcess, DoesNotHideAnotherKey) {
  ::setenv("AGE_PASSPHRASE", std::string(testing::kPassphrase).c_str(), 1);
  // This plugin takes a file that is not for it for an error.
  EXPECT_THAT(Open("ssh_ed25519.age"), Fails(Code::kToolFailed, "not passphrase-encrypted"));
  identities_.AddAll(testing::SshKey("ssh_ed25519"));
  EXPECT_THAT(Open("ssh_ed25519.age"), IsOk());
}

}  // namespace
}  // namespace acd::age
