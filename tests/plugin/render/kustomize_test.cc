#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "decrypt/base/encoding.h"
#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"
#include "tests/support/tools.h"

namespace acd::render {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n";

std::string Base64(std::string_view text) {
  return std::string(EncodeBase64(AsBytes(text)).ExposeText());
}

std::string Generator(const std::string& exec, const std::string& rest) {
  return "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: g\n  annotations:\n"
         "    config.kubernetes.io/function: |\n      exec:\n        " +
         exec + "\n" + rest;
}

class KustomizeTest : public RenderTest {
 protected:
  KustomizeTest() { settings_.kustomize = testing::Tool("ACD_KUSTOMIZE", "kustomize"); }
  void Ksops() { Use("ksops"); }
};

TEST_F(KustomizeTest, DecryptsInPlaceWhateverKustomizeReads) {
  Use("kustomize");
  request_.app_path = "overlay";
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->renderer, "kustomize");
  EXPECT_EQ(out->files_decrypted, 4U);
  EXPECT_THAT(Text(out),
              AllOf(HasSubstr("name: dev-base"), HasSubstr("password: canary-base"),
                    HasSubstr("mode: canary-patched"), HasSubstr("canary-component"),
                    HasSubstr(Base64("canary-file\nof two lines\n")), Not(HasSubstr("sops"))));
  EXPECT_EQ(runner_.commands.back().args, (std::vector<std::string>{"build", root_ + "/overlay"}));
  EXPECT_EQ(runner_.commands.back().directory, root_);
}

TEST_F(KustomizeTest, WritesPlaintextOnlyIntoTheTree) {
  Use("kustomize");
  request_.app_path = "overlay";
  ASSERT_THAT(Run(), IsOk());
  for (const std::string& file : FilesWith(dir_.path(), "canary")) {
    EXPECT_EQ(file.find(root_ + "/"), 0U) << file;
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
}

TEST_F(KustomizeTest, LeavesFilesAloneThatTheApplicationDoesNotReach) {
  Use("kustomize");
  request_.app_path = "base";
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->files_decrypted, 1U);
}

TEST_F(KustomizeTest, RunsKsopsGeneratorsOfBothKinds) {
  Ksops();
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->files_decrypted, 4U);
  EXPECT_THAT(Text(out),
              AllOf(HasSubstr("canary-ksops-one"), HasSubstr("canary-ksops-two"),
                    HasSubstr("canary-ksops-three"), HasSubstr("number: \"123\""),
                    HasSubstr("blob.enc: " + Base64(std::string_view("canary-binary\0\377", 15))),
                    HasSubstr("canary-user"), HasSubstr("made: by-ksops")));
  EXPECT_THAT(Text(out), ::testing::ContainsRegex("name: made-[a-z0-9]{10}"));  // needs-hash
}

TEST_F(KustomizeTest, KeepsKsopsFilesEncryptedOnDiskAndTheKeyInThisProcess) {
  Ksops();
  ASSERT_THAT(Run(), IsOk());
  // With the hyphen: the program that is there as ksops has libsodium's symbol `canary` in it.
  EXPECT_THAT(FilesWith(dir_.path(), "canary-"), IsEmpty());
  for (const auto& [name, value] : runner_.commands.back().environment) {
    EXPECT_THAT(value, AllOf(Not(HasSubstr("canary")), Not(HasSubstr("AGE-SECRET")),
                             Not(HasSubstr("token"))))
        << name;
  }
  EXPECT_FALSE(std::filesystem::exists(request_.run_dir + "/ksops.sock"));
}

TEST_F(KustomizeTest, SaysWhatCannotBeDecryptedWhileKustomizeStarts) {
  Use("kustomize");
  request_.app_path = "overlay";
  keys_ = KeysFrom("");
  EXPECT_THAT(Run(), Fails(Code::kNoMatchingKey, "decrypt: "));
  EXPECT_EQ(runner_.commands.size(), 1U);
  EXPECT_TRUE(runner_.commands.back().meanwhile);
}

