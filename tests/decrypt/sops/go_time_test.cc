#include "decrypt/sops/go_time.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;

// The expected values of this file were printed by Go's time package.

TEST(GoTime, KeepsTheOffsetAndTrimsTheFraction) {
  struct Case {
    const char *text, *seconds, *nano;
  };
  const Case cases[] = {
      {"2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"},
      {"2024-01-02T03:04:05+00:00", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"},
      {"2024-01-02T03:04:05-00:00", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"},
      {"2024-01-02T03:04:05.5Z", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.5Z"},
      {"2001-12-14T21:59:43.10-05:00", "2001-12-14T21:59:43-05:00", "2001-12-14T21:59:43.1-05:00"},
      {"2001-12-14T21:59:43.1234567899Z", "2001-12-14T21:59:43Z", "2001-12-14T21:59:43.123456789Z"},
      {"2001-12-14T1:59:43,25Z", "2001-12-14T01:59:43Z", "2001-12-14T01:59:43.25Z"},
      {"0000-02-29T00:00:00+05:60", "0000-02-29T00:00:00+06:00", "0000-02-29T00:00:00+06:00"}};
  for (const Case& c : cases) {
    const auto time = ParseGoTime(c.text, QuoteInput::kYes);
    ASSERT_THAT(time, testing::IsOk()) << c.text;
    EXPECT_EQ(time->Rfc3339(), c.seconds);
    EXPECT_EQ(time->Rfc3339Nano(), c.nano);
  }
}

TEST(GoTime, RefusesInGosWords) {
  const std::pair<const char*, const char*> cases[] = {
      {"", R"(parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006")"},
      {"2024-01-02t03:04:05Z", R"(cannot parse "t03:04:05Z" as "T")"},
      {"2024-01-02T03:04:05z", R"(cannot parse "z" as "Z07:00")"},
      {"2024-01-02 03:04:05Z", R"(cannot parse " 03:04:05Z" as "T")"},
      {"2024-1-02T03:04:05Z", R"(cannot parse "1-02T03:04:05Z" as "01")"},
      {"2024-13-02T03:04:05Z", R"(parsing time "2024-13-02T03:04:05Z": month out of range)"},
      {"2023-02-29T03:04:05Z", "day out of range"},
      {"2024-01-02T24:04:05Z", "hour out of range"},
      {"2024-01-02T03:60:05Z", "minute out of range"},
      {"2024-01-02T03:04:60Z", "second out of range"},
      {"2024-01-02T03:04:05+25:00", "time zone offset hour out of range"},
      {"2024-01-02T03:04:05Zx", R"(extra text: "x")"},
      {"2024-01-02", R"(cannot parse "" as "T")"}};
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(ParseGoTime(text, QuoteInput::kYes), Fails(Code::kInvalidInput, message)) << text;
  }
}

TEST(GoTime, DoesNotQuoteDecryptedText) {
  for (const char* text : {"hunter2", "2024-01-02Thunter2", "2024-01-02T03:04:05Zhunter2",
                           "2024-13-02T03:04:05hunter2"}) {
    const auto time = ParseGoTime(text, QuoteInput::kNo);
    ASSERT_FALSE(time.has_value());
    EXPECT_EQ(time.error().message.find("hunter2"), std::string::npos) << time.error().message;
    EXPECT_EQ(time.error().message.find("2024"), std::string::npos) << time.error().message;
  }
}

}  // namespace
}  // namespace acd::sops
