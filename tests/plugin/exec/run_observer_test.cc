#include "plugin/exec/run_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/plugin/exec/process_test_support.h"
#include "tests/support/no_free_descriptor.h"

namespace acd::exec {
namespace {

using ::testing::ElementsAre;
using testing::Plenty;
using testing::Shell;
using testing::Within;

class Notes : public RunObserver {
 public:
  void Started(const std::string& tool) override { lines.push_back("start " + tool); }
  void Ended(const std::string& tool, RunEnd end) override {
    lines.push_back(tool + " " + RunEndName(end));
  }
  std::vector<std::string> lines;
};

std::vector<std::string> NotesOf(const Command& command, const Budget& budget = Plenty()) {
  Notes notes;
  const auto runner = Observed(MakeProcessRunner(), notes);
  (void)runner->Run(command, budget);
  return notes.lines;
}

TEST(RunObserver, SeesHowRealChildrenEnd) {
  EXPECT_THAT(NotesOf(Shell("exit 0")), ElementsAre("start sh", "sh done"));
  EXPECT_THAT(NotesOf(Shell("exit 3")), ElementsAre("start sh", "sh exit"));
  EXPECT_THAT(NotesOf(Shell("kill -SEGV $$")), ElementsAre("start sh", "sh signal"));
  EXPECT_THAT(NotesOf(Shell("kill -KILL $$")), ElementsAre("start sh", "sh memory"));
  EXPECT_THAT(NotesOf(Shell("sleep 60"), Within(std::chrono::milliseconds(50))),
              ElementsAre("start sh", "sh deadline"));
  Budget cancelled = Plenty();
  cancelled.cancelled = [] { return true; };
  EXPECT_THAT(NotesOf(Shell("sleep 60"), cancelled), ElementsAre("start sh", "sh cancelled"));
  Command talkative = Shell("echo 12345678901234567890");
  talkative.max_stdout_bytes = 10;
  EXPECT_THAT(NotesOf(talkative), ElementsAre("start sh", "sh output"));
  Command absent = Shell("");
  absent.program = "/no/such/tool";
  EXPECT_THAT(NotesOf(absent), ElementsAre("start tool", "tool not_started"));
  const acd::testing::NoFreeDescriptor no_free_descriptor;
  EXPECT_THAT(NotesOf(Shell("exit 0")), ElementsAre("start sh", "sh other"));
}

// These words are the runner's: if they change, so has EndOf.
TEST(RunObserver, KnowsTheRunnersLimits) {
  const auto notes_with = [](const ChildLimits& limits, const std::string& script) {
    Notes notes;
    (void)Observed(MakeProcessRunner(limits), notes)->Run(Shell(script), Plenty());
    return notes.lines;
  };
  EXPECT_THAT(notes_with({.max_memory_bytes = 4096, .max_processes = 0}, "sleep 60; true"),
              ElementsAre("start sh", "sh memory"));
  EXPECT_THAT(notes_with({.max_memory_bytes = 0, .max_processes = 2},
                         "sleep 60 & sleep 60 & sleep 60 & wait"),
              ElementsAre("start sh", "sh processes"));
}

// A Go program that is denied memory or a thread has these words to say, and exit status 2.
TEST(RunObserver, KnowsGosLastWords) {
  const auto end = [](int code, const std::string& err) {
    Outcome outcome;
    outcome.exit_code = code;
    outcome.signal = code > 128 ? code - 128 : 0;
    outcome.err = err;
    return std::string(RunEndName(EndOf(Result<Outcome>(std::move(outcome)))));
  };
  EXPECT_EQ(end(2, "fatal error: runtime: out of memory\n\nruntime stack:\n..."), "memory");
  EXPECT_EQ(end(2, "runtime: cannot allocate memory\nfatal error: out of memory"), "memory");
  EXPECT_EQ(end(2,
                "runtime: failed to create new OS thread (have 9 already; errno=11)\n"
                "runtime: may need to increase max user processes (ulimit -u)\n"
                "fatal error: newosproc"),
            "processes");
  EXPECT_EQ(end(1, "Error: values don't meet the specifications"), "exit");
  EXPECT_EQ(end(0, "fatal error: runtime: out of memory"), "done");
  EXPECT_EQ(end(134, "abort"), "signal");
}

TEST(RunObserver, HearsOfTheEndWhateverHappens) {
  Notes notes;
  const auto runner = Observed(MakeProcessRunner(), notes);
  Command command = Shell("sleep 60");
  command.meanwhile = []() -> Status { throw std::runtime_error("x"); };
  EXPECT_THROW((void)runner->Run(command, Plenty()), std::runtime_error);
  EXPECT_THAT(notes.lines, ElementsAre("start sh", "sh other"));
}

}  // namespace
}  // namespace acd::exec
