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

class HelmTest : public RenderTest {
 protected:
  HelmTest() {
    Use("helm", "chart");
    request_.app_path = "chart";
    settings_.helm = testing::Tool("ACD_HELM", "helm");
  }

  const std::vector<std::string>& Arguments() const { return runner_.commands.back().args; }
  bool HasArguments(const std::string& flag, const std::string& value) const {
    for (std::size_t i = 0; i + 1 < Arguments().size(); ++i) {
      if (Arguments()[i] == flag && Arguments()[i + 1] == value) return true;
    }
    return false;
  }
  void ImportableKey() {
    std::filesystem::create_directory(settings_.key_dir + "/age");
    std::filesystem::copy_file(TestData("keys/render-other-age-key.txt"),
                               settings_.key_dir + "/age/other.txt");
  }
};

TEST_F(HelmTest, PassesWhatArgoCdPasses) {
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->renderer, "helm");
  EXPECT_EQ(Arguments(),
            (std::vector<std::string>{"template", ".", "--name-template", "demo", "--namespace",
                                      "target", "--kube-version", "1.31.4", "--api-versions", "v1",
                                      "--api-versions", "example.com/v1", "--api-versions",
                                      "example.com/v1/Thing", "--include-crds"}));
  EXPECT_THAT(Text(out), AllOf(HasSubstr("name: demo"), HasSubstr("namespace: target"),
                               HasSubstr("kube: \"v1.31.4\""), HasSubstr("apis: \"true\""),
                               HasSubstr("CustomResourceDefinition"), HasSubstr("name: test")));
}

TEST_F(HelmTest, ParametersOverrideWhatArgoCdPasses) {
  Set("releaseName", "mine");
  Set("namespace", "elsewhere");
  Set("kubeVersion", "v1.30.1-gke.5");
  Set("apiVersions", "example.com/v1/Thing");
  Set("skipCrds", "true");
  Set("skipTests", "true");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(Text(out), AllOf(HasSubstr("name: mine"), HasSubstr("namespace: elsewhere"),
                               HasSubstr("kube: \"v1.30.1\""), Not(HasSubstr("CustomResource")),
                               Not(HasSubstr("name: test"))));
}

TEST_F(HelmTest, DecryptsValueFilesByContent) {
  for (const char* file : {"secrets.yaml", "./secrets.yaml", "/chart/secrets.yaml",
                           "../chart/secrets.yaml", "secrets://secrets.yaml",
                           "secrets://sops!secrets.yaml", "secr*ts.yaml", "**/secrets.yaml"}) {
    request_.parameters = {};
    Set("valueFiles", file);
    const auto out = Run();
    ASSERT_THAT(out, IsOk()) << file;
    EXPECT_THAT(Text(out), HasSubstr("password: \"canary-yaml\"")) << file;
  }
}

TEST_F(HelmTest, LaterValueFilesWinAndInlineValuesComeLast) {
  Set("valueFiles", "secrets.yaml");
  Set("valueFiles", "values-dev.yaml");
  Set("valueFiles", "secrets.json");
  EXPECT_THAT(Text(Run()),
              AllOf(HasSubstr("canary-json"), HasSubstr("host: \"from-values-file\"")));
  Set("values", "host: inline\n");
  EXPECT_THAT(Text(Run()), AllOf(HasSubstr("canary-json"), HasSubstr("host: \"inline\"")));
  Set("valuesObject", "{\"host\": \"object\"}");
  EXPECT_THAT(Text(Run()), HasSubstr("host: \"object\""));
}

TEST_F(HelmTest, PutsNoDecryptedValueOnDiskInArgumentsOrInTheEnvironment) {
  std::filesystem::remove_all(root_ + "/chart/charts");  // its values.yaml is the one that must be
  Write("chart/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n");
  Set("valueFiles", "secrets.yaml");
  Set("fileParameters", "certificate=files/cert.pem");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(Text(out), AllOf(HasSubstr("canary-yaml"), HasSubstr("canary-certificate")));
  EXPECT_THAT(FilesWith(dir_.path(), "canary"), IsEmpty());
  for (const exec::Command& command : runner_.commands) {
    for (const std::string& argument : command.args)
      EXPECT_THAT(argument, Not(HasSubstr("canary")));
    for (const auto& [name, value] : command.environment) {
      EXPECT_THAT(value, Not(HasSubstr("canary"))) << name;
      // Folders of this request, and nothing that the server itself was started with.
      EXPECT_TRUE(name.starts_with("GO") || value.find(request_.run_dir) != std::string::npos)
          << name;
    }
  }
}

