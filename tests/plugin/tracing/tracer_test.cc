#include "plugin/tracing/tracer.h"

#include <dlfcn.h>
#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace acd::tracing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Fake(const std::string& kind) {
  return std::string(ACD_FAKE_MODULES) + "/tracing_test_" + kind + ".so";
}

// What the telling module was given since it was opened last.
std::string Seen() {
  void* const handle = ::dlopen(Fake("telling").c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (handle == nullptr) return "not loaded";
  const auto seen = reinterpret_cast<const char* (*)()>(::dlsym(handle, "acd_fake_seen"));
  return seen == nullptr ? "not the fake" : seen();
}

TracingSettings Settings() {
  TracingSettings settings;
  settings.address = "collector:4317";
  settings.headers = {{"authorization", "Bearer sesame"}};
  settings.attributes = {{"cluster", "blue"}};
  settings.version = "1.2.3";
  return settings;
}

std::chrono::system_clock::time_point At(int us) {
  return std::chrono::system_clock::time_point(std::chrono::microseconds(us));
}

TEST(Tracer, GivesTheModuleEverything) {
  std::vector<std::string> problems;
  auto tracer =
      OpenTracer(Settings(), [&](const std::string& problem) { problems.push_back(problem); },
                 {"/nonexistent.so", Fake("telling")});
  ASSERT_TRUE(tracer.has_value()) << tracer.error().message;
  EXPECT_EQ(Seen(),
            "open collector:4317 insecure=1 version=1.2.3 headers authorization='Bearer sesame' "
            "attributes cluster='blue'\n");

  CallTrace trace;
  trace.caller =
      ParseTraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=1");
  trace.call = {"S/M", At(1), At(9), {{"text", "x"}, {"empty", ""}, {"number", 7}}, "it failed"};
  trace.parts = {{"one", At(1), At(3), {{"n", 1}}}, {"two", At(3), At(8)}};
  (*tracer)->Export(trace);
  tracer->reset();
  EXPECT_THAT(Seen(), HasSubstr("caller 0af7651916cd43dd8448eb211c80319c span 183..49 sampled=1 "
                                "state=a=1\n"
                                "call S/M 1000+8000 text='x' empty='' number=7 error='it failed'\n"
                                "part one 1000+2000 n=1\n"
                                "part two 3000+5000\n"
                                "close 900\n"));
  EXPECT_THAT(problems, ElementsAre("the collector says: (not shown) is wrong"));
}

TEST(Tracer, SaysWhereAModuleComesFrom) {
  const auto tracer = OpenTracer(Settings(), {}, ModulePaths("/nonexistent/bin/argocd-decrypt"));
  ASSERT_FALSE(tracer.has_value());
  EXPECT_EQ(tracer.error().code, Code::kNotFound);
  EXPECT_THAT(tracer.error().message, HasSubstr("libargocd-decrypt-otel.so"));
  EXPECT_THAT(tracer.error().hint, AllOf(HasSubstr("image"), HasSubstr("opentelemetry-cpp-dev")));
}

TEST(Tracer, RefusesWhatIsNoModuleOfThisVersion) {
  for (const char* kind : {"newer", "strange"}) {
    const auto tracer = OpenTracer(Settings(), {}, {Fake(kind)});
    ASSERT_FALSE(tracer.has_value()) << kind;
    EXPECT_EQ(tracer.error().code, Code::kIo);
    EXPECT_THAT(tracer.error().message, HasSubstr("another version")) << kind;
  }
}

TEST(Tracer, SaysWhichPackageAModuleMayMiss) {
  const acd::testing::TempDir folder;
  const std::string path = folder.path() + "/module.so";
  std::ofstream(path) << "not an ELF file";
  const auto tracer = OpenTracer(Settings(), {}, {path});
  ASSERT_FALSE(tracer.has_value());
  EXPECT_EQ(tracer.error().code, Code::kIo);
  EXPECT_THAT(tracer.error().message, HasSubstr(path));
  EXPECT_THAT(tracer.error().hint, HasSubstr("opentelemetry-cpp"));
}

TEST(Tracer, ShowsNoHeaderWhenTheModuleRefusesItsSettings) {
  TracingSettings settings = Settings();
  settings.address = "refused:1";
  const auto tracer = OpenTracer(std::move(settings), {}, {Fake("telling")});
  ASSERT_FALSE(tracer.has_value());
  EXPECT_THAT(tracer.error().message, AllOf(HasSubstr("no, not with"), Not(HasSubstr("sesame"))));
}

TEST(Tracer, LooksBesideTheProgramAndWhereItIsInstalled) {
  EXPECT_THAT(ModulePaths("/usr/local/bin/argocd-decrypt"),
              ElementsAre("/usr/local/bin/libargocd-decrypt-otel.so",
                          "/usr/local/bin/../lib/argocd-decrypt/libargocd-decrypt-otel.so"));
}

}  // namespace
}  // namespace acd::tracing