TEST_F(KustomizeTest, ListsResultsOfGeneratorsAsResourcesWhereThatIsTheSame) {
  Use("ksops");
  const std::string generator = Generator("path: ksops", "files: [one.enc.yaml]\n");
  const auto flags = [&] {
    std::filesystem::remove(root_ + "/generator.yaml");
    Write("generator.yaml", generator);
    const auto out = Run();
    EXPECT_THAT(Text(out), HasSubstr("canary-ksops-one"));
    const auto& args = runner_.commands.back().args;
    return std::count(args.begin(), args.end(), "--enable-exec");
  };
  Write("m.yaml", kConfigMap);
  for (const char* beside : {"", "namePrefix: p-\n", "resources: [m.yaml]\n", "resources: []\n"}) {
    Write("kustomization.yaml", std::string(beside) + "generators: [generator.yaml]\n");
    EXPECT_EQ(flags(), 0) << beside;
  }
  EXPECT_TRUE(std::filesystem::exists(root_ + "/ksops-0-generator.yaml.yaml"));
  for (const char* beside :
       {"buildMetadata: [originAnnotations]\n", "configMapGenerator: [{name: c}]\n",
        "secretGenerator: [{name: c}]\n", "namePrefix: !!str p-\n", "resources: null\n"}) {
    Write("kustomization.yaml", std::string(beside) + "generators: [generator.yaml]\n");
    EXPECT_EQ(flags(), 1) << beside;
  }
}

TEST_F(KustomizeTest, LeavesNoFileOfAGeneratorThatKustomizeHasToRun) {
  Use("ksops");
  Write("good.yaml", Generator("path: ksops", "files: [one.enc.yaml]\n"));
  Write(
      "bad.yaml",
      "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: bad}\nfiles: [missing.enc.yaml]\n");
  Write("kustomization.yaml", "generators: [good.yaml, bad.yaml]\n");
  EXPECT_THAT(Run(), Fails(Code::kNotFound, "ksops: missing.enc.yaml"));
  EXPECT_THAT(FilesWith(dir_.path(), "canary-"), IsEmpty());
}

TEST_F(KustomizeTest, AcceptsTheExecPathsOfOtherImages) {
  for (const char* path :
       {"ksops", "/usr/local/bin/ksops", "./ksops", "\"/home/argocd/bin/ksops\""}) {
    std::filesystem::remove_all(root_);
    Ksops();
    Write("kustomization.yaml", "generators: [generator.yaml]\n");
    Write("generator.yaml", Generator(std::string("path: ") + path, "files: [./one.enc.yaml]\n"));
    const auto out = Run();
    ASSERT_THAT(out, IsOk()) << path;
    EXPECT_THAT(Text(out), HasSubstr("canary-ksops-one")) << path;
  }
}

TEST_F(KustomizeTest, RunsAnInlineGenerator) {
  Ksops();
  std::string text = Generator("path: /usr/local/bin/ksops", "files: [one.enc.yaml]\n");
  std::string indented = "generators:\n- |\n  ";
  for (const char c : text) {
    indented += c;
    if (c == '\n') indented += "  ";
  }
  Write("kustomization.yaml", indented + "\n");
  EXPECT_THAT(Text(Run()), HasSubstr("canary-ksops-one"));
}

TEST_F(KustomizeTest, SaysInTheFirstLineWhyAGeneratorFailed) {
  Ksops();
  UseFile("broken/tampered.yaml", "one.enc.yaml");
  for (const char* list : {"generators: [generator.yaml]\n", "generators: [legacy.yaml]\n"}) {
    UseFile("broken/tampered.yaml", "text.enc.yaml");
    Write("kustomization.yaml", list);
    const auto out = Run();
    EXPECT_THAT(out, Fails(Code::kAuthFailed, "kustomize build: exit status 1: ksops: decrypt: "))
        << list;
    const std::string first = Complaint(out).substr(0, Complaint(out).find('\n'));
    EXPECT_THAT(first, AllOf(HasSubstr(".enc.yaml"), HasSubstr("MAC"))) << list;
    EXPECT_THAT(Complaint(out), AllOf(Not(HasSubstr(dir_.path())), Not(HasSubstr("canary"))));
    EXPECT_EQ(Complaint(out), Complaint(Run()));
  }
}