TEST_F(HelmTest, DecryptsTheChartsOwnValuesInPlace) {
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(Text(out), HasSubstr("token: \"canary-subchart\""));
  EXPECT_THAT(FilesWith(dir_.path(), "canary"),
              ::testing::ElementsAre(root_ + "/chart/charts/sub/values.yaml"));
}

TEST_F(HelmTest, SubstitutesArgoCdsVariables) {
  Write("chart/values-team.yaml", "host: by-variable\n");
  Set("valueFiles", "values-${ARGOCD_APP_PROJECT_NAME}.yaml");
  Set("parameters", "password=$ARGOCD_APP_NAME-$$-$UNKNOWN.");
  EXPECT_THAT(Text(Run()), AllOf(HasSubstr("host: \"by-variable\""), HasSubstr("argocd_demo-$-.")));
}

TEST_F(HelmTest, PassesParametersInOrderWithCommasEscaped) {
  Set("parameters", "host=a,b");
  Set("parameters", "list={x,y}");
  Set("forceStringParameters", "password=123");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_TRUE(HasArguments("--set", "host=a\\,b"));
  EXPECT_THAT(Text(out), AllOf(HasSubstr("host: \"a,b\""), HasSubstr("[\\\"x\\\",\\\"y\\\"]"),
                               HasSubstr("password: \"123\"")));
}

TEST_F(HelmTest, ReportsOrIgnoresMissingValueFiles) {
  Set("valueFiles", "missing.yaml");
  EXPECT_THAT(Run(), Fails(Code::kNotFound, "valueFiles: missing.yaml: no such file"));
  Set("ignoreMissingValueFiles", "true");
  EXPECT_THAT(Run(), IsOk());
  request_.parameters = {};
  Set("valueFiles", "secrets://?missing.yaml");
  EXPECT_THAT(Run(), IsOk());
  request_.parameters = {};
  Set("valueFiles", "none-*.yaml");
  EXPECT_THAT(Run(), Fails(Code::kNotFound, "none-*.yaml"));
}

TEST_F(HelmTest, KeepsValueFilesInsideTheRepository) {
  dir_.Write("outside.yaml", "host: outside\n");
  std::filesystem::create_symlink("../../outside.yaml", root_ + "/chart/link.yaml");
  std::filesystem::create_symlink("../..", root_ + "/chart/up");
  for (const char* file :
       {"../../outside.yaml", "/../outside.yaml", "link.yaml", "up/outside.yaml", "../../*.yaml",
        "l*k.yaml", "secrets://../../outside.yaml", "secrets://link.yaml"}) {
    request_.parameters = {};
    Set("valueFiles", file);
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "leaves the repository")) << file;
    request_.parameters = {};
    if (std::string_view(file).find('*') != std::string_view::npos) continue;
    Set("fileParameters", std::string("x=") + file);
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "leaves the repository")) << file;
  }
}

// helm would read `--set-file 'x=/sops/age/keys.txt,y=files/cert.pem'` as two files.
TEST_F(HelmTest, TakesNoFileFromTheNameOfAParameter) {
  Use("helm");
  request_.app_path = "chart";
  const std::string outside = dir_.Write("outside.txt", "canary-outside");
  for (const std::string& name :
       std::vector<std::string>{"x=" + outside + ",y", "x={" + outside + "},y", "x,y",
                                "x=" + outside + "?", "a\\\\,x=" + outside + ",y"}) {
    auto parameters = Parameters::FromJson(R"([{"name": "fileParameters", "map": {")" + name +
                                           R"(": "files/cert.pem"}}])");
    ASSERT_THAT(parameters, IsOk()) << name;
    request_.parameters = *std::move(parameters);
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "fileParameters: a name with a comma")) << name;
  }
  EXPECT_THAT(runner_.commands, IsEmpty());
}

