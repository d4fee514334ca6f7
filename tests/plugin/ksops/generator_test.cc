#include "plugin/ksops/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "plugin/ksops/evaluate.h"
#include "plugin/ksops/exec_plugin.h"
#include "plugin/ksops/krm.h"
#include "plugin/ksops/yaml_text.h"
#include "tests/support/matchers.h"

namespace acd::ksops {
namespace {

using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

/// Files in memory, "decrypted".
class FakeOpener : public FileOpener {
 public:
  Result<SecretBytes> Decrypt(const std::string& path) override {
    const auto it = files.find(path);
    if (it == files.end()) return Fail(Code::kNotFound, path + ": no such file");
    return SecretBytes::CopyOf(it->second);
  }
  std::map<std::string, std::string> files;
};

Result<Generator> Parse(std::string_view text) {
  auto documents = yaml::ReadStream(AsBytes(text), Limits());
  if (!documents) return Fail(std::move(documents).error());
  return ParseGenerator(documents->front().root);
}

std::string Evaluate(std::string_view text, FakeOpener& opener) {
  auto generator = Parse(text);
  if (!generator) return "ERROR " + generator.error().message;
  auto parts = Generate(*generator, opener);
  if (!parts) return "ERROR " + parts.error().message;
  return std::string(JoinDocuments(*parts).ExposeText());
}

TEST(KsopsGenerator, PrintsFilesInOrderAndThenSecrets) {
  FakeOpener opener;
  opener.files = {{"b.yaml", "kind: B\n"}, {"a.yaml", "kind: A\n"}, {"c.txt", "text\n"}};
  EXPECT_EQ(
      Evaluate("files: [b.yaml, a.yaml]\nsecretFrom: [{metadata: {name: m}, files: [c.txt]}]\n",
               opener),
      "kind: B\n---\nkind: A\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  \"name\": \"m\"\n"
      "stringData:\n  \"c.txt\": \"text\\n\"\n");
}

TEST(KsopsGenerator, MakesASecretWithEverything) {
  FakeOpener opener;
  opener.files = {{"d/c.txt", "text"}, {"d/b.bin", std::string("\x00\xff", 2)}};
  EXPECT_EQ(
      Evaluate("secretFrom:\n- metadata:\n    name: m\n    namespace: s\n    labels: {l: '1'}\n"
               "    annotations: {a: x}\n  type: Opaque\n  files: [key=d/c.txt]\n"
               "  binaryFiles: [d/b.bin]\n",
               opener),
      "apiVersion: v1\ndata:\n  \"b.bin\": \"AP8=\"\nkind: Secret\nmetadata:\n  annotations:\n"
      "    \"a\": \"x\"\n  labels:\n    \"l\": \"1\"\n  \"name\": \"m\"\n  \"namespace\": \"s\"\n"
      "stringData:\n  \"key\": \"text\"\n\"type\": \"Opaque\"\n");
}

TEST(KsopsGenerator, PrintsNothingForAnEmptyList) {
  FakeOpener opener;
  EXPECT_EQ(Evaluate("files: []\n", opener), "");
}

TEST(KsopsGenerator, NeedsFilesOrSecretFrom) {
  for (const char* text : {"kind: ksops\n", "files:\n", "files: null\nsecretFrom: ~\n"}) {
    EXPECT_THAT(Parse(text),
                Fails(Code::kInvalidInput, "missing the required 'files' or 'secretFrom'"));
  }
}

TEST(KsopsGenerator, NamesTheFieldOfAWrongShape) {
  EXPECT_THAT(Parse("files: {a: b}\n"), Fails(Code::kInvalidInput, "files: expected a list"));
  EXPECT_THAT(Parse("files: [[a]]\n"), Fails(Code::kInvalidInput, "files: expected a list"));
  EXPECT_THAT(Parse("files: ['']\n"), Fails(Code::kInvalidInput, "files: expected a list"));
  EXPECT_THAT(Parse("secretFrom: [x]\n"),
              Fails(Code::kInvalidInput, "secretFrom[0]: expected a map"));
  EXPECT_THAT(Parse("secretFrom: [{metadata: {labels: [a]}}]\n"),
              Fails(Code::kInvalidInput, "secretFrom[0].metadata.labels"));
  EXPECT_THAT(Parse("- a\n"), Fails(Code::kInvalidInput, "expected an object"));
}

TEST(KsopsGenerator, YieldsNothingWhenOneFileFails) {
  FakeOpener opener;
  opener.files = {{"a.yaml", "canary"}};
  EXPECT_EQ(Evaluate("files: [a.yaml, b.yaml]\n", opener), "ERROR b.yaml: no such file");
}

TEST(KsopsGenerator, RefusesTwoEqualsSigns) {
  FakeOpener opener;
  EXPECT_EQ(Evaluate("secretFrom: [{files: [a=b=c]}]\n", opener),
            "ERROR invalid format in file generator a=b=c");
}

TEST(KsopsGenerator, RefusesBytesThatAreNoTextUnderFiles) {
  FakeOpener opener;
  opener.files = {{"a", "\xff\xfe canary"}};
  EXPECT_EQ(Evaluate("secretFrom: [{files: [a]}]\n", opener), "ERROR a: not text");
}

TEST(KsopsGenerator, MakesASecretOfVariables) {
  FakeOpener opener;
  opener.files = {{"f/a.txt", "of a file"},
                  {"x.env", "A=1\nexport B='two words' # c\n"},
                  {"y.env", "B=\"a\\nb $C\"\nC: $B\na.txt=x"}};
  EXPECT_EQ(Evaluate("secretFrom: [{envs: [x.env, y.env], files: [f/a.txt]}]\n", opener),
            "apiVersion: v1\nkind: Secret\nmetadata: {}\nstringData:\n  \"A\": \"1\"\n"
            "  \"B\": \"a\\nb \"\n  \"C\": \"a\\nb \"\n  \"a.txt\": \"x\"\n");
}

TEST(KsopsGenerator, NamesTheFileAndTheLineOfVariablesThatItCannotRead) {
  FakeOpener opener;
  opener.files = {{"a", "OK=1\ncanary-1 canary-2\n"}, {"b", "X='canary"}, {"c", "canary"}};
  opener.files["d"] = "X=\"\xff canary\"";
  const auto says = [&](const std::string& file) {
    return Evaluate("secretFrom: [{envs: [" + file + "]}]\n", opener);
  };
  EXPECT_THAT(says("a"), HasSubstr("ERROR a: line 2: unexpected character in a variable's name"));
  EXPECT_EQ(says("b"), "ERROR b: line 1: a quoted value has no end");
  EXPECT_EQ(says("c"), "ERROR c: a value without a name");
  EXPECT_EQ(says("d"), "ERROR d: not text");
  for (const char* file : {"a", "b", "c", "d"}) EXPECT_THAT(says(file), Not(HasSubstr("canary")));
}

// What sigs.k8s.io/yaml makes of them where a string is expected.
TEST(KsopsGenerator, TakesNumbersAndBooleansForStrings) {
  const auto generator = Parse(
      "files: [1, yes]\nsecretFrom:\n- type: 0x10\n  metadata:\n    name: 1.10\n"
      "    labels: {1: true, nil: ~, no: n, o: 'off', e: 1e6, f: 0.5, u: 1_000, d: 2001-02-03}\n");
  ASSERT_THAT(generator, IsOk());
  EXPECT_THAT(*generator->files, ::testing::ElementsAre("1", "true"));
  const SecretFrom& secret = generator->secret_from->front();
  EXPECT_EQ(secret.type, "16");
  EXPECT_EQ(secret.name, "1.1");
  const std::map<std::string, std::string> want = {
      {"1", "true"},  {"nil", ""},  {"false", "false"}, {"o", "off"},
      {"e", "1e+06"}, {"f", "0.5"}, {"u", "1000"},      {"d", "2001-02-03"}};
  EXPECT_EQ(secret.labels, want);
}

TEST(KsopsGenerator, FindsFieldsWhateverTheirCase) {
  FakeOpener opener;
  opener.files = {{"a", "a\n"}, {"b", "b\n"}};
  EXPECT_EQ(Evaluate("FILES: [a]\n", opener), "a\n");
  EXPECT_EQ(Evaluate("files: [b]\nFiles: [a]\n", opener), "b\n");
}

TEST(KsopsGenerator, ListsTheFilesThatItWillOpen) {
  const auto generator =
      Parse("files: [a, b]\nsecretFrom: [{files: [k=c, x=y=z], binaryFiles: [d], envs: [e=f]}]\n");
  ASSERT_THAT(generator, IsOk());
  EXPECT_THAT(FilesOf(*generator), ::testing::ElementsAre("a", "b", "c", "d", "e=f"));
}

constexpr const char* kFunction =
    "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: g\n  annotations:\n"
    "    config.kubernetes.io/function: 'exec: {path: ksops}'\n";

std::optional<std::string> Converted(const std::string& text) {
  const auto documents = yaml::ReadStream(AsBytes(text), Limits());
  return documents ? AsExecPlugin(documents->front().root) : std::nullopt;
}

TEST(KsopsExecPlugin, YieldsWhatTheFunctionDid) {
  const std::string generator =
      std::string(kFunction) +
      "files: [a, \"b:\\n\"]\nsecretFrom:\n- type: 1\n  files: [k=a]\n"
      "  metadata: {name: n, labels: {x: yes}}\n- envs: [e]\n- {}\nother: field\n";
  FakeOpener opener;
  opener.files = {{"a", "kind: B\n---\nkind: A\n"}, {"b:\n", "kind: Z\n"}, {"e", "V=1"}};
  const auto text = Converted(generator);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(Converted(*text), std::nullopt) << "once is enough";
  Call call;
  call.kind = Call::Kind::kManifest;
  call.input = SecretBytes::CopyOf(*text);
  const Answer plugin = ksops::Evaluate(call, opener);
  ASSERT_EQ(plugin.exit_code, 0) << plugin.err;
  auto parts = Generate(*Parse(generator), opener);
  ASSERT_THAT(parts, IsOk());
  EXPECT_EQ(plugin.out.ExposeText(), SortDocuments(*parts)->ExposeText());
  EXPECT_THAT(std::string(plugin.out.ExposeText()), ::testing::StartsWith("kind: A\n---\nkind: B"));
}

TEST(KsopsExecPlugin, LeavesAloneWhatKustomizeWouldSeeDifferently) {
  const std::string function = kFunction;
  ASSERT_TRUE(Converted(function + "files: [a]\n").has_value());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = function + "files: [a]\n";
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& text :
       {with("viaduct.ai/v1", "viaduct.ai/v2"), with("kind: ksops", "kind: other"),
        with("name: g", "label: g"), with("files: [a]", "files: a"),
        with("config.kubernetes.io/function", "config.kubernetes.io/local-config"),
        with("files: [a]\n", "files: [a]\nargsOneLiner: x\n"),
        with("files: [a]\n", "files: [a]\nitems: []\n"),
        with("files: [a]\n", "files: [a]\n<<: {kind: x}\n"),
        function + "    config.kubernetes.io/local-config: 'true'\nfiles: [a]\n"}) {
    EXPECT_EQ(Converted(text), std::nullopt) << text;
  }
}

TEST(KsopsYamlText, QuotesWhatEveryReaderTakesBack) {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  all += "\u0085\u00a0\u2028\u2029\ufeff\ufffe\u00e9\u4e16\U0001F600";
  SecretBytes out;
  AppendQuoted(out, all);
  const auto documents = yaml::ReadStream(out.Expose(), Limits());
  ASSERT_THAT(documents, IsOk());
  EXPECT_EQ(documents->front().root.text.ExposeText(), all);
}

TEST(KsopsResourceList, ReplacesItemsSortedAndKeepsTheFunctionConfig) {
  FakeOpener opener;
  opener.files = {{"a.yaml",
                   "apiVersion: v1\nkind: Secret\nmetadata:\n  name: z\nstringData:\n  t: |\n    "
                   "two\n\n    lines\n"
                   "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: x}\n"
                   "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n"}};
  const auto out = RunResourceList(
      AsBytes("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- files: [a.yaml]\n"
              "functionConfig:\n  kind: ksops\n  list: [1, '1', true]\n"),
      opener);
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->ExposeText(),
            "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n"
            "-\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: m}\n"
            "-\n  apiVersion: v1\n  kind: Secret\n  metadata:\n    name: z\n  stringData:\n    t: "
            "|\n      two\n\n"
            "      lines\n"
            "-\n  apiVersion: v1\n  kind: Secret\n  metadata: {name: a, namespace: x}\n"
            "functionConfig: {kind: ksops, list: [1, \"1\", true]}\n");
}