TEST_F(KustomizeTest, SaysOfWhichTypeAGeneratorsFileIsThatHasAnothersName) {
  Ksops();
  std::filesystem::rename(root_ + "/one.enc.yaml", root_ + "/one.yaml.enc");
  Write("kustomization.yaml", "generators: [generator.yaml]\n");
  const std::string files = "files: [one.yaml.enc]\n";
  for (const std::string& generator :
       {Generator("path: ksops", files),
        "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: g}\n" + files}) {
    Write("generator.yaml", generator);
    const auto out = Run();
    EXPECT_THAT(out, Fails(Code::kInvalidInput, "exit status 1: ksops: decrypt: one.yaml.enc: "))
        << generator;
    EXPECT_THAT(Complaint(out), HasSubstr("\nthis looks like a sops file of type yaml, but it was "
                                          "read as binary: end its name in .yaml"))
        << generator;
  }
}

TEST_F(KustomizeTest, SaysWhichFileAGeneratorMisses) {
  Ksops();
  std::filesystem::remove(root_ + "/one.enc.yaml");
  EXPECT_THAT(Run(), Fails(Code::kNotFound, "ksops: one.enc.yaml: no such file"));
}

TEST_F(KustomizeTest, KeepsGeneratorsInsideTheRepository) {
  Ksops();
  const std::string outside = dir_.Write("outside.yaml", testing::Slurp(root_ + "/one.enc.yaml"));
  std::filesystem::create_symlink("../outside.yaml", root_ + "/link.yaml");
  Write("kustomization.yaml", "generators: [generator.yaml]\n");
  for (const std::string& file :
       {std::string("../outside.yaml"), outside, std::string("link.yaml")}) {
    Write("generator.yaml", Generator("path: ksops", "files: ['" + file + "']\n"));
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "leaves the repository")) << file;
  }
}

TEST_F(KustomizeTest, OpensAFileThatIsAlsoAResource) {
  Ksops();
  Write("kustomization.yaml",
        "resources: [two.enc.yaml]\ngenerators: [generator.yaml]\nnamePrefix: a-\n");
  Write("generator.yaml",
        Generator("path: ksops", "secretFrom: [{metadata: {name: x}, files: [two.enc.yaml]}]\n"));
  EXPECT_THAT(Text(Run()), AllOf(HasSubstr("canary-ksops-two"), HasSubstr("name: a-x")));
}

TEST_F(KustomizeTest, RefusesEveryOtherProgramBeforeKustomizeStarts) {
  const std::string head = "apiVersion: example.com/v1\nkind: Tool\nmetadata:\n  name: t\n";
  const std::string annotations = head + "  annotations:\n";
  const std::string function = annotations + "    config.kubernetes.io/function: |\n      ";
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
      {"exec function", function + "exec: {path: /bin/sh}\n"},
      {"relative exec function", function + "exec: {path: ./evil.sh}\n"},
      {"arguments", function + "exec: {path: ksops, args: [x]}\n"},
      {"environment", function + "exec: {path: ksops, envs: ['LD_PRELOAD=./x.so']}\n"},
      {"container", function + "container: {image: evil}\n"},
      {"container beside exec", function + "{exec: {path: ksops}, container: {image: evil}}\n"},
      {"old annotation", annotations + "    config.k8s.io/function: 'exec: {path: /bin/sh}'\n"},
      {"container annotation", annotations + "    config.kubernetes.io/container: evil\n"},
      {"configFn", head + "  configFn: {exec: {path: /bin/sh}}\n"},
      {"two paths", function + "exec: {path: /bin/sh, Path: ksops}\n"},
      {"merged annotation",
       "x: &x {config.kubernetes.io/function: 'exec: {path: /bin/sh}'}\n"
       "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: t\n  annotations: {<<: *x, "
       "config.kubernetes.io/function: 'exec: {path: ksops}'}\n"},
      {"only merged annotation",
       "x: &x {config.kubernetes.io/function: 'exec: {path: /bin/sh}'}\n"
       "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: t\n  annotations: {<<: *x}\n"},
      {"legacy plugin", head},
      {"legacy plugin by path", "apiVersion: ../../../tree/v1\nkind: evil\nmetadata: {name: t}\n"},
      {"legacy ksops with arguments",
       "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: t}\nargsOneLiner: x\n"},
      {"second kind", "apiVersion: viaduct.ai/v1\nkind: ksops\nkind: evil\nmetadata: {name: t}\n"},
      {"in a list",
       "apiVersion: v1\nkind: List\nitems: [" + std::string("{apiVersion: a/v1, kind: B}") + "]\n"},
  };
  for (const auto& c : cases) {
    for (const char* field : {"generators", "transformers", "validators"}) {
      Write("plugin.yaml", c.text);
      Write("kustomization.yaml", std::string(field) + ": [plugin.yaml]\n");
      EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "not allowed")) << c.name << " " << field;
    }
  }
  EXPECT_THAT(runner_.commands, IsEmpty());
}

