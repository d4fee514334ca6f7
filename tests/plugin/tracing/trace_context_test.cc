#include "plugin/tracing/trace_context.h"

#include <gmock/gmock.h>

#include <string>

namespace acd::tracing {
namespace {

const std::string kId = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpan = "b7ad6b7169203331";
const std::string kGood = "00-" + kId + "-" + kSpan + "-01";

TEST(TraceContext, ReadsTheSpecificationsExample) {
  const auto context = ParseTraceContext(kGood, "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(context->trace_id[0], 0x0A);
  EXPECT_EQ(context->trace_id[15], 0x9C);
  EXPECT_EQ(context->span_id[0], 0xB7);
  EXPECT_EQ(context->span_id[7], 0x31);
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(context->state, "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
}

TEST(TraceContext, TakesOfTheFlagsTheFirst) {
  for (const auto& [flags, sampled] :
       {std::pair("00", false), {"01", true}, {"02", false}, {"03", true}, {"fe", false}}) {
    const auto context = ParseTraceContext("00-" + kId + "-" + kSpan + "-" + flags, "");
    ASSERT_TRUE(context.has_value()) << flags;
    EXPECT_EQ(context->sampled, sampled) << flags;
  }
}

TEST(TraceContext, LetsALaterVersionSayMore) {
  EXPECT_TRUE(ParseTraceContext("01-" + kId + "-" + kSpan + "-01", ""));
  EXPECT_TRUE(ParseTraceContext("fe-" + kId + "-" + kSpan + "-01-more", ""));
  EXPECT_FALSE(ParseTraceContext("01-" + kId + "-" + kSpan + "-01more", ""));
  EXPECT_FALSE(ParseTraceContext(kGood + "-more", ""));
}

TEST(TraceContext, RefusesAnythingElse) {
  const std::string zeros(32, '0');
  for (const std::string& bad :
       {std::string(), std::string("00"), "ff-" + kId + "-" + kSpan + "-01",
        "00-" + zeros + "-" + kSpan + "-01", "00-" + kId + "-" + zeros.substr(16) + "-01",
        "00-0AF7651916CD43DD8448EB211C80319C-" + kSpan + "-01", " " + kGood, kGood + " ",
        kGood + "\n", "00_" + kId + "-" + kSpan + "-01", "00-" + kId + "_" + kSpan + "-01",
        "00-" + kId + "-" + kSpan + "_01", "0x-" + kId + "-" + kSpan + "-01",
        "00-" + kId + "-" + kSpan + "-0g", std::string(55, '\0'), std::string(55, '-'),
        std::string(100000, '0')}) {
    EXPECT_FALSE(ParseTraceContext(bad, "a=1").has_value()) << bad.substr(0, 80);
  }
}

TEST(TraceContext, RefusesEachSingleByteThatDoesNotBelong) {
  for (std::size_t i = 0; i < kGood.size(); ++i) {
    for (const char byte : {'\0', ' ', '/', ':', '@', 'A', 'G', 'Z', '`', 'g', '\x7F', '\xFF'}) {
      std::string bad = kGood;
      bad[i] = byte;
      EXPECT_FALSE(ParseTraceContext(bad, "").has_value()) << bad;
    }
    EXPECT_FALSE(ParseTraceContext(kGood.substr(0, i), "").has_value()) << i;
  }
}

std::string StateOf(const std::string& header) {
  const auto context = ParseTraceContext(kGood, header);
  return context ? context->state : "no context";
}

TEST(TraceContext, KeepsAWellFormedState) {
  std::string most = "k0=v";
  for (int i = 1; i < 32; ++i) most += ",k" + std::to_string(i) + "=v";
  for (const std::string& good :
       {std::string("a=1"), std::string("a=1, b=2"), std::string("a=1,,b=2"), std::string("a= 1"),
        std::string("a_-*/0=!~"), std::string("0tenant@system=x"), std::string(256, 'k') + "=v",
        "k=" + std::string(256, 'v'), most}) {
    EXPECT_EQ(StateOf(good), good);
  }
}

TEST(TraceContext, DropsAMalformedStateAlone) {
  std::string many = "k0=v";
  for (int i = 1; i < 33; ++i) many += ",k" + std::to_string(i) + "=v";
  for (const std::string& bad : {std::string("a"),
                                 std::string("a="),
                                 std::string("=1"),
                                 std::string("A=1"),
                                 std::string("0a=1"),
                                 std::string("a=1=2"),
                                 std::string("a=\x01"),
                                 std::string("a=\xC3\xBC"),
                                 std::string("a@0b=1"),
                                 std::string("a@b@c=1"),
                                 std::string("@b=1"),
                                 std::string("a@=1"),
                                 std::string("a b=1"),
                                 std::string(257, 'k') + "=v",
                                 "k=" + std::string(257, 'v'),
                                 many,
                                 std::string(513, ','),
                                 "t@" + std::string(15, 's') + "=1",
                                 std::string("a=1\n"),
                                 std::string("a=\0", 3)}) {
    EXPECT_EQ(StateOf(bad), "") << bad.substr(0, 80);
  }
}

}  // namespace
}  // namespace acd::tracing
