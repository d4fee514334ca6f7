#include "plugin/commands/tracing_flags.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <map>

#include "plugin/commands/cli.h"
#include "tests/support/matchers.h"

namespace acd::commands {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

using Values = std::map<std::string, std::string>;

/// The variables of one test.
class Variables {
 public:
  explicit Variables(Values values) : values_(std::move(values)) {
    for (const auto& [name, value] : values_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~Variables() {
    for (const auto& [name, value] : values_) ::unsetenv(name.c_str());
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

 private:
  Values values_;
};

struct Parsed {
  std::optional<int> code;
  Result<tracing::TracingSettings> settings = Fail(Code::kInternal, "not parsed");
};

Parsed Parse(std::vector<std::string> args) {
  args.insert(args.begin(), "serve");
  std::vector<char*> pointers;
  for (std::string& arg : args) pointers.push_back(arg.data());
  CLI::App app("", "serve");
  TracingFlags flags;
  flags.AddTo(app);
  Parsed parsed;
  parsed.code = ParseArguments(app, pointers);
  if (!parsed.code) parsed.settings = flags.Take();
  return parsed;
}

TEST(TracingFlags, AreOffWithoutAnAddress) {
  const auto settings = Parse({"--otlp-headers", "nonsense"}).settings;
  ASSERT_THAT(settings, IsOk());
  EXPECT_EQ(settings->address, "");
}

TEST(TracingFlags, HaveTheStockServersDefaults) {
  const auto settings = Parse({"--otlp-address", "a:1"}).settings;
  ASSERT_THAT(settings, IsOk());
  EXPECT_TRUE(settings->insecure);
  EXPECT_EQ(settings->sample_ratio, 1);
  EXPECT_THAT(settings->headers, IsEmpty());
}

TEST(TracingFlags, TakeTheStockServersFlags) {
  const auto settings =
      Parse({"--otlp-address", "a:1", "--otlp-insecure=false", "--otlp-headers=a=1,b=2",
             "--otlp-headers", "c=3", "--otlp-attrs", "x:1", "--otlp-sample-ratio", "0.25"})
          .settings;
  ASSERT_THAT(settings, IsOk());
  EXPECT_FALSE(settings->insecure);
  EXPECT_EQ(settings->sample_ratio, 0.25);
  EXPECT_THAT(settings->headers, ElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("c", "3")));
  EXPECT_THAT(settings->attributes, ElementsAre(Pair("x", "1")));
}

TEST(TracingFlags, TakeTheStockServersVariables) {
  const Variables variables(Values{{"ARGOCD_CMP_SERVER_OTLP_ADDRESS", "a:1"},
                                   {"ARGOCD_CMP_SERVER_OTLP_INSECURE", "false"},
                                   {"ARGOCD_CMP_SERVER_OTLP_HEADERS", "a=1"},
                                   {"ARGOCD_CMP_SERVER_OTLP_ATTRS", "x:1"},
                                   {"ARGOCD_CMP_SERVER_OTLP_SAMPLE_RATIO", "0.5"}});
  const auto settings = Parse({}).settings;
  ASSERT_THAT(settings, IsOk());
  EXPECT_EQ(settings->address, "a:1");
  EXPECT_FALSE(settings->insecure);
  EXPECT_EQ(settings->sample_ratio, 0.5);
  EXPECT_THAT(settings->headers, ElementsAre(Pair("a", "1")));
  EXPECT_THAT(settings->attributes, ElementsAre(Pair("x", "1")));
}

TEST(TracingFlags, PreferOurVariablesAndThenTheFlags) {
  const Variables variables(Values{{"ARGOCD_CMP_SERVER_OTLP_ADDRESS", "stock:1"},
                                   {"ARGOCD_CMP_SERVER_OTLP_INSECURE", "true"},
                                   {"ARGOCD_CMP_SERVER_OTLP_HEADERS", "stock=1"},
                                   {"ARGOCD_CMP_SERVER_OTLP_SAMPLE_RATIO", "1"},
                                   {"ARGOCD_DECRYPT_OTLP_ADDRESS", "ours:1"},
                                   {"ARGOCD_DECRYPT_OTLP_INSECURE", "false"},
                                   {"ARGOCD_DECRYPT_OTLP_HEADERS", "ours=1"},
                                   {"ARGOCD_DECRYPT_OTLP_SAMPLE_RATIO", "0"}});
  const auto settings = Parse({}).settings;
  ASSERT_THAT(settings, IsOk());
  EXPECT_EQ(settings->address, "ours:1");
  EXPECT_FALSE(settings->insecure);
  EXPECT_EQ(settings->sample_ratio, 0);
  EXPECT_THAT(settings->headers, ElementsAre(Pair("ours", "1")));
  EXPECT_EQ(Parse({"--otlp-address", "flag:1"}).settings->address, "flag:1");
}

TEST(TracingFlags, GoOnWithoutTlsOnlyWhenTold) {
  const Variables variables(
      {{"ARGOCD_CMP_SERVER_OTLP_ADDRESS", "a:1"}, {"ARGOCD_CMP_SERVER_OTLP_INSECURE", "no"}});
  EXPECT_THAT(Parse({}).settings, Fails(Code::kInvalidInput, "ARGOCD_CMP_SERVER_OTLP_INSECURE"));
  EXPECT_THAT(Parse({"--otlp-insecure"}).settings, IsOk());
}

TEST(TracingFlags, RefuseARatioThatIsNone) {
  for (const char* bad : {"2", "-1", "half", "nan", ""}) {
    const Variables variables(Values{{"ARGOCD_CMP_SERVER_OTLP_SAMPLE_RATIO", bad}});
    const Parsed parsed = Parse({"--otlp-address", "a:1"});
    EXPECT_EQ(parsed.settings.has_value(), *bad == '\0') << bad;
  }
  EXPECT_EQ(Parse({"--otlp-sample-ratio", "1.5"}).code, kWrongUsage);
}

TEST(TracingFlags, ShowNoHeader) {
  const Variables variables(Values{{"ARGOCD_CMP_SERVER_OTLP_HEADERS", "authorization sesame"},
                                   {"ARGOCD_DECRYPT_OTLP_HEADERS", "authorization sesame"}});
  EXPECT_THAT(Parse({"--otlp-address", "a:1"}).settings,
              Fails(Code::kInvalidInput, "--otlp-headers: entry 1"));
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(Parse({"--help"}).code, kDone);
  const std::string help = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(help, HasSubstr("ARGOCD_DECRYPT_OTLP_HEADERS"));
  EXPECT_THAT(help, Not(HasSubstr("sesame")));
}

}  // namespace
}  // namespace acd::commands