// kustomize decodes with Go's encoding/json, for which U+017F is an `s` and U+212A a `k`; go-yaml
// merges a quoted `<<` that has the tag !!merge.
TEST_F(KustomizeTest, SeesFieldsAsKustomizeDoes) {
  Write("evil.yaml", Generator("path: ./evil.sh", ""));
  for (const char* text : {"generator\xC5\xBF: [evil.yaml]\n", "GENERATORS: [evil.yaml]\n",
                           "generators: []\nGeneratorS: [evil.yaml]\n",
                           "x: &x {generators: [evil.yaml]}\n!!merge '<<': *x\n",
                           "# first\n---\ngenerators: [evil.yaml]\n",
                           "tran\xC5\xBF"
                           "formers: [evil.yaml]\n"}) {
    Write("kustomization.yaml", text);
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "./evil.sh: not allowed")) << text;
  }
  // What can't be read as an object is a path after all.
  Write("kustomization.yaml",
        "generators:\n- |-\n  kind: K\n  metadata: {name: n}\n  apiVersion: builtin\n"
        "  x: /../evil.yaml\n");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "./evil.sh: not allowed"));
  std::string merges = "x0: &x0 {config.kubernetes.io/function: 'exec: {path: ./evil.sh}'}\n";
  for (int i = 1; i <= 20; ++i) {
    merges += "x" + std::to_string(i) + ": &x" + std::to_string(i) + " {<<: *x" +
              std::to_string(i - 1) + "}\n";
  }
  Write("evil.yaml", merges +
                         "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n  name: t\n"
                         "  annotations: {<<: *x20}\n");
  Write("kustomization.yaml", "generators: [evil.yaml]\n");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "not allowed"));
  EXPECT_THAT(runner_.commands, IsEmpty());
}

// An address that it can't fetch as a file, and that is too short for a git repository, kustomize
// takes for a folder.
TEST_F(KustomizeTest, LooksIntoFoldersThatAreNamedLikeAddresses) {
  Write("https:/example.invalid/sub/evil.yaml", Generator("path: ./evil.sh", ""));
  Write("https:/example.invalid/sub/kustomization.yaml", "generators: [evil.yaml]\n");
  for (const char* field : {"resources", "bases", "components"}) {
    Write("kustomization.yaml", std::string(field) + ": ['https://example.invalid/sub']\n");
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "./evil.sh: not allowed")) << field;
  }
  EXPECT_THAT(runner_.commands, IsEmpty());
}