// 2^40 ways lead through 40 folders.
TEST_F(HelmTest, RefusesSymlinksThatFanOut) {
  std::filesystem::create_directories(root_ + "/chart/charts");
  for (int level = 1; level <= 40; ++level) {
    const std::string number = std::to_string(level);
    std::filesystem::create_directories(root_ + "/level" + number + "/charts");
    const std::string above =
        level == 1 ? root_ + "/chart" : root_ + "/level" + std::to_string(level - 1);
    for (const char* name : {"/charts/a", "/charts/b"}) {
      std::filesystem::create_symlink("../../level" + number, above + name);
    }
  }
  EXPECT_THAT(Run(), Fails(Code::kLimitExceeded, "symlinked ones counted each time"));
  EXPECT_THAT(runner_.commands, IsEmpty());
}

TEST_F(HelmTest, ImportsAKeyFileFromTheKeyFolder) {
  ImportableKey();
  Set("valueFiles", "imported.yaml");
  EXPECT_THAT(Run(), Fails(Code::kNoMatchingKey, "chart/imported.yaml"));
  request_.parameters = {};
  Set("valueFiles", "secrets+age-import://" + settings_.key_dir + "/age/other.txt?imported.yaml");
  EXPECT_THAT(Text(Run()), HasSubstr("canary-other"));
}

TEST_F(HelmTest, RefusesKeyFilesElsewhereByName) {
  ImportableKey();
  const std::string outside = dir_.Write("keys-not/other.txt", "AGE-SECRET-KEY-");
  std::filesystem::create_symlink(outside, settings_.key_dir + "/link.txt");
  for (const std::string& file :
       {outside, settings_.key_dir + "/../keys-not/other.txt", settings_.key_dir + "/link.txt",
        std::string("/etc/passwd"), std::string("keys/other.txt"), settings_.key_dir}) {
    request_.parameters = {};
    Set("valueFiles", "secrets+age-import://" + file + "?imported.yaml");
    EXPECT_THAT(Run(),
                Fails(Code::kInvalidInput, "key file " + file + ": not inside the key folder"))
        << file;
  }
}

// Kubernetes mounts a Secret as links through `..data`.
TEST_F(HelmTest, ImportsAKeyFromAMountedSecret) {
  const std::string secrets = dir_ / "secrets";
  settings_.key_imports.secrets_folder = secrets;
  for (const char* secret : {"/argocd/keys", "/keys"}) {
    std::filesystem::create_directories(secrets + secret + "/..1");
    std::filesystem::copy_file(TestData("keys/render-other-age-key.txt"),
                               secrets + secret + "/..1/key.txt");
    std::filesystem::create_directory_symlink("..1", secrets + secret + "/..data");
    std::filesystem::create_symlink("..data/key.txt", secrets + secret + "/key.txt");
  }
  for (const char* key : {"argocd/keys#key.txt", "keys#key.txt"}) {
    request_.parameters = {};
    Set("valueFiles",
        "secrets+age-import-kubernetes://" + std::string(key) + "?sops!imported.yaml");
    EXPECT_THAT(Run(), Fails(Code::kNotFound, "sops!imported.yaml: no such file")) << key;
    request_.parameters = {};
    Set("valueFiles", "secrets+age-import-kubernetes://" + std::string(key) + "?imported.yaml");
    EXPECT_THAT(Text(Run()), HasSubstr("canary-other")) << key;
  }
  dir_.Write("outside/key.txt", "AGE-SECRET-KEY-");
  std::filesystem::create_directory_symlink("../outside", secrets + "/link");
  const struct {
    const char* key;
    Code code;
    const char* text;
  } cases[] = {
      {"argocd/other#key.txt", Code::kNotFound, "does not exist"},
      {"argocd/keys#other.txt", Code::kNotFound, "does not exist"},
      {"../keys#key.txt", Code::kInvalidInput, "not [NAMESPACE/]SECRET#KEY"},
      {"argocd/..#key.txt", Code::kInvalidInput, "not [NAMESPACE/]SECRET#KEY"},
      {"a/b/c#key.txt", Code::kInvalidInput, "not [NAMESPACE/]SECRET#KEY"},
      {"keys#../keys/key.txt", Code::kInvalidInput, "not [NAMESPACE/]SECRET#KEY"},
      {"keys", Code::kInvalidInput, "not [NAMESPACE/]SECRET#KEY"},
      {"link#key.txt", Code::kInvalidInput, "not inside the key folder"},
  };
  for (const auto& c : cases) {
    request_.parameters = {};
    Set("valueFiles", "secrets+age-import-kubernetes://" + std::string(c.key) + "?imported.yaml");
    EXPECT_THAT(Run(), Fails(c.code, c.text)) << c.key;
  }
  settings_.helm_secrets.key_location_prefix = "/elsewhere/";
  request_.parameters = {};
  Set("valueFiles", "secrets+age-import-kubernetes://keys#key.txt?imported.yaml");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "Key location 'keys#key.txt' is not allowed"));
}

