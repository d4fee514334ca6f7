#include "plugin/tracing/settings.h"

#include <gmock/gmock.h>

#include "tests/support/matchers.h"

namespace acd::tracing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

TEST(TracingAddress, IsAHostAndAPort) {
  for (const char* good : {"collector:4317", "otel-collector.monitoring.svc:1", "10.0.0.1:65535",
                           "[::1]:4317", "[fe80::1%eth0]:4317", "a_b:80"}) {
    EXPECT_TRUE(CheckAddress(good).has_value()) << good;
  }
  for (const char* bad : {"", ":", "collector", ":4317", "collector:", "collector:0",
                          "collector:65536", "collector:4317/", "http://collector:4317",
                          "collector:4317 ", "user:password@collector:4317", "::1:4317", "[]:4317",
                          "unix:/socket", "dns:///a:1", "a,b:1", "collector:+1"}) {
    const auto status = CheckAddress(bad);
    ASSERT_FALSE(status.has_value()) << bad;
    EXPECT_THAT(status.error().message, Not(HasSubstr("password")));
  }
}

TEST(TracingHeaders, AreNamesAndValues) {
  const auto headers =
      ParseHeaders("Authorization=Bearer a.b==, x-tenant = blue ,,empty=,percent=%41");
  ASSERT_TRUE(headers.has_value());
  EXPECT_THAT(*headers, ElementsAre(Pair("authorization", "Bearer a.b=="), Pair("x-tenant", "blue"),
                                    Pair("empty", ""), Pair("percent", "%41")));
  EXPECT_THAT(*ParseHeaders(""), IsEmpty());
}

// gRPC ends the process over a header that HTTP/2 does not allow.
TEST(TracingHeaders, AreRefusedWithoutBeingShown) {
  for (const std::string& bad :
       {std::string("sesame"), std::string("=sesame"), std::string("authorization sesame=x"),
        std::string(":path=sesame"), std::string("grpc-timeout=sesame"),
        std::string("token-bin=sesame"), std::string("a=sesame\n"), std::string("a=ses\xC3\xA4me"),
        std::string("a=sesame\0", 9), std::string("\xFFsesame=1")}) {
    const auto headers = ParseHeaders("x=1," + bad);
    ASSERT_FALSE(headers.has_value()) << bad;
    EXPECT_EQ(headers.error().message,
              "--otlp-headers: entry 2 is not name=value, as gRPC allows it");
  }
}

TEST(TracingAttributes, AreNamesAndValues) {
  const auto attributes = ParseAttributes("k8s.cluster.name:blue,url:http://x, a:ü");
  ASSERT_TRUE(attributes.has_value());
  EXPECT_THAT(*attributes, ElementsAre(Pair("k8s.cluster.name", "blue"), Pair("url", "http://x"),
                                       Pair("a", "ü")));
  for (const char* bad : {"a", ":b", "a=b", "a:\xFF", "\xFF:b"}) {
    EXPECT_FALSE(ParseAttributes(bad).has_value()) << bad;
  }
}

TEST(TracingHeaders, AreTakenOutOfWhatAPeerSays) {
  const NamesAndValues headers{{"authorization", "Bearer sesame"}, {"x-short", "yes"}};
  EXPECT_EQ(WithoutHeaders("token sesame: unknown; sent 'Bearer sesame', yes", headers),
            "token (not shown): unknown; sent '(not shown)', yes");
}

}  // namespace
}  // namespace acd::tracing
