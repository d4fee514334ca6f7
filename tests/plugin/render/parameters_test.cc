#include "plugin/render/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "plugin/render/parameter_table.h"
#include "plugin/render/renderer.h"
#include "tests/support/matchers.h"

namespace acd::render {
namespace {

using ::testing::ElementsAre;
using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Pair;

TEST(Parameters, ReadsWhatArgoCdSends) {
  const auto out = Parameters::FromJson(
      R"([{"name":"releaseName","string":"a\u003cb"},{"array":["x","y"],"name":"valueFiles"},)"
      R"({"map":{"k":"v"},"name":"parameters"},{"name":"recurse"}])");
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->String("releaseName"), "a<b");
  EXPECT_THAT(out->Array("valueFiles"), ElementsAre("x", "y"));
  EXPECT_THAT(out->Map("parameters"), ElementsAre(Pair("k", "v")));
  EXPECT_FALSE(out->Has("recurse"));
  EXPECT_EQ(out->String("include"), "");
}

TEST(Parameters, TakesNothingForNoParameters) {
  for (const char* json : {"", " ", "null", "[]"})
    EXPECT_THAT(Parameters::FromJson(json), IsOk()) << json;
}

TEST(Parameters, TellsEmptyFromAbsent) {
  const auto out = Parameters::FromJson(
      R"([{"name":"releaseName","string":""},{"name":"valueFiles","array":[]}])");
  ASSERT_THAT(out, IsOk());
  EXPECT_TRUE(out->Has("releaseName"));
  EXPECT_TRUE(out->Has("valueFiles"));
  EXPECT_FALSE(out->Has("parameters"));
}

TEST(Parameters, RefusesWhatIsNoParameterList) {
  for (const char* json :
       {"{", "5", "{}", "[5]", "[{}]", R"([{"name":5}])", R"([{"name":"values","string":5}])",
        R"([{"name":"valueFiles","array":"x"}])", R"([{"name":"valueFiles","array":[5]}])",
        R"([{"name":"parameters","map":[]}])", R"([{"name":"parameters","map":{"a":5}}])"}) {
    EXPECT_THAT(Parameters::FromJson(json), Fails(Code::kInvalidInput, "ARGOCD_APP_PARAMETERS: "))
        << json;
  }
  EXPECT_THAT(Parameters::FromJson(std::string(5U << 20U, ' ') + "5"),
              Fails(Code::kLimitExceeded, ""));
}

TEST(Parameters, NamesAnUnknownParameterAndListsTheKnownOnes) {
  const auto out = Parameters::FromJson(R"([{"name":"valuesFile","string":"x"}])");
  EXPECT_THAT(out, Fails(Code::kInvalidInput, "parameter valuesFile: unknown"));
  EXPECT_THAT(out.error().hint, HasSubstr("valueFiles"));
}

TEST(Parameters, SuggestsTheNearestName) {
  const std::pair<const char*, const char*> cases[] = {{"valuesFile", "valueFiles"},
                                                       {"value-files", "valueFiles"},
                                                       {"valuefiles", "valueFiles"},
                                                       {"image", "images"},
                                                       {"releasename", "releaseName"},
                                                       {"recursive", "recurse"},
                                                       {"Renderer", "renderer"},
                                                       {"kube_version", "kubeVersion"},
                                                       {"paramters", "parameters"},
                                                       {"skipCRDs", "skipCrds"},
                                                       {"nampesace", "namespace"},
                                                       {"zzz", ""},
                                                       {"", ""},
                                                       {"password", ""}};
  for (const auto& [name, nearest] : cases) EXPECT_EQ(NearestParameter(name), nearest) << name;
  EXPECT_EQ(NearestParameter(std::string(100'000, 'x')), "");
  const auto out = Parameters::FromJson(R"([{"name":"value-files","string":"x"}])");
  EXPECT_THAT(out.error().hint,
              ::testing::StartsWith("did you mean valueFiles? known parameters: "));
}

TEST(Parameters, NamesThoseOfTheRendererFirst) {
  const std::string helm = KnownParameters("helm");
  EXPECT_LT(helm.find("valueFiles"), helm.find("with another renderer: "));
  EXPECT_GT(helm.find("images"), helm.find("with another renderer: "));
  const char* json = R"([{"name":"nope"}])";
  EXPECT_THAT(Parameters::FromJson(json, "helm").error().hint, HasSubstr(helm));
  // The one that is named counts, wherever it stands.
  EXPECT_THAT(
      Parameters::FromJson(R"([{"name":"nope"},{"name":"renderer","string":"kustomize"}])", "helm")
          .error()
          .hint,
      HasSubstr(KnownParameters("kustomize")));
}

TEST(Parameters, RefusesMoreThanOneForm) {
  EXPECT_THAT(
      Parameters::FromJson(R"([{"name":"valueFiles","string":"a.yaml","array":["b.yaml"]}])"),
      Fails(Code::kInvalidInput,
            "parameter valueFiles: given in more than one form, must be given as `array` "
            "only"));
  EXPECT_THAT(Parameters::FromJson(R"([{"name":"parameters","array":["x"],"map":{"a":"b"}}])"),
              Fails(Code::kInvalidInput, "more than one form"));
  // Empty beside the right one: "not this".
  const auto out =
      Parameters::FromJson(R"([{"name":"valueFiles","string":"","array":["b.yaml"],"map":{}}])");
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(out->Array("valueFiles"), ElementsAre("b.yaml"));
}

TEST(Parameters, RefusesANameGivenTwice) {
  EXPECT_THAT(Parameters::FromJson(
                  R"([{"name":"releaseName","string":"a"},{"name":"releaseName","string":"b"}])"),
              Fails(Code::kInvalidInput, "parameter releaseName: given twice"));
  EXPECT_THAT(
      Parameters::FromJson(R"([{"name":"releaseName"},{"name":"releaseName","string":"b"}])"),
      IsOk());
}

TEST(Parameters, RefusesWhatNoRendererCouldRead) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([{"name":"skipTests","string":"yes"}])", "parameter skipTests: must be true or false"},
      {R"([{"name":"commonAnnotationsEnvsubst","string":"2"}])", "must be true or false"},
      {R"([{"name":"renderer","string":"Helm"}])", "parameter renderer: no such renderer"},
      {R"([{"name":"replicas","map":{"web":"-1"}}])", "parameter replicas: web: expected a count"},
      {R"([{"name":"replicas","map":{"web":"3000000000"}}])", "0 to 2147483647"},
      {R"([{"name":"replicas","map":{"web":"99999999999999999999"}}])", "expected a count"},
      {R"([{"name":"replicas","map":{"web":"1.5"}}])", "expected a count"},
      {R"([{"name":"replicas","map":{"web":""}}])", "expected a count"},
  };
  for (const auto& [json, text] : cases) {
    EXPECT_THAT(Parameters::FromJson(json), Fails(Code::kInvalidInput, text)) << json;
  }
  for (const char* json :
       {R"([{"name":"skipTests","string":"TRUE"}])", R"([{"name":"skipTests","string":""}])",
        R"([{"name":"renderer","string":""}])",
        R"([{"name":"replicas","map":{"web":"2147483647","a":"0"}}])"}) {
    EXPECT_THAT(Parameters::FromJson(json), IsOk()) << json;
  }
  Parameters set;
  ASSERT_THAT(set.Set("skipTests", "maybe"), IsOk());
  EXPECT_THAT(set.CheckFor("helm"), Fails(Code::kInvalidInput, "parameter skipTests"));
}

TEST(Parameters, DropsElementsThatWereNotFilledIn) {
  const auto out = Parameters::FromJson(R"([{"name":"valueFiles","array":["","a",""]}])");
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(out->Array("valueFiles"), ElementsAre("a"));
}

TEST(Parameters, LenientlyKeepsWhatIsRight) {
  const Parameters out = Parameters::FromJsonLeniently(
      R"([5,{"name":"nope","string":"x"},{"name":"valueFiles","array":["a"]},{"name":"recurse","string":"yes"}])");
  EXPECT_THAT(out.Array("valueFiles"), ElementsAre("a"));
  EXPECT_FALSE(out.Has("recurse"));
  for (const char* json : {"", "null", "{", "5"}) {
    EXPECT_FALSE(Parameters::FromJsonLeniently(json).Has("renderer"));
  }
}

TEST(Parameters, NamesTheRightShape) {
  EXPECT_THAT(Parameters::FromJson(R"([{"name":"valueFiles","string":"a.yaml"}])"),
              Fails(Code::kInvalidInput, "parameter valueFiles: must be given as `array`"));
}

TEST(Parameters, KnowsEveryNameOnce) {
  const std::string names = ", " + KnownParameters() + ",";
  for (const char* name : {"renderer",
                           "allowEmpty",
                           "recurse",
                           "include",
                           "exclude",
                           "releaseName",
                           "namespace",
                           "values",
                           "valuesObject",
                           "valueFiles",
                           "ignoreMissingValueFiles",
                           "parameters",
                           "forceStringParameters",
                           "fileParameters",
                           "skipCrds",
                           "skipTests",
                           "skipSchemaValidation",
                           "kubeVersion",
                           "apiVersions",
                           "images",
                           "components",
                           "libs",
                           "commonLabels",
                           "commonAnnotations",
                           "replicas",
                           "extVars",
                           "tlas",
                           "codeExtVars",
                           "codeTlas",
                           "patches",
                           "buildOptions",
                           "namePrefix",
                           "nameSuffix",
                           "version",
                           "passCredentials"}) {
    const std::string needle = std::string(", ") + name + ",";
    EXPECT_NE(names.find(needle), std::string::npos) << name;
    EXPECT_EQ(names.find(needle), names.rfind(needle)) << name;
  }
}

TEST(Parameters, SetsStringsAndGathersListsAndMaps) {
  Parameters parameters;
  ASSERT_THAT(parameters.Set("releaseName", "a"), IsOk());
  ASSERT_THAT(parameters.Set("releaseName", "b"), IsOk());
  ASSERT_THAT(parameters.Set("valueFiles", "x"), IsOk());
  ASSERT_THAT(parameters.Set("valueFiles", "y"), IsOk());
  ASSERT_THAT(parameters.Set("parameters", "k=v=w"), IsOk());
  EXPECT_EQ(parameters.String("releaseName"), "b");
  EXPECT_THAT(parameters.Array("valueFiles"), ElementsAre("x", "y"));
  EXPECT_THAT(parameters.Map("parameters"), ElementsAre(Pair("k", "v=w")));
  EXPECT_THAT(parameters.Set("parameters", "k"), Fails(Code::kInvalidInput, "key=value"));
  EXPECT_THAT(parameters.Set("nope", "x"), Fails(Code::kInvalidInput, "unknown"));
}

TEST(Parameters, ReadsBooleansInAnyCase) {
  Parameters parameters;
  for (const char* text : {"true", "TRUE", "True", "1"}) {
    ASSERT_THAT(parameters.Set("recurse", text), IsOk());
    EXPECT_TRUE(*parameters.Bool("recurse", false)) << text;
  }
  for (const char* text : {"false", "FALSE", "0"}) {
    ASSERT_THAT(parameters.Set("recurse", text), IsOk());
    EXPECT_FALSE(*parameters.Bool("recurse", true)) << text;
  }
  ASSERT_THAT(parameters.Set("recurse", ""), IsOk());
  EXPECT_TRUE(*parameters.Bool("recurse", true));
  ASSERT_THAT(parameters.Set("recurse", "yes"), IsOk());
  EXPECT_THAT(parameters.Bool("recurse", true), Fails(Code::kInvalidInput, "parameter recurse"));
}

TEST(Parameters, IgnoresEmptyOnesOfOtherRenderers) {
  Parameters parameters;
  ASSERT_THAT(parameters.Set("namePrefix", ""), IsOk());
  ASSERT_THAT(parameters.Set("passCredentials", "false"), IsOk());
  EXPECT_THAT(parameters.CheckFor("helm"), IsOk());
  EXPECT_THAT(parameters.CheckFor("directory"), IsOk());
}

TEST(Application, ReadsTheEnvironmentLaterEntriesWinning) {
  const Application app = Application::FromEnvironment({{"ARGOCD_APP_NAME", "old"},
                                                        {"", "dropped"},
                                                        {"ARGOCD_APP_NAME", "ns_app"},
                                                        {"ARGOCD_APP_PROJECT_NAME", "p"},
                                                        {"KUBE_API_VERSIONS", ",v1,,apps/v1"},
                                                        {"ARGOCD_ENV_X", "a=b"}});
  EXPECT_EQ(app.name, "ns_app");
  EXPECT_EQ(app.project, "p");
  EXPECT_THAT(app.api_versions, ElementsAre("v1", "apps/v1"));
  EXPECT_EQ(app.kube_version, "");
  EXPECT_EQ(app.environment.at("ARGOCD_ENV_X"), "a=b");
  EXPECT_FALSE(app.environment.contains(""));
}

TEST(Application, TakesCredentialsOutOfTheRepositoryUrl) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://user:canary@host/repo", "https://host/repo"},
      {"https://canary@host/repo", "https://host/repo"},
      {"https://a:b@canary@host:8443/r?x=y@z", "https://host:8443/r?x=y@z"},
      {"https://host/a@b", "https://host/a@b"},
      {"ssh://git@host/repo", "ssh://git@host/repo"},
      {"ssh://git:canary@host/repo", "ssh://host/repo"},
      {"git@host:org/repo", "git@host:org/repo"},
      {"", ""},
      {"://", "://"},
  };
  for (const auto& [url, expected] : cases) {
    EXPECT_EQ(Application::FromEnvironment({{"ARGOCD_APP_SOURCE_REPO_URL", url}}).repository,
              expected);
  }
}

}  // namespace
}  // namespace acd::render
