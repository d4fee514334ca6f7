#include "decrypt/yaml/resolve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "decrypt/yaml/go_numbers.h"
#include "decrypt/yaml/timestamp.h"

namespace acd::yaml {
namespace {

Resolution Plain(std::string_view text, std::string_view tag = {}) {
  return Resolve(text, tag, true, Rules::kGoYaml3);
}

TEST(YamlResolution, ReadsIntegersInEveryBase) {
  const std::pair<const char*, std::int64_t> cases[] = {{"0", 0},
                                                        {"-0", 0},
                                                        {"+5", 5},
                                                        {"017", 15},
                                                        {"0o17", 15},
                                                        {"0O17", 15},
                                                        {"-0o7", -7},
                                                        {"0x1F", 31},
                                                        {"-0X1f", -31},
                                                        {"0b101", 5},
                                                        {"0b-101", -5},
                                                        {"0o-17", -15},
                                                        {"1_000_000", 1000000},
                                                        {"1__0", 10},
                                                        {"9223372036854775807", INT64_MAX},
                                                        {"-9223372036854775808", INT64_MIN}};
  for (const auto& [text, value] : cases) {
    const Resolution resolved = Plain(text);
    EXPECT_EQ(resolved.type, Type::kInt) << text;
    EXPECT_EQ(resolved.integer, value) << text;
    EXPECT_FALSE(resolved.beyond_int64) << text;
  }
  EXPECT_TRUE(Plain("9223372036854775808").beyond_int64);
  EXPECT_TRUE(Plain("0xFFFFFFFFFFFFFFFF").beyond_int64);
}

TEST(YamlResolution, ReadsFloatsAsGo) {
  const std::pair<const char*, double> cases[] = {{"1.5", 1.5},
                                                  {"-.5", -0.5},
                                                  {"5.", 5},
                                                  {"1e3", 1000},
                                                  {"1E-3", 0.001},
                                                  {"08", 8},
                                                  {"1_0.5_0", 10.5},
                                                  {".1_5", 0.15},
                                                  {"1e-400", 0},
                                                  {"10e-9223372036854775808", 0},
                                                  {"0e9223372036854775807", 0},
                                                  {"18446744073709551616", 18446744073709551616.0},
                                                  {"-9223372036854775809", -9223372036854775809.0},
                                                  {"4.9e-324", 4.9e-324}};
  for (const auto& [text, value] : cases) {
    const Resolution resolved = Plain(text);
    EXPECT_EQ(resolved.type, Type::kFloat) << text;
    EXPECT_EQ(resolved.real, value) << text;
  }
  EXPECT_TRUE(std::isinf(Plain("+.Inf").real));
  EXPECT_TRUE(std::isnan(Plain(".NaN").real));
}

TEST(YamlResolution, TakesExplicitTags) {
  const std::string core = "tag:yaml.org,2002:";
  EXPECT_EQ(Plain("123", core + "str").type, Type::kString);
  EXPECT_EQ(Plain("3", core + "float").real, 3.0);
  EXPECT_EQ(Resolve("12", core + "int", false, Rules::kGoYaml3).integer, 12);
  EXPECT_EQ(Plain("2001-01-01", core + "timestamp").type, Type::kTimestamp);
  EXPECT_EQ(Plain("AA==", core + "binary").type, Type::kBinary);
  EXPECT_EQ(Plain("12", "!custom").type, Type::kString);
  EXPECT_EQ(Plain("12", "!").type, Type::kInt);
  EXPECT_FALSE(Plain("x", core + "int").fits);
  EXPECT_FALSE(Plain("2001-01-01", core + "int").fits);
  EXPECT_FALSE(Plain("18446744073709551615", core + "float").fits);
  EXPECT_FALSE(Plain("yes", core + "bool").fits);
  EXPECT_TRUE(Resolve("yes", core + "bool", true, Rules::kYaml11).boolean);
}

TEST(YamlResolution, LeavesQuotedTextsAlone) {
  EXPECT_EQ(Resolve("12", {}, false, Rules::kGoYaml3).type, Type::kString);
  EXPECT_EQ(Resolve("", {}, false, Rules::kYaml11).type, Type::kString);
  EXPECT_EQ(Resolve("<<", {}, false, Rules::kGoYaml3).type, Type::kString);
}

TEST(GoTimestamp, IsPrintedAsRfc3339) {
  const std::pair<const char*, const char*> cases[] = {
      {"2001-12-14", "2001-12-14T00:00:00Z"},
      {"2001-1-2", "2001-01-02T00:00:00Z"},
      {"2001-12-14T21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00"},
      {"2001-12-14t1:2:3Z", "2001-12-14T01:02:03Z"},
      {"2001-12-14   21:59:43.5", "2001-12-14T21:59:43.5Z"},
      {"2001-12-14T21:59:43,250+00:00", "2001-12-14T21:59:43.25Z"},
      {"2001-12-14T21:59:43.1234567891234Z", "2001-12-14T21:59:43.123456789Z"},
      {"2001-12-14T21:59:43-24:60", "2001-12-14T21:59:43-25:00"},
      {"0000-01-01", "0000-01-01T00:00:00Z"},
      {"2000-02-29", "2000-02-29T00:00:00Z"}};
  for (const auto& [text, printed] : cases) {
    EXPECT_EQ(NormaliseTimestamp(text), std::optional<std::string>(printed)) << text;
  }
  for (const char* text : {"",
                           "2001",
                           "2001-12",
                           "2001-12-",
                           "2001-13-01",
                           "2001-00-01",
                           "2001-02-29",
                           "1900-02-29",
                           "2001-12-32",
                           "2001-12-14T24:00:00Z",
                           "2001-12-14T23:60:00Z",
                           "2001-12-14T23:59:60Z",
                           "2001-12-14T21:59:43",
                           "2001-12-14T21:59:43z",
                           "2001-12-14 21:59:43Z",
                           "2001-12-14 ",
                           "2001-12-14T21:59:43+5:00",
                           "2001-12-14T21:59:43+25:00",
                           "2001-12-14T21:59:43Zx",
                           "12001-12-14",
                           "2001-12-14x"}) {
    EXPECT_EQ(NormaliseTimestamp(text), std::nullopt) << text;
  }
}

TEST(GoNumbers, BoundHugeExponents) {
  EXPECT_EQ(ParseGoDecimalFloat("1e99999999999999999999"), std::nullopt);
  EXPECT_EQ(ParseGoDecimalFloat("1e-99999999999999999999"), std::optional<double>(0.0));
  EXPECT_EQ(ParseGoDecimalFloat("0e99999999999999999999"), std::optional<double>(0.0));
  EXPECT_EQ(ParseGoDecimalFloat("1" + std::string(400, '0')), std::nullopt);
  EXPECT_EQ(ParseGoDecimalFloat("0." + std::string(400, '0') + "1"), std::optional<double>(0.0));
}

TEST(GoNumbers, PrintAnExponentFromAMillionOn) {
  EXPECT_EQ(FormatGoFloat(1e6), "1e+06");
  EXPECT_EQ(FormatGoFloat(999999), "999999");
  EXPECT_EQ(FormatGoFloat(-0.0), "-0");
  EXPECT_EQ(FormatGoFloat(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(FormatGoFloat(0.00012), "0.00012");
}

}  // namespace
}  // namespace acd::yaml