// kustomize writes a chart's values to TMPDIR/kustomize-helm-N/NAME-kustomize-values.yaml.
TEST_F(KustomizeTest, RefusesChartsWhoseNamesLeave) {
  Write("charts/a/b/c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
  Set("buildOptions", "--enable-helm");
  for (const char* text :
       {"helmGlobals: {chartHome: charts/a/b}\nhelmCharts: [{name: ../../a/b/c}]\n",
        "helmGlobals: {chartHome: charts/x}\nhelmCharts: [{name: b/../../a/b/c}]\n",
        "helmChartInflationGenerator: [{chartName: ../charts/a/b/c}]\n",
        "helmCharts: [{name: .., version: 1.0.0, repo: 'https://a.example'}]\n",
        "helmCharts: [{name: a, version: 1/../../x, repo: 'https://a.example'}]\n",
        "generators:\n- |-\n  {apiVersion: builtin, kind: HelmChartInflationGenerator, metadata: "
        "{name: n}, name: ../charts/a/b/c}\n"}) {
    Write("kustomization.yaml", text);
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "a name or version with .. in it")) << text;
  }
  EXPECT_THAT(runner_.commands, IsEmpty());
}

// go-yaml decodes such a text, so that what kustomize opens is not what is written.
TEST_F(KustomizeTest, RefusesNamesThatAreWrittenInBase64) {
  Write("sub/evil.yaml", Generator("path: ./evil.sh", ""));
  Write("sub/kustomization.yaml", "generators: [evil.yaml]\n");
  const std::string sub = Base64("sub");
  for (const std::string& text : std::vector<std::string>{
           "resources: [!!binary " + sub + "]\n",
           "? !!binary " + Base64("resources") + "\n: [sub]\n",
           "resources: [!<tag:yaml.org,2002:binary> " + sub + "]\n",
           "%TAG !b! tag:yaml.org,2002:bin\n---\nresources: [!b!ary " + sub + "]\n",
           "resources:\n- !!binary |\n  " + sub + "\n"}) {
    Write("kustomization.yaml", text);
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "the tag !!binary")) << text;
  }
  const std::string object = "apiVersion: !!binary " + Base64("a/v1") + "\nkind: B\n";
  Write("plugin.yaml", object);
  for (const std::string& entry :
       std::vector<std::string>{std::string("plugin.yaml"),
                                std::string("{apiVersion: builtin, "
                                            "kind: ConfigMapGenerator, metadata: {name: n}, files: "
                                            "[!!binary L2V0Yy9wYXNzd2Q=]}")}) {
    Write("kustomization.yaml", "generators:\n- |-\n  " + entry + "\n");
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "the tag !!binary")) << entry;
  }
  EXPECT_THAT(runner_.commands, IsEmpty());
}

TEST_F(KustomizeTest, RefusesPluginsThatAnotherKustomizationCouldChange) {
  Write("kustomization.yaml", "generators: [plugins]\n");
  Write("plugins/kustomization.yaml", "resources: [g.yaml]\npatches: [{path: p.yaml}]\n");
  Write("plugins/g.yaml", Generator("path: ksops", "files: []\n"));
  EXPECT_THAT(Run(),
              Fails(Code::kUnsupported, "patches: not supported in a kustomization of plugins"));
  Write("plugins/kustomization.yaml", "resources: [g.yaml, evil.yaml]\n");
  Write("plugins/evil.yaml", "apiVersion: a/v1\nkind: B\nmetadata: {name: t}\n");
  EXPECT_THAT(
      Run(), Fails(Code::kInvalidInput, "plugins/evil.yaml: kustomize plugin a/v1/B: not allowed"));
}

TEST_F(KustomizeTest, RefusesRemotePlugins) {
  for (const char* entry :
       {"https://example.com/gen.yaml", "example.com/org/repo//gen?ref=v1", "missing.yaml"}) {
    Write("kustomization.yaml", std::string("generators: ['") + entry + "']\n");
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "no such file or folder")) << entry;
  }
}

TEST_F(KustomizeTest, RunsBuiltinPluginsAndDecryptsWhatTheyRead) {
  Use("kustomize");
  Write("app/kustomization.yaml", "generators: [secret.yaml]\n");
  Write(
      "app/secret.yaml",
      "apiVersion: builtin\nkind: SecretGenerator\nmetadata: {name: built}\nfiles: [b=blob.bin]\n");
  UseFile("kustomize/overlay/blob.bin", "app/blob.bin");
  request_.app_path = "app";
  EXPECT_THAT(Text(Run()), HasSubstr(Base64("canary-file\nof two lines\n")));
}