TEST_F(HelmTest, TakesKeysFromEachFolderOfTheOperatorOnly) {
  ImportableKey();
  settings_.key_imports.folders = {dir_ / "more", settings_.key_dir};
  Set("valueFiles", "secrets+age-import://" + settings_.key_dir + "/age/other.txt?imported.yaml");
  EXPECT_THAT(Text(Run()), HasSubstr("canary-other"));
  settings_.key_imports.folders = {dir_ / "more"};
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "not inside the key folder"));
}

TEST_F(HelmTest, AsksThePolicyWhoMayUseAKeyFile) {
  ImportableKey();
  const std::string key = settings_.key_dir + "/age/other.txt";
  std::vector<KeyUse> asked;
  settings_.key_imports.may_use = [&](const KeyUse& use) -> Status {
    asked.push_back(use);
    return Fail(Code::kInvalidInput, "policy: no");
  };
  // A plain file, too: which keys there are is not found out by naming them.
  for (const char* file : {"imported.yaml", "values-dev.yaml"}) {
    request_.parameters = {};
    Set("valueFiles", "secrets+age-import://" + key + "?" + file);
    EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "policy: no")) << file;
  }
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].project, "team");
  EXPECT_EQ(asked[0].application, "argocd_demo");
  EXPECT_EQ(asked[0].key_file, key);
}

TEST_F(HelmTest, DecryptsALiteral) {
  const std::string document = testing::Slurp(root_ + "/chart/secrets.json");
  Set("valueFiles", "secrets+literal://" + document);
  EXPECT_THAT(Text(Run()), HasSubstr("canary-json"));
  request_.parameters = {};
  Set("fileParameters", "password=secrets+literal://sops!plain-text");
  EXPECT_THAT(Text(Run()), HasSubstr("password: \"plain-text\""));
  std::string tampered = document;
  tampered.replace(tampered.find("ENC[AES256_GCM,data:") + 20, 1, "_");
  request_.parameters = {};
  Set("valueFiles", "secrets+literal://" + tampered);
  const auto out = Run();
  EXPECT_FALSE(out.has_value());
  EXPECT_THAT(Complaint(out),
              AllOf(HasSubstr("secrets+literal://(a literal value)"), Not(HasSubstr("ENC["))));
}