TEST(KsopsResourceList, EvaluatesEveryItem) {
  FakeOpener opener;
  opener.files = {{"a", "kind: A\n"}, {"b", "kind: B\n"}};
  const auto out =
      RunResourceList(AsBytes("kind: ResourceList\nitems: [{files: [b]}, {files: [a]}]\n"), opener);
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(std::string(out->ExposeText()), HasSubstr("-\n  kind: A\n-\n  kind: B\n"));
}

TEST(KsopsResourceList, RefusesWhatIsNoResourceList) {
  FakeOpener opener;
  for (const char* text : {"", "x", "- a\n", "kind: Secret\n", "items: []\n", "{"}) {
    EXPECT_FALSE(RunResourceList(AsBytes(text), opener).has_value()) << text;
  }
}

TEST(KsopsResourceList, RefusesADecryptedScalarWithoutShowingIt) {
  FakeOpener opener;
  opener.files = {{"a", "canary\n"}};
  const auto out = RunResourceList(AsBytes("kind: ResourceList\nitems: [{files: [a]}]\n"), opener);
  EXPECT_THAT(out, Fails(Code::kInvalidInput, "not an object"));
  EXPECT_THAT(out.error().message, Not(HasSubstr("canary")));
}

TEST(KsopsResourceList, ReportsAnErrorAsAResult) {
  Error error;
  error.message = "a \"b\"\nc";
  EXPECT_EQ(ErrorResourceList(error).ExposeText(),
            "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nresults:\n"
            "- message: \"a \\\"b\\\"\\nc\"\n  severity: error\n");
}

}  // namespace
}  // namespace acd::ksops
