#include "decrypt/sops/go_number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;

// The expected values of this file were printed by Go's strconv.

TEST(GoFloat, PrintsShortestDigitsWithoutExponent) {
  const std::pair<double, const char*> cases[] = {
      {0.0, "0"},
      {-0.0, "-0"},
      {1.0, "1"},
      {1.5, "1.5"},
      {-2.25, "-2.25"},
      {0.1, "0.1"},
      {1e-7, "0.0000001"},
      {123456789.123456789, "123456789.12345679"},
      {1e21, "1000000000000000000000"},
      {1e23, "100000000000000000000000"},
      {18446744073709551616.0, "18446744073709552000"},
      {1234567.0, "1234567"},
      {1200.0, "1200"},
      {0.000123, "0.000123"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
      {std::nan(""), "NaN"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(FormatGoFloat(value).ExposeText(), text);
  EXPECT_EQ(FormatGoFloat(1.7976931348623157e308).ExposeText(),
            "17976931348623157" + std::string(292, '0'));
  EXPECT_EQ(FormatGoFloat(5e-324).ExposeText(), "0." + std::string(323, '0') + "5");
}

TEST(GoFloat, ReadsWhatGoReads) {
  const std::pair<const char*, double> cases[] = {{"1.5", 1.5},
                                                  {"+1.5", 1.5},
                                                  {"-.5", -0.5},
                                                  {"5.", 5},
                                                  {"1_0", 10},
                                                  {"1e3", 1000},
                                                  {"1E+3", 1000},
                                                  {"0x1p4", 16},
                                                  {"0x.8p1", 1},
                                                  {"0X_1Fp0", 31},
                                                  {"1e-400", 0},
                                                  {"0x1p-2000", 0},
                                                  {"007", 7},
                                                  {"1e-5", 0.00001},
                                                  {"0e99999", 0},
                                                  {"4.9e-324", 5e-324},
                                                  {"1_2.3_4e1_0", 12.34e10}};
  for (const auto& [text, value] : cases) {
    const auto parsed = ParseGoFloat(text);
    ASSERT_THAT(parsed, testing::IsOk()) << text;
    EXPECT_EQ(*parsed, value) << text;
  }
  EXPECT_TRUE(std::signbit(*ParseGoFloat("-0")));
  EXPECT_TRUE(std::signbit(*ParseGoFloat("-1e-400")));
  for (const char* text : {"inf", "+Inf", "INFINITY", "+infinity"}) {
    EXPECT_EQ(*ParseGoFloat(text), std::numeric_limits<double>::infinity()) << text;
  }
  EXPECT_EQ(*ParseGoFloat("-inf"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(*ParseGoFloat("NaN")));
}

TEST(GoFloat, RefusesWhatGoRefuses) {
  for (const char* text :
       {"",     " 1", "1 ", "x",    ".",    "-",     "1e",    "1e+", "0x1", "0x",
        "1__0", "_1", "1_", "1_.5", "+nan", "infin", "1.2.3", "0b1", "1,5", "1e1.5"}) {
    EXPECT_THAT(ParseGoFloat(text),
                Fails(Code::kInvalidInput, "strconv.ParseFloat: invalid syntax"))
        << text;
  }
  for (const char* text : {"1e400", "-1e400", "0x1p1024", "1e999999999999999999999"}) {
    EXPECT_THAT(ParseGoFloat(text),
                Fails(Code::kInvalidInput, "strconv.ParseFloat: value out of range"))
        << text;
  }
}

TEST(GoInt, ReadsSignedDecimalsOf64Bits) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"0", 0},
      {"+5", 5},
      {"-5", -5},
      {"007", 7},
      {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()}};
  for (const auto& [text, value] : cases) EXPECT_EQ(*ParseGoInt(text), value) << text;
  for (const char* text : {"", "-", "+", "1e3", "0x1", "1_0", " 1", "1.0", "--1", "+-1"}) {
    EXPECT_THAT(ParseGoInt(text), Fails(Code::kInvalidInput, "strconv.Atoi: invalid syntax"))
        << text;
  }
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "99999999999999999999"}) {
    EXPECT_THAT(ParseGoInt(text), Fails(Code::kInvalidInput, "strconv.Atoi: value out of range"))
        << text;
  }
}

TEST(GoInt, ReadsAnyBase) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"2", 2},     {"0x1F", 31},    {"0o17", 15},  {"017", 15},
      {"0b101", 5}, {"1_000", 1000}, {"-0x_f", -15}};
  for (const auto& [text, value] : cases) EXPECT_EQ(*ParseGoIntAnyBase(text), value) << text;
  for (const char* text : {"", "08", "0x", "1__0", "_1", "two"}) {
    EXPECT_THAT(ParseGoIntAnyBase(text), Fails(Code::kInvalidInput, "invalid syntax")) << text;
  }
}

TEST(GoBool, ReadsExactlyTwelveWords) {
  for (const char* text : {"1", "t", "T", "TRUE", "true", "True"}) EXPECT_TRUE(*ParseGoBool(text));
  for (const char* text : {"0", "f", "F", "FALSE", "false", "False"}) {
    EXPECT_FALSE(*ParseGoBool(text));
  }
  for (const char* text : {"", "yes", "tRUE", "on", "2", "true "}) {
    EXPECT_THAT(ParseGoBool(text), Fails(Code::kInvalidInput, "strconv.ParseBool: invalid syntax"));
  }
}

TEST(GoNumbers, ErrorsDoNotQuoteTheText) {
  const std::string secret = "hunter2";
  EXPECT_EQ(ParseGoInt(secret).error().message.find(secret), std::string::npos);
  EXPECT_EQ(ParseGoFloat(secret).error().message.find(secret), std::string::npos);
  EXPECT_EQ(ParseGoBool(secret).error().message.find(secret), std::string::npos);
}

}  // namespace
}  // namespace acd::sops
