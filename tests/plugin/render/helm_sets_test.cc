#include "plugin/render/helm_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"
#include "tests/support/tools.h"

namespace acd::render {
namespace {

using acd::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class HelmDefaultsTest : public RenderTest {
 protected:
  std::optional<HelmDefaults> Find() {
    auto found = FindHelmDefaults(
        {root_, root_, request_.parameters, request_.application.environment, request_.budget});
    EXPECT_THAT(found, IsOk());
    return found ? *std::move(found) : std::nullopt;
  }
  HelmSets Edited(const std::map<std::string, std::string>& parameters) {
    return EditedParameters(parameters, Find());
  }
};

TEST_F(HelmDefaultsTest, ListsEachScalarByTheNameThatHelmTakes) {
  Write("values.yaml", R"(image: {tag: "1.20", pull: Always}
count: 3
on: off
ratio: 1.50
big: 1000000
octal: 0777
nothing:
empty: {}
none: []
annotations:
  example.org/a,b: x
hosts: [one, {name: two, ports: [80, "90"]}]
80: number
)");
  const auto found = Find();
  ASSERT_TRUE(found);
  EXPECT_THAT(
      found->values,
      UnorderedElementsAre(Pair("image.tag", "1.20"), Pair("image.pull", "Always"),
                           Pair("count", "3"), Pair("true", "false"), Pair("ratio", "1.5"),
                           Pair("big", "1000000"), Pair("octal", "511"), Pair("nothing", "null"),
                           Pair("annotations.example\\.org/a\\,b", "x"), Pair("hosts[0]", "one"),
                           Pair("hosts[1].name", "two"), Pair("hosts[1].ports[0]", "80"),
                           Pair("hosts[1].ports[1]", "90"), Pair("80", "number")));
  EXPECT_THAT(found->lists,
              UnorderedElementsAre(Pair("hosts", R"(["one",{"name":"two","ports":[80,"90"]}])"),
                                   Pair("none", "[]")));
}

TEST_F(HelmDefaultsTest, TakesWhatCountsInTheEnd) {
  Write("values.yaml", "a: 1\nb: 1\nc: {x: 1, w: 1}\nd: [1, 2]\ne: &e {f: 1}\ng: {<<: *e, h: 2}\n");
  Write("one.yaml", "b: 2\nc: null\nd: [3]\n");
  Write("env/two.yaml", "c: {z: 3}\n");
  Set("valueFiles", "one.yaml");
  Set("valueFiles", "env/*.yaml");
  Set("values", "a: inline\n");
  const auto found = Find();
  ASSERT_TRUE(found);
  EXPECT_THAT(found->values,
              UnorderedElementsAre(Pair("a", "inline"), Pair("b", "2"), Pair("c.x", "1"),
                                   Pair("c.w", "1"), Pair("c.z", "3"), Pair("d[0]", "3"),
                                   Pair("e.f", "1"), Pair("g.f", "1"), Pair("g.h", "2")));
}

TEST_F(HelmDefaultsTest, KnowsNothingOfAnEncryptedFileAndOfWhatItSets) {
  Use("helm");
  const auto plain = Find();
  ASSERT_TRUE(plain);
  Write("values.yaml", "password: default\nhost: plain\n");
  Set("valueFiles", "secrets.yaml");
  const auto found = Find();
  ASSERT_TRUE(found);
  for (const auto& [name, value] : found->values) {
    EXPECT_THAT(value, Not(HasSubstr("ENC["))) << name;
    EXPECT_THAT(name, Not(HasSubstr("sops"))) << name;
  }
  EXPECT_THAT(found->values, Not(Contains(Key("password"))));

  // An encrypted values.yaml is passed over, the rest is not.
  request_.parameters = {};
  std::filesystem::copy_file(root_ + "/secrets.yaml", root_ + "/values.yaml",
                             std::filesystem::copy_options::overwrite_existing);
  Write("plain.yaml", "host: plain\n");
  Set("valueFiles", "plain.yaml");
  ASSERT_TRUE(Find());
  EXPECT_THAT(Find()->values, ElementsAre(Pair("host", "plain")));
}

TEST_F(HelmDefaultsTest, IsSilentWhereTheFilesDoNotTell) {
  Write("values.yaml", "a: 1\n");
  EXPECT_TRUE(Find());
  for (const char* file : {"https://example.org/x.yaml", "missing.yaml", "$unknown/x.yaml",
                           "secrets://missing.yaml", "../../etc/passwd"}) {
    request_.parameters = {};
    Set("valueFiles", file);
    EXPECT_FALSE(Find()) << file;
  }
  Set("ignoreMissingValueFiles", "true");
  request_.parameters = {};
  for (const char* broken : {"a: [", "- a\n", "text", "a: 1\n---\nb: 2\n", "a: .inf\n"}) {
    Write("values.yaml", broken);
    EXPECT_FALSE(Find()) << broken;
  }
  Write("values.yaml", "a: " + std::string(200'000, 'x') + "\n");
  EXPECT_FALSE(Find());
  for (const char* empty : {"", "# nothing\n", "null\n", "{}\n"}) {
    Write("values.yaml", empty);
    ASSERT_TRUE(Find()) << empty;
    EXPECT_THAT(Find()->values, IsEmpty());
  }
}

TEST_F(HelmDefaultsTest, IsBoundedForHostileFiles) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 9; ++j) bomb += "," + last;
    bomb += "]\n";
  }
  Write("values.yaml", bomb);
  EXPECT_FALSE(Find());
  Write("values.yaml", "a: " + std::string(10'000, '[') + "\n");
  EXPECT_FALSE(Find());
}

TEST_F(HelmDefaultsTest, OnlyWhatWasEditedIsLeft) {
  Write("values.yaml", "a: \"1\"\nb: {c: x}\nnil:\n");
  EXPECT_THAT(Edited({{"a", "1"}, {"b.c", "x"}, {"nil", "null"}}).changed, IsEmpty());
  EXPECT_THAT(Edited({{"a", "2"}, {"b.c", "x"}}).changed, ElementsAre(Pair("a", "2")));
  EXPECT_THAT(Edited({{"new", "1"}}).changed, ElementsAre(Pair("new", "1")));
  // A neighbour above or below it: the order decides, as in helm.
  EXPECT_THAT(Edited({{"b", "null"}, {"b.c", "x"}}).changed,
              ElementsAre(Pair("b", "null"), Pair("b.c", "x")));
  // More than one name in one.
  EXPECT_THAT(Edited({{"x=1,b", "null"}, {"b.c", "x"}}).changed,
              ElementsAre(Pair("b.c", "x"), Pair("x=1,b", "null")));
}

TEST_F(HelmDefaultsTest, AnEditedListComesAsAWhole) {
  Write("values.yaml", "l: [{name: a, rest: {}}, {name: \"2\"}]\nm: [1]\n");
  const HelmSets sets = Edited({{"l[0].name", "a"}, {"l[1].name", "b"}, {"m[0]", "1"}});
  EXPECT_THAT(sets.changed, ElementsAre(Pair("l[1].name", "b")));
  EXPECT_THAT(sets.lists, ElementsAre(Pair("l", R"([{"name":"a","rest":{}},{"name":"2"}])")));
  // Nothing says that the UI wrote it: as helm does it.
  EXPECT_THAT(Edited({{"l[1].name", "b"}}).lists, IsEmpty());
}

TEST(EditedParameters, IsAllOfThemWhereNothingIsKnown) {
  EXPECT_THAT(EditedParameters({{"a", "1"}}, std::nullopt).changed, ElementsAre(Pair("a", "1")));
}

// The whole way, by the real helm.
class EditedHelmTest : public RenderTest {
 protected:
  EditedHelmTest() {
    settings_.helm = testing::Tool("ACD_HELM", "helm");
    Write("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n");
    Write("values.yaml",
          "text: \"1\"\nflag: \"true\"\nratio: 1.5\nnumber: 5\nnothing:\nempty: {}\n"
          "'a.b/c': dotted\nlist: [\"1\", two, {three: 3}]\nbraces: '{a,b}'\nslash: 'a\\b'\n"
          "multi: |\n  one\n  two\nimage: {tag: old}\n");
    Write("templates/values.yaml",
          "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: values\ndata:\n"
          "  values: {{ .Values | toJson | quote }}\n");
  }
};

TEST_F(EditedHelmTest, GivingBackWhatWasAnnouncedChangesNothing) {
  const std::string before = Text(Run());
  ASSERT_THAT(before, HasSubstr("dotted"));
  const auto answer = FindHelmDefaults(
      {root_, root_, request_.parameters, request_.application.environment, request_.budget});
  ASSERT_THAT(answer, IsOk());
  const std::optional<HelmDefaults>& found = *answer;
  ASSERT_TRUE(found);
  for (const auto& [name, value] : found->values) Set("parameters", name + "=" + value);
  EXPECT_EQ(Text(Run()), before);
}

TEST_F(EditedHelmTest, GivingBackOneEditChangesThatOnly) {
  const auto answer = FindHelmDefaults(
      {root_, root_, request_.parameters, request_.application.environment, request_.budget});
  ASSERT_THAT(answer, IsOk());
  const std::optional<HelmDefaults>& found = *answer;
  ASSERT_TRUE(found);
  for (const std::string edited : {"image.tag", "a\\.b/c", "multi"}) {
    request_.parameters = {};
    Set("parameters", edited + "=new");
    const std::string alone = Text(Run());
    ASSERT_THAT(alone, HasSubstr("new"));
    request_.parameters = {};
    for (const auto& [name, value] : found->values) {
      Set("parameters", name + "=" + (name == edited ? "new" : value));
    }
    EXPECT_EQ(Text(Run()), alone) << edited;
  }
  // By itself this would forget the rest of the list.
  request_.parameters = {};
  for (const auto& [name, value] : found->values) {
    Set("parameters", name + "=" + (name == "list[1]" ? "new" : value));
  }
  EXPECT_THAT(Text(Run()), HasSubstr(R"(\"list\":[\"1\",\"new\",{\"three\":3}])"));
}

TEST_F(EditedHelmTest, NoDecryptedListIsInTheArguments) {
  Use("helm", "chart");
  request_.app_path = "chart";
  Write("chart/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n");
  std::filesystem::remove_all(root_ + "/chart/charts");
  std::filesystem::copy_file(root_ + "/chart/secrets.yaml", root_ + "/chart/values.yaml",
                             std::filesystem::copy_options::overwrite_existing);
  Set("parameters", "password=canary-yaml");
  Set("parameters", "list[0]=canary-yaml");
  Set("parameters", "list[1]=x");
  (void)Run();
  ASSERT_FALSE(runner_.commands.empty());
  for (const std::string& argument : runner_.commands.back().args) {
    // What the Application itself says, and no more.
    EXPECT_THAT(argument, Not(HasSubstr("set-json"))) << argument;
  }
}

}  // namespace
}  // namespace acd::render