TEST_F(KustomizeTest, KeepsReferencesInsideTheRepository) {
  dir_.Write("other/kustomization.yaml", "resources: [m.yaml]\n");
  dir_.Write("other/m.yaml", kConfigMap);
  std::filesystem::create_symlink("../other", root_ + "/link");
  std::filesystem::create_symlink("../other/m.yaml", root_ + "/link.yaml");
  Write("m.yaml", kConfigMap);
  for (const std::string& kustomization : {
           std::string("resources: [../other]\n"),
           std::string("resources: [link]\n"),
           std::string("resources: [link.yaml]\n"),
           std::string("bases: [../other]\n"),
           std::string("Resources: [../other]\n"),
           std::string("components: [../other]\n"),
           std::string("generators: [../other/m.yaml]\n"),
           std::string("resources: [m.yaml]\npatches: [{path: ../other/m.yaml}]\n"),
           std::string("resources: [m.yaml]\npatchesStrategicMerge: [../other/m.yaml]\n"),
           std::string("resources: [m.yaml]\npatchesJson6902: [{path: ../other/m.yaml}]\n"),
           std::string("resources: [m.yaml]\nreplacements: [{path: ../other/m.yaml}]\n"),
           std::string("resources: [m.yaml]\nconfigurations: [../other/m.yaml]\n"),
           std::string("resources: [m.yaml]\ncrds: [../other/m.yaml]\n"),
           std::string("resources: [m.yaml]\nopenapi: {path: ../other/m.yaml}\n"),
           std::string("configMapGenerator: [{name: x, files: [a=../other/m.yaml]}]\n"),
           std::string("secretGenerator: [{name: x, envs: [../other/m.yaml]}]\n"),
           std::string("secretGenerator: [{name: x, env: link.yaml}]\n"),
       }) {
    Write("kustomization.yaml", kustomization);
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "leaves the repository")) << kustomization;
  }
  Write("kustomization.yaml", "resources: ['" + dir_.path() + "/other']\n");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "an absolute path"));
  EXPECT_THAT(runner_.commands, IsEmpty());
}

TEST_F(KustomizeTest, RefusesRemoteReferencesThatRunOrReadLocally) {
  for (const char* entry : {"https://example.com/x//y?ref=--upload-pack=touch", "file:///etc//x",
                            "git::file:///tmp/x"}) {
    Write("kustomization.yaml", std::string("resources: ['") + entry + "']\n");
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "not allowed as a remote reference")) << entry;
  }
}

TEST_F(KustomizeTest, FetchesNoRemoteBaseWhenItCouldRunPrograms) {
  Ksops();
  Write("kustomization.yaml",
        "resources: ['https://127.0.0.1:1/org/repo//base?ref=v1']\ngenerators: [generator.yaml]\n"
        "configMapGenerator: [{name: c}]\n");
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kToolFailed, "transport 'https' not allowed"));
  EXPECT_THAT(Complaint(out), HasSubstr("a remote base cannot be combined with KSOPS generators"));
}

TEST_F(KustomizeTest, SaysHowToReadFilesFromOutsideOfTheFolder) {
  Write("app/kustomization.yaml", "resources: [../other.yaml]\n");
  Write("other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n");
  request_.app_path = "app";
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kToolFailed, "is not in or below"));
  EXPECT_THAT(Complaint(out), HasSubstr("--load-restrictor LoadRestrictionsNone"));
}

TEST_F(KustomizeTest, SurvivesCycles) {
  Write("a/kustomization.yaml", "resources: [../b]\n");
  Write("b/kustomization.yaml", "resources: [../a]\n");
  request_.app_path = "a";
  EXPECT_THAT(Run(), Fails(Code::kToolFailed, "cycle"));
}

