#include "decrypt/keys/key_command.h"

#include <string>
#include <vector>

#include "decrypt/keys/age_key_service.h"
#include "tests/decrypt/age/fixtures.h"
#include "tests/decrypt/keys/fake_programs.h"
#include "tests/support/matchers.h"

namespace acd::keys {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using testing::FakePrograms;

TEST(SplitWords, ReadsALineAsSopsDoes) {
  struct Row {
    const char* line;
    std::vector<std::string> words;
  };
  for (const Row& row : std::vector<Row>{
           {"", {}},
           {"  \t ", {}},
           {"cat  key.txt", {"cat", "key.txt"}},
           {"a 'b c' \"d e\"", {"a", "b c", "d e"}},
           {"a'b'\"c\"d", {"abcd"}},
           {"a \"\" ''", {"a", "", ""}},
           {R"(a\ b "c\"d" 'e\f')", {"a b", "c\"d", "e\\f"}},
           {"a #b\nc", {"a", "c"}},
           {"a#b", {"a#b"}},
           {"$HOME `id` a;b|c", {"$HOME", "`id`", "a;b|c"}},
       }) {
    const auto words = SplitWords(row.line);
    ASSERT_THAT(words, IsOk()) << row.line;
    EXPECT_THAT(*words, ElementsAreArray(row.words)) << row.line;
  }
  EXPECT_THAT(SplitWords("a 'b"), Fails(Code::kInvalidInput, "expecting closing quote"));
  EXPECT_THAT(SplitWords("a \\"), Fails(Code::kInvalidInput, "after escape character"));
}

struct Commands {
  std::shared_ptr<FakePrograms> programs = std::make_shared<FakePrograms>();
  std::shared_ptr<KeyTools> tools = std::make_shared<KeyTools>();
  std::vector<Program> runs;
  std::string out;
  int exit_code = 0;

  Commands() {
    programs->installed = {"pass"};
    programs->run = [this](const Program& program) -> Result<ProgramEnd> {
      runs.push_back(program);
      return ProgramEnd{exit_code, SecretBytes::CopyOf(out), "secret words"};
    };
    tools->programs = programs;
    tools->path = "/bin";
    tools->environment = {{"HOME", "/h"}};
  }
  Result<SecretBytes> Unwrap(const std::string& line) {
    KeySources sources;
    sources.commands.push_back({"SOPS_AGE_KEY_CMD", line, false});
    AgeKeyService service(std::move(sources), Limits{}, {}, SystemSeconds, tools);
    return service.Unwrap(
        {WrappedKey::Type::kAge, "age1recipient", std::string(age::testing::kArmoredFile)}, {});
  }
};

TEST(KeyCommand, GetsTheRecipientAndGivesAKey) {
  Commands commands;
  commands.out = std::string(age::testing::kSecretKey1) + "\n";
  EXPECT_THAT(commands.Unwrap("pass show 'my key'"), IsOk());
  ASSERT_EQ(commands.runs.size(), 1U);
  EXPECT_EQ(commands.runs[0].path, "/bin/pass");
  EXPECT_THAT(commands.runs[0].args, ElementsAre("show", "my key"));
  EXPECT_EQ(commands.runs[0].environment.at("SOPS_AGE_RECIPIENT"), "age1recipient");
  EXPECT_EQ(commands.runs[0].environment.at("HOME"), "/h");
}

TEST(KeyCommand, SaysWhatIsWrongWithoutTheLine) {
  Commands commands;
  EXPECT_THAT(commands.Unwrap(""),
              Fails(Code::kNoMatchingKey, "SOPS_AGE_KEY_CMD: no command in it"));
  EXPECT_THAT(
      commands.Unwrap("none hunter2"),
      Fails(Code::kNoMatchingKey,
            "failed to execute command in SOPS_AGE_KEY_CMD: its program is not on the PATH"));
  commands.exit_code = 3;
  const auto failed = commands.Unwrap("pass hunter2");
  EXPECT_THAT(failed, Fails(Code::kNoMatchingKey, "SOPS_AGE_KEY_CMD: exit status 3"));
  EXPECT_EQ(failed.error().message.find("hunter2"), std::string::npos);
  EXPECT_EQ(failed.error().message.find("secret words"), std::string::npos);
  commands.exit_code = 0;
  commands.out = "junk\n";
  EXPECT_THAT(commands.Unwrap("pass"),
              Fails(Code::kNoMatchingKey, "SOPS_AGE_KEY_CMD: line 1: unknown identity type"));
}

TEST(KeyCommand, IsNotRunWhenAnotherKeyFits) {
  Commands commands;
  KeySources sources;
  sources.texts.push_back({"SOPS_AGE_KEY", SecretBytes::CopyOf(age::testing::kSecretKey1)});
  sources.commands.push_back({"SOPS_AGE_KEY_CMD", "pass", false});
  AgeKeyService service(std::move(sources), Limits{}, {}, SystemSeconds, commands.tools);
  EXPECT_THAT(
      service.Unwrap({WrappedKey::Type::kAge, "", std::string(age::testing::kArmoredFile)}, {}),
      IsOk());
  EXPECT_TRUE(commands.runs.empty());
}

}  // namespace
}  // namespace acd::keys
