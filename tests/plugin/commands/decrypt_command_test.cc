#include "plugin/commands/decrypt_command.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace acd::commands {
namespace {

using ::testing::HasSubstr;

std::string SamplePath(const std::string& name) {
  return std::string(ACD_SOURCE_DIR) + "/tests/testdata/sops/" + name;
}

std::string Content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Outcome {
  int exit_code;
  std::string out, err;
};

/// Runs the command with the samples' key and a home of its own.
class DecryptCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "decrypt-command-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    for (const char* name : {"SOPS_AGE_KEY", "SOPS_DECRYPTION_ORDER", "XDG_CONFIG_HOME",
                             "ARGOCD_DECRYPT_KEY_DIR", "SOPS_AGE_SSH_PRIVATE_KEY_FILE"}) {
      ::unsetenv(name);
    }
    ::setenv("HOME", folder_.c_str(), 1);
    ::setenv("SOPS_AGE_KEY_FILE", SamplePath("ours.age-key").c_str(), 1);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
    return folder_ + "/" + name;
  }

  static Outcome Run(std::vector<std::string> words) {
    words.insert(words.begin(), "decrypt");
    std::vector<char*> args;
    for (std::string& word : words) args.push_back(word.data());
    args.push_back(nullptr);  // as in main
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    Outcome outcome{};
    outcome.exit_code = RunDecrypt({args.data(), words.size()});
    outcome.out = ::testing::internal::GetCapturedStdout();
    outcome.err = ::testing::internal::GetCapturedStderr();
    return outcome;
  }

  static Outcome RunWithInput(const std::string& path, std::vector<std::string> words) {
    const int saved = ::dup(STDIN_FILENO);
    const int input = ::open(path.c_str(), O_RDONLY);
    ::dup2(input, STDIN_FILENO);
    Outcome outcome = Run(std::move(words));
    ::dup2(saved, STDIN_FILENO);
    ::close(input);
    ::close(saved);
    return outcome;
  }

  /// Nothing on stdout, this exit code, and this text in the error.
  static void ExpectFailure(const Outcome& outcome, int exit_code, const std::string& text) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(text));
  }

  std::string folder_;
};

TEST_F(DecryptCommand, PrintsTheFileAndNothingElse) {
  for (const char* name : {"types.yaml", "types.json", "multi.yaml", "blob.bin"}) {
    const Outcome outcome = Run({SamplePath(name)});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, Content(SamplePath(std::string(name) + ".plain")));
    EXPECT_EQ(outcome.err, "");
  }
}

TEST_F(DecryptCommand, ReadsStandardInput) {
  const std::string expected = Content(SamplePath("types.yaml.plain"));
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"-", "--input-type", "yaml"}, {"-", "--filename-override", "x.yml"}}) {
    const Outcome outcome = RunWithInput(SamplePath("types.yaml"), words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, expected);
  }
  const Outcome binary = RunWithInput(SamplePath("blob.bin"), {"-"});
  EXPECT_EQ(binary.out, Content(SamplePath("blob.bin.plain")));
}

TEST_F(DecryptCommand, ExtractsAndConverts) {
  EXPECT_EQ(Run({SamplePath("types.yaml"), "--extract", R"(["map"]["key"])"}).out, "value");
  EXPECT_EQ(Run({"--extract=[\"list\"][1]", "--output-type", "json", SamplePath("types.json")}).out,
            "two");
  EXPECT_EQ(Run({SamplePath("multi.yaml"), "--output-type", "json"}).out,
            "{\n\t\"a\": \"one\"\n}\n");
}

TEST_F(DecryptCommand, AnUnknownTypeGoesByTheNameAndSaysSo) {
  const Outcome outcome = Run({SamplePath("multi.yaml"), "--input-type", "yml"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, Content(SamplePath("multi.yaml.plain")));
  EXPECT_THAT(outcome.err, HasSubstr("unknown --input-type \"yml\""));
}

TEST_F(DecryptCommand, ExitsWithSopsCodes) {
  const std::string file = Content(SamplePath("encrypted_regex.yaml"));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = file;
    return Write("x.yaml", text.replace(text.find(from), from.size(), to));
  };
  ExpectFailure(Run({Write("plain.yaml", "a: 1\n")}), 1, "sops metadata not found");
  ExpectFailure(Run({changed("version: 3", "version: x")}), 1, "sops.version");
  ExpectFailure(Run({folder_}), 2, "Error reading file");
  ExpectFailure(Run({SamplePath("types.yaml"), "--output-type", "binary"}), 4,
                "error emitting binary store");
  ExpectFailure(Run({changed("user:", "uses:")}), 25, "Could not decrypt with AES_GCM");
  ExpectFailure(Run({changed("name: demo", "name: dema")}), 51, "MAC mismatch. File has");
  ExpectFailure(Run({SamplePath("types.yaml"), "--extract", "map"}), 91,
                "error parsing --extract path");
  ExpectFailure(Run({SamplePath("types.yaml"), "--extract", "[\"no\"]"}), 1,
                "component ['no'] not found");
  ExpectFailure(Run({folder_ + "/absent.yaml"}), 100, "cannot operate on non-existent file");
  ExpectFailure(Run({}), 100, "no file specified");
  ExpectFailure(Run({SamplePath("types.yaml"), "--decryption-order", "age,pgp,age"}), 112,
                "Duplicate decryption key type: age");
  ::setenv("SOPS_AGE_KEY_FILE", SamplePath("third.age-key").c_str(), 1);
  ExpectFailure(Run({SamplePath("types.yaml")}), 128, "Failed to get the data key");
}

TEST_F(DecryptCommand, IgnoresTheMacOnlyWhenToldTo) {
  std::string text = Content(SamplePath("encrypted_regex.yaml"));
  text.replace(text.find("name: demo"), 10, "name: dema");
  const Outcome outcome = Run({Write("x.yaml", text), "--ignore-mac"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("name: dema"));
}

TEST_F(DecryptCommand, NamesTheFileAndGivesAHint) {
  const Outcome outcome = Run({Write("plain.yaml", "a: 1\n")});
  EXPECT_THAT(outcome.err, HasSubstr("argocd-decrypt decrypt: " + folder_ + "/plain.yaml: "));
  EXPECT_THAT(outcome.err, HasSubstr("\nhint: "));
}

TEST_F(DecryptCommand, HelpHasAnExampleAndWrongUsageIsTwo) {
  const Outcome help = Run({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Example: "));
  ExpectFailure(Run({"--no-such-flag"}), 2, "--no-such-flag");
}

}  // namespace
}  // namespace acd::commands