TEST_F(HelmTest, RefusesUrlsItCannotServe) {
  const struct {
    const char* file;
    Code code;
    const char* text;
  } cases[] = {
      {"secrets+age-import://key", Code::kInvalidInput, "Invalid syntax: secrets+age-import://"},
      {"secrets+gpg-import://key", Code::kInvalidInput, "Invalid syntax: secrets+gpg-import://"},
      {"secrets+literal://ref+vault://a#/b", Code::kUnsupported, "references of vals"},
      {"secrets+literal://vals!ref+vault://a#/b", Code::kUnsupported, "secret backend 'vals'"},
      {"secrets://vals!ref+x", Code::kUnsupported, "secret backend 'vals' not allowed"},
      {"secrets://git+https://host/x.yaml", Code::kUnsupported, "other getters of helm"},
      {"secrets+age-import-kubernetes://ns/name#key?secrets.yaml", Code::kUnsupported,
       "no folder with the Secrets of keys is configured"},
      {"s3://bucket/x.yaml", Code::kInvalidInput, "the URL scheme 's3' is not allowed"},
      {"file:///etc/passwd", Code::kInvalidInput, "the URL scheme 'file' is not allowed"},
      {"$values/x.yaml", Code::kUnsupported, "$values names another source"},
  };
  for (const auto& c : cases) {
    request_.parameters = {};
    Set("valueFiles", c.file);
    EXPECT_THAT(Run(), Fails(c.code, c.text)) << c.file;
  }
}

TEST_F(HelmTest, SaysOfWhichTypeAValueFileIsThatHasAnothersName) {
  for (const char* file : {"values.json", "secrets://values.json"}) {
    std::filesystem::copy_file(root_ + "/chart/secrets.yaml", root_ + "/chart/values.json",
                               std::filesystem::copy_options::overwrite_existing);
    request_.parameters = {};
    Set("valueFiles", file);
    const auto out = Run();
    EXPECT_THAT(out, Fails(Code::kInvalidInput, "decrypt: chart/values.json: ")) << file;
    EXPECT_THAT(Complaint(out), HasSubstr("\nthis looks like a sops file of type yaml, but it was "
                                          "read as json: end its name in .yaml"))
        << file;
  }
}

TEST_F(HelmTest, RefusesTamperedValuesBeforeHelmStarts) {
  std::string text = testing::Slurp(root_ + "/chart/secrets.yaml");
  text.replace(text.find("port: ENC"), 4, "Port");
  Write("chart/secrets.yaml", text);
  Set("valueFiles", "secrets.yaml");
  EXPECT_THAT(Run(), Fails(Code::kAuthFailed, "chart/secrets.yaml"));
  EXPECT_THAT(runner_.commands, IsEmpty());
}

TEST_F(HelmTest, RefusesToDecryptForTheSourceHydrator) {
  request_.application.kube_version.clear();
  std::filesystem::remove_all(root_ + "/chart/charts");
  Write("chart/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n");
  const auto plain = Run();
  ASSERT_THAT(plain, IsOk());
  EXPECT_FALSE(HasArguments("--kube-version", ""));
  Set("valueFiles", "secrets.yaml");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "source hydrator"));
}

TEST_F(HelmTest, SaysWhatHelmSaidWithoutValuesAndWithStablePaths) {
  Set("valueFiles", "secrets.yaml");
  Set("valueFiles", "fail.yaml");
  const auto first = Run();
  EXPECT_THAT(first, Fails(Code::kToolFailed, "helm template: exit status 1: "));
  EXPECT_THAT(Complaint(first), AllOf(HasSubstr("templates/secret.yaml"),
                                      HasSubstr("no such [redacted]"), Not(HasSubstr("canary")),
                                      Not(HasSubstr(dir_.path())), Not(HasSubstr("--debug"))));
  EXPECT_EQ(Complaint(first), Complaint(Run()));
}

TEST_F(HelmTest, NamesTheFileThatHelmCannotParse) {
  Write("chart/bad.yaml", "a: [\n");
  Set("valueFiles", "bad.yaml");
  EXPECT_THAT(Complaint(Run()), AllOf(HasSubstr("chart/bad.yaml"), Not(HasSubstr(dir_.path()))));
}

TEST_F(HelmTest, FetchesMissingDependenciesAndSaysWhatFailed) {
  std::filesystem::remove_all(root_ + "/chart/charts");
  const auto out = Run();
  ASSERT_FALSE(out.has_value());
  EXPECT_THAT(Complaint(out), HasSubstr("dependency"));
}