TEST_F(KustomizeTest, SaysWhatKustomizeSaidWithStablePaths) {
  Write("kustomization.yaml", "bases: []\nresources: [missing.yaml]\n");
  const auto out = Run();
  EXPECT_THAT(out,
              Fails(Code::kToolFailed, "kustomize build: exit status 1: accumulating resources"));
  EXPECT_THAT(Complaint(out), AllOf(HasSubstr("missing.yaml"), Not(HasSubstr(dir_.path())),
                                    Not(HasSubstr("Warning"))));
}

TEST_F(KustomizeTest, RefusesATamperedResource) {
  Write("kustomization.yaml", "resources: [r.yaml]\n");
  UseFile("broken/tampered.yaml", "r.yaml");
  EXPECT_THAT(Run(), Fails(Code::kAuthFailed, "decrypt: r.yaml: "));
}

TEST_F(KustomizeTest, SaysOfWhichTypeAFileIsThatHasAnothersName) {
  UseFile("broken/app.env", "app.ini");
  Write("kustomization.yaml", "secretGenerator: [{name: x, envs: [app.ini]}]\n");
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kInvalidInput, "decrypt: app.ini: "));
  EXPECT_THAT(Complaint(out), HasSubstr("\nthis looks like a sops file of type dotenv, but it was "
                                        "read as ini: end its name in .env"));
}

TEST_F(KustomizeTest, DecryptsDotenvAndIniFiles) {
  UseFile("broken/app.env", "app.env");
  UseFile("broken/app.ini", "app.ini");
  Write("kustomization.yaml",
        "secretGenerator:\n- {name: x, envs: [app.env], files: [app.ini]}\n"
        "generatorOptions: {disableNameSuffixHash: true}\n");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(Text(out), AllOf(HasSubstr("PASSWORD: " + Base64("canary-dotenv")),
                               HasSubstr("app.ini:"), Not(HasSubstr("sops"))));
}

TEST_F(KustomizeTest, RefusesToDecryptForTheSourceHydrator) {
  request_.application.kube_version.clear();
  Use("kustomize");
  request_.app_path = "overlay";
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "source hydrator"));
  std::filesystem::remove_all(root_);
  Ksops();
  request_.app_path = ".";
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "source hydrator"));
}

TEST_F(KustomizeTest, RefusesAnEmptyResultUnlessAllowed) {
  Write("kustomization.yaml", "generators: [g.yaml]\n");
  Write("g.yaml", Generator("path: ksops", "files: []\n"));
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "no manifest at all"));
  Set("allowEmpty", "1");
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(KustomizeTest, AppliesParametersAsArgoCdDoes) {
  Write("kustomization.yaml", "resources: [d.yaml]\n");
  Write("d.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n"
        "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n"
        "    spec: {containers: [{name: c, image: nginx}]}\n");
  Write("extra/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [m.yaml]\n");
  Write("extra/m.yaml", kConfigMap);
  Set("namePrefix", "pre-");
  Set("nameSuffix", "-post");
  Set("namespace", "there");
  Set("images", "nginx=registry/web:$ARGOCD_APP_PROJECT_NAME");
  Set("replicas", "web=3");
  Set("commonLabels", "team=$ARGOCD_APP_PROJECT_NAME");
  Set("commonAnnotations", "note=$HOME");
  Set("components", "extra");
  Set("components", "missing");
  Set("ignoreMissingComponents", "true");
  EXPECT_THAT(Text(Run()), AllOf(HasSubstr("name: pre-web-post"), HasSubstr("namespace: there"),
                                 HasSubstr("image: registry/web:team"), HasSubstr("replicas: 3"),
                                 HasSubstr("team: team"), HasSubstr("note: $HOME"),
                                 HasSubstr("name: pre-m-post")));
}

TEST_F(KustomizeTest, RefusesParametersOfOtherRenderers) {
  Write("kustomization.yaml", "resources: []\n");
  Set("valueFiles", "x");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "parameter valueFiles: belongs to helm"));
}

TEST_F(KustomizeTest, EndsWhenTheDeadlinePasses) {
  Ksops();
  request_.budget.deadline = exec::Budget::Clock::now() - std::chrono::seconds(1);
  EXPECT_THAT(Run(), Fails(Code::kDeadline, ""));
}

}  // namespace
}  // namespace acd::render
