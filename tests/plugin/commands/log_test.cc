#include "plugin/commands/log.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace acd::commands {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kTime = "2026-01-02T03:04:05.678Z";

TEST(Log, WritesValidJsonWhateverAFieldHolds) {
  for (const std::string& hostile :
       {std::string("quote \" backslash \\ newline \n tab \t"), std::string("\xFF\xFE broken"),
        std::string("nul \0 inside", 12), std::string("\x1b[31m"), std::string("</script>"),
        std::string("ünïcode \xF0\x9F\x94\x91")}) {
    const std::string line = FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, hostile,
                                           {{"app", hostile}, {"keys", std::vector{hostile}}});
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto json = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(json.is_object()) << line;
    EXPECT_EQ(json["time"], kTime);
    EXPECT_EQ(json["level"], "info");
    EXPECT_TRUE(json["app"].is_string());
    EXPECT_EQ(json["keys"].size(), 1U);
  }
}

TEST(Log, KeepsTextOnOneLineToo) {
  const std::string line = FormatLogLine(LogFormat::kText, kTime, LogLevel::kError, "failed",
                                         {{"app", std::string("a b\nlevel=info \"x\"")},
                                          {"plain", std::string("v1.2/x")},
                                          {"empty", std::string()},
                                          {"n", std::int64_t{7}},
                                          {"ms", 1.5}});
  EXPECT_EQ(line,
            std::string(kTime) +
                R"( error failed app="a b\nlevel=info \"x\"" plain=v1.2/x empty="" n=7 ms=1.5)");
}

TEST(Log, WritesOnlyWhatIsWanted) {
  ::testing::internal::CaptureStderr();
  Log log(LogFormat::kText, LogLevel::kWarn);
  log.Write(LogLevel::kInfo, "quiet", {});
  log.Write(LogLevel::kWarn, "loud", {});
  const std::string written = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(written, HasSubstr("warning loud\n"));
  EXPECT_THAT(written, Not(HasSubstr("quiet")));
}

nlohmann::json Logged(const server::RequestRecord& record, LogLevel least = LogLevel::kDebug) {
  ::testing::internal::CaptureStderr();
  Log log(LogFormat::kJson, least);
  LogRequest(log, record);
  return nlohmann::json::parse(::testing::internal::GetCapturedStderr(), nullptr, false);
}

TEST(LogRequest, HasOneLineWithTheRequestsStory) {
  server::RequestRecord record;
  record.method = "GenerateManifest";
  record.application = "shop";
  record.project = "retail";
  record.renderer = "helm";
  record.phases = {{"receive", std::chrono::microseconds(1500)}};
  record.total = std::chrono::microseconds(2500);
  record.received_bytes = 10;
  record.manifests = 3;
  record.files_decrypted = 2;
  const auto line = Logged(record);
  ASSERT_TRUE(line.is_object());
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["app"], "shop");
  EXPECT_EQ(line["project"], "retail");
  EXPECT_EQ(line["code"], "OK");
  EXPECT_EQ(line["receive_ms"], 1.5);
  EXPECT_EQ(line["total_ms"], 2.5);
  EXPECT_EQ(line["files_decrypted"], 2);
  EXPECT_FALSE(line.contains("error"));
}

TEST(LogRequest, MarksFailuresAndKeepsProbesQuiet) {
  server::RequestRecord record;
  record.method = "CheckPluginConfiguration";
  EXPECT_TRUE(Logged(record, LogLevel::kInfo).is_discarded());
  record.code = "INTERNAL";
  record.error = "internal error";
  const auto line = Logged(record, LogLevel::kError);
  ASSERT_TRUE(line.is_object());
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["error"], "internal error");
}

}  // namespace
}  // namespace acd::commands
