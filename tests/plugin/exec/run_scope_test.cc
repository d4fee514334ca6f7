// What a command leaves behind, and what it may take.
#include "plugin/exec/run_scope.h"

#include <sys/prctl.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "plugin/exec/process_table.h"
#include "tests/plugin/exec/process_test_support.h"
#include "tests/support/matchers.h"
#include "tests/support/no_free_descriptor.h"

namespace acd::exec {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using std::chrono::milliseconds;
using testing::IsGone;
using testing::Out;
using testing::Plenty;
using testing::Shell;

// setsid and a second fork: neither in the group of its starter nor its child.
constexpr const char* kDaemon =
    "(setsid sh -c 'echo $$; exec sleep 1000 >/dev/null' 2>/dev/null &) ; sleep 0.1";

class Adopting : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(AdoptOrphans(), IsOk()); }
  void TearDown() override { ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); }

  // Children of the first thread are taken for orphans.
  static Result<Outcome> RunOnce(const Command& command, const Budget& budget = Plenty(),
                                 const ChildLimits& limits = {}) {
    Result<Outcome> outcome = Fail(Code::kInternal, "not run");
    std::thread([&] { outcome = MakeProcessRunner(limits)->Run(command, budget); }).join();
    return outcome;
  }
};

TEST_F(Adopting, EndsADaemonWithTheRunThatStartedIt) {
  const auto outcome = RunOnce(Shell(kDaemon));
  ASSERT_THAT(outcome, IsOk());
  const pid_t daemon = std::stoi(Out(*outcome));
  EXPECT_TRUE(IsGone(daemon));
  EXPECT_EQ(::kill(daemon, 0), -1) << "it is not even a zombie";
  EXPECT_TRUE(ChildrenOfFirstThread().empty());
}

TEST_F(Adopting, EndsADaemonThatHidesItsMark) {
  const auto outcome = RunOnce(Shell(
      "(env -i setsid sh -c 'echo $$; exec sleep 1000 >/dev/null' 2>/dev/null &) ; sleep 0.1"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_TRUE(IsGone(std::stoi(Out(*outcome))));
}

TEST_F(Adopting, LeavesTheDaemonsOfOtherRunsAlone) {
  // The first run's daemon has to live until the first run ends, whatever ends before.
  pid_t daemon = 0;
  std::thread first([&] {
    const auto outcome =
        RunOnce(Shell("d=$(setsid sh -c 'sleep 1000 >/dev/null & echo $!'); echo $d; sleep 1; "
                      "kill -0 $d && echo lives"));
    ASSERT_THAT(outcome, IsOk());
    daemon = std::stoi(Out(*outcome));
    EXPECT_NE(Out(*outcome).find("lives"), std::string::npos) << Out(*outcome);
  });
  std::this_thread::sleep_for(milliseconds(300));
  for (int i = 0; i < 5; ++i) ASSERT_THAT(RunOnce(Shell("true")), IsOk());
  first.join();
  EXPECT_TRUE(IsGone(daemon));
}

TEST_F(Adopting, LeavesADaemonThatClaimsAnotherRunToItsOwn) {
  const auto outcome =
      RunOnce(Shell("(ARGOCD_DECRYPT_RUN=wanted setsid sh -c 'echo $$; exec sleep 1000 >/dev/null' "
                    "2>/dev/null &) ; sleep 0.1"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_TRUE(IsGone(std::stoi(Out(*outcome))));
}

TEST_F(Adopting, ReapsWhatEndsBetweenRuns) {
  ASSERT_THAT(RunOnce(Shell("true")), IsOk());
  SweepOrphans();
  EXPECT_TRUE(ChildrenOfFirstThread().empty());
}

TEST_F(Adopting, EndsAChainOfDaemons) {
  const auto outcome =
      RunOnce(Shell("(setsid sh -c 'echo $$; exec >/dev/null; (setsid sleep 1000 &); (setsid sleep "
                    "1001 &) ; sleep 1000' "
                    "2>/dev/null &) ; sleep 0.2"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_TRUE(IsGone(std::stoi(Out(*outcome))));
  EXPECT_TRUE(ChildrenOfFirstThread().empty());
}

TEST_F(Adopting, HoldsACommandToItsProcesses) {
  ChildLimits limits;
  limits.max_processes = 20;
  const auto few = Shell("for i in 1 2 3 4 5; do sleep 0.3 & done; wait; echo done");
  EXPECT_THAT(RunOnce(few, Plenty(), limits), IsOk());
  const auto many = Shell("for i in $(seq 15); do sleep 1000 & (setsid sleep 1000 &) ; done; wait");
  EXPECT_THAT(RunOnce(many, Plenty(), limits),
              Fails(Code::kLimitExceeded, "sh: processes: more than 20"));
  EXPECT_TRUE(ChildrenOfFirstThread().empty());
}

TEST_F(Adopting, HoldsACommandToItsMemory) {
  ChildLimits limits;
  limits.max_memory_bytes = 64U << 20U;
  const auto hungry = Shell("head -c 200000000 /dev/zero | tail -c 150000000 | sleep 1000");
  const auto start = Budget::Clock::now();
  EXPECT_THAT(RunOnce(hungry, Plenty(), limits),
              Fails(Code::kLimitExceeded, "sh: memory: more than 64 MiB"));
  EXPECT_LT(Budget::Clock::now() - start, std::chrono::seconds(20));
  EXPECT_THAT(RunOnce(Shell("sleep 0.3; echo small"), Plenty(), limits), IsOk());
}

TEST(ProcessTable, KnowsThisProcess) {
  bool found = false;
  for (const ProcessEntry& entry : ListProcesses()) {
    if (entry.pid != ::getpid()) continue;
    found = true;
    EXPECT_EQ(entry.parent, ::getppid());
    EXPECT_EQ(entry.group, ::getpgrp());
    EXPECT_GT(entry.resident_bytes, 1U << 20U);
    EXPECT_FALSE(entry.is_zombie);
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(VariableOf(::getpid(), "NO_SUCH_VARIABLE"), "");
}

// Limits that end where descriptors do would be none.
TEST(ProcessTable, IsSeenWithoutAFreeDescriptor) {
  KeepDescriptorsForProcesses();
  const acd::testing::NoFreeDescriptor no_free_descriptor;
  for (int i = 0; i < 3; ++i) {
    const std::vector<ProcessEntry> all = ListProcesses();
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const ProcessEntry& entry) {
      return entry.pid == ::getpid() && entry.resident_bytes > 0;
    }));
    EXPECT_NE(VariableOf(::getpid(), "PATH"), "");
  }
}

}  // namespace
}  // namespace acd::exec