TEST_F(HelmTest, LeavesValueFilesOfOtherStagesAlone) {
  keys_ = KeysFrom("render-other-age-key.txt");
  std::filesystem::remove_all(root_ + "/chart/charts");
  Write("chart/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n");
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(HelmTest, HandsOverAFileWhoseNameHelmWouldSplit) {
  Write("chart/a,b.yaml", "host: comma\n");
  Set("valueFiles", "a,b.yaml");
  EXPECT_THAT(Text(Run()), HasSubstr("host: \"comma\""));
}

TEST_F(HelmTest, NamesAParameterOfAnotherRenderer) {
  Set("namePrefix", "x-");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "parameter namePrefix: belongs to kustomize"));
  request_.parameters = {};
  Set("passCredentials", "true");  // acted upon when dependencies are downloaded
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(HelmTest, ExpandsGlobsInArgoCdsOrder) {
  Write("chart/v/b.yaml", "host: b\n");
  Write("chart/v/a/c.yaml", "host: c\n");
  Write("chart/v/a-b/d.yaml", "host: d\n");
  Write("chart/v/a/z/e.yaml", "host: e\n");
  const auto order = [&](std::initializer_list<const char*> entries) {
    request_.parameters = {};
    for (const char* entry : entries) Set("valueFiles", entry);
    EXPECT_THAT(Run(), IsOk());
    std::string hosts;
    for (std::size_t i = 0; i + 1 < Arguments().size(); ++i) {
      if (Arguments()[i] == "--values") hosts += testing::Slurp(Arguments()[i + 1]).substr(6, 1);
    }
    return hosts;
  };
  EXPECT_EQ(order({"v/**/*.yaml"}), "bced");
  EXPECT_EQ(order({"v/**"}), "cedb");
  EXPECT_EQ(order({"v/*/*.yaml"}), "cd");
  EXPECT_EQ(order({"v/{b,a/c}*.yaml"}), "cb");
  EXPECT_EQ(order({"v/{b.y*,a/*.y*}aml"}), "cb");
  EXPECT_EQ(order({"v/**/*.yaml", "v/a/c.yaml"}), "bedc");
  std::filesystem::create_directory_symlink("a", root_ + "/chart/v/link");
  // Links in folders are not followed when files are compared.
  EXPECT_EQ(order({"v/a/c.yaml", "v/b.yaml", "v/link/c.yaml"}), "cbc");
  EXPECT_EQ(order({"v/link/*.yaml"}), "c");
}

TEST_F(HelmTest, PassesThousandsOfApiVersions) {
  auto& versions = request_.application.api_versions;
  for (int i = 0; i < 30'000; ++i) {
    versions.push_back("group-" + std::to_string(i) + ".a-rather-long-name.example.org/v1/Kind");
  }
  Write("chart/templates/apis.yaml",
        "{{- if and (.Capabilities.APIVersions.Has "
        "\"group-29999.a-rather-long-name.example.org/v1/Kind\") (.Capabilities.APIVersions.Has "
        "\"v1\") }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: all-there}\n{{ end }}\n");
  EXPECT_THAT(Text(Run()), HasSubstr("all-there"));
}

TEST_F(HelmTest, NamesAnArgumentThatTheKernelWouldNotTake) {
  Set("parameters", "host=" + std::string(200'000, 'x'));
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kLimitExceeded, "helm template: --set host: longer than 128 KiB"));
  EXPECT_LT(Complaint(out).size(), 300U);
}

TEST_F(HelmTest, RunsInAnEnvironmentWithoutPlugins) {
  EXPECT_THAT(Run(), IsOk());
  const auto& environment = runner_.commands.back().environment;
  EXPECT_FALSE(std::filesystem::exists(environment.at("HELM_PLUGINS")));
  EXPECT_EQ(environment.at("HELM_PLUGINS").find(request_.run_dir), 0U);
}

TEST_F(HelmTest, FailsWhenHelmIsNotThere) {
  settings_.helm = "no-such-helm";
  EXPECT_THAT(Run(), Fails(Code::kNotFound, "no-such-helm"));
}

}  // namespace
}  // namespace acd::render
