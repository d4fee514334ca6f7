#include "plugin/commands/call_environment.h"

#include <map>

#include "plugin/render/parameters.h"
#include "tests/support/matchers.h"

namespace acd::commands {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::Pair;

// As the server reads it: the last entry of a name wins.
std::map<std::string, std::string> Sent(const CallApplication& application) {
  std::map<std::string, std::string> variables;
  auto environment = CallEnvironment(application);
  EXPECT_THAT(environment, IsOk());
  if (!environment) return variables;
  for (auto& [name, value] : *environment) variables[name] = value;
  return variables;
}

TEST(CallEnvironment, SaysWhatTheRepoServerSays) {
  CallApplication application;
  application.name = "shop";
  application.project = "retail";
  application.namespace_ = "prod";
  application.path = "apps/shop";
  application.revision = "0123456789abcdef";
  application.kube_version = "1.34.0";
  application.api_versions = {"v1", "apps/v1/Deployment"};
  const auto sent = Sent(application);
  EXPECT_EQ(sent.at("ARGOCD_APP_NAME"), "shop");
  EXPECT_EQ(sent.at("ARGOCD_APP_PROJECT_NAME"), "retail");
  EXPECT_EQ(sent.at("ARGOCD_APP_NAMESPACE"), "prod");
  EXPECT_EQ(sent.at("ARGOCD_APP_SOURCE_PATH"), "apps/shop");
  EXPECT_EQ(sent.at("ARGOCD_APP_REVISION_SHORT_8"), "01234567");
  EXPECT_EQ(sent.at("KUBE_VERSION"), "1.34.0");
  EXPECT_EQ(sent.at("KUBE_API_VERSIONS"), "v1,apps/v1/Deployment");
  EXPECT_EQ(sent.at("ARGOCD_APP_PARAMETERS"), "null");
}

TEST(CallEnvironment, MakesParametersOfEachShape) {
  CallApplication application;
  application.parameters_json =
      R"([{"name":"releaseName","string":"a"},{"name":"values","string":""}])";
  application.parameters = {"releaseName=b=c", "valueFiles=x.yaml", "valueFiles=y.yaml",
                            "parameters=image.tag=1", "parameters=replicas=2"};
  const auto parameters =
      render::Parameters::FromJson(Sent(application).at("ARGOCD_APP_PARAMETERS"));
  ASSERT_THAT(parameters, IsOk());
  EXPECT_EQ(parameters->String("releaseName"), "b=c");
  EXPECT_TRUE(parameters->Has("values"));
  EXPECT_THAT(parameters->Array("valueFiles"), ElementsAre("x.yaml", "y.yaml"));
  EXPECT_THAT(parameters->Map("parameters"),
              ElementsAre(Pair("image.tag", "1"), Pair("replicas", "2")));
}

TEST(CallEnvironment, LetsAnExplicitVariableWin) {
  CallApplication application;
  application.environment = {"ARGOCD_APP_NAME=other", "ARGOCD_ENV_A=b=c", "EMPTY="};
  const auto sent = Sent(application);
  EXPECT_EQ(sent.at("ARGOCD_APP_NAME"), "other");
  EXPECT_EQ(sent.at("ARGOCD_ENV_A"), "b=c");
  EXPECT_EQ(sent.at("EMPTY"), "");
}

TEST(CallEnvironment, RefusesWhatItCannotSend) {
  const auto with = [](auto change) {
    CallApplication application;
    change(application);
    return CallEnvironment(application);
  };
  EXPECT_THAT(with([](auto& a) { a.environment = {"=x"}; }), Fails(Code::kInvalidInput, "--env"));
  EXPECT_THAT(with([](auto& a) { a.environment = {"x"}; }), Fails(Code::kInvalidInput, "--env"));
  EXPECT_THAT(with([](auto& a) { a.parameters = {"unknown=x"}; }),
              Fails(Code::kInvalidInput, "--param unknown"));
  EXPECT_THAT(with([](auto& a) { a.parameters = {"commonLabels=x"}; }),
              Fails(Code::kInvalidInput, "--param commonLabels"));
  EXPECT_THAT(with([](auto& a) {
                a.parameters = {"renderer=helm"};
                a.parameters_json = "{}";
              }),
              Fails(Code::kInvalidInput, "--parameters"));
}

}  // namespace
}  // namespace acd::commands
