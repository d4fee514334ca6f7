#include "plugin/health/assess.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <utility>

#include "plugin/health/checks.h"
#include "tests/plugin/preview/preview_test_support.h"

namespace acd::health {
namespace {

using preview::testing::Parsed;
using ::testing::HasSubstr;

Result<Health> Ask(const std::string& script, const std::string& object = "kind: Thing") {
  return Assess(script, Parsed(object));
}

// What a script says of an object, as its message.
std::string Said(const std::string& expression, const std::string& object) {
  const auto health = Ask("return {status = 'Healthy', message = " + expression + "}", object);
  return health ? health->message : "error: " + health.error().message;
}

TEST(Assess, GivesTheScriptsAnswer) {
  const auto health = Ask("return {status = 'Degraded', message = obj.kind}");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, "Degraded");
  EXPECT_EQ(health->message, "Thing");
}

TEST(Assess, AnAnswerMayHaveNoMessage) {
  const auto health = Ask("return {status = 'Missing', message = {}}");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->message, "");
}

TEST(Assess, TheObjectHasArgoCDsTypes) {
  const std::string object =
      "{i: 12, f: 0.5, yes: true, no: false, s: '7', t: 2026-01-01, l: [1, two], m: {k: v}}";
  EXPECT_EQ(Said("type(obj.i) .. obj.i", object), "number12");
  EXPECT_EQ(Said("type(obj.f) .. obj.f", object), "number0.5");
  EXPECT_EQ(Said("type(obj['true'])", object), "boolean");
  EXPECT_EQ(Said("type(obj.s) .. obj.s", object), "string7");
  EXPECT_EQ(Said("type(obj.t)", object), "string");
  EXPECT_EQ(Said("obj.l[1] .. obj.l[2]", object), "1two");
  EXPECT_EQ(Said("obj.m.k", object), "v");
  EXPECT_EQ(Said("type(obj.nothing)", object), "nil");
}

TEST(Assess, NullsAreLeftOut) {
  const std::string object = "{l: [null, a, null, b], m: {k: null}}";
  EXPECT_EQ(Said("obj.l[1] .. obj.l[2] .. type(obj.l[3])", object), "abnil");
  EXPECT_EQ(Said("type(obj.m.k) .. type(obj.m)", object), "niltable");
}

TEST(Assess, InfinitiesAreTexts) {
  const std::string object = "{a: .inf, b: -.inf, c: .nan, d: 1e300}";
  EXPECT_EQ(Said("type(obj.a) .. type(obj.b) .. type(obj.c) .. type(obj.d)", object),
            "stringstringstringnumber");
}

TEST(Assess, BytesStayAsTheyAre) {
  EXPECT_EQ(Said("obj.s", "s: \"a\\0b\\u00e9\""), std::string("a\0b\xC3\xA9", 5));
}

TEST(Assess, NoLibraryIsOpen) {
  for (const char* const name :
       {"string",       "math",         "table",          "os",       "io",
        "package",      "debug",        "coroutine",      "require",  "print",
        "tostring",     "tonumber",     "pairs",          "next",     "pcall",
        "error",        "loadstring",   "load",           "dofile",   "loadfile",
        "setmetatable", "getmetatable", "rawget",         "rawset",   "setfenv",
        "getfenv",      "_G",           "collectgarbage", "newproxy", "unpack",
        "select",       "module",       "gcinfo"}) {
    EXPECT_EQ(Said("type(" + std::string(name) + ")", "{}"), "nil") << name;
  }
  EXPECT_THAT(Said("('x'):rep(3)", "{}"), HasSubstr("error: the check failed: "));
}

TEST(Assess, AFailingScriptIsAnError) {
  for (const char* const script :
       {"return obj.a.b", "error('x')", "return", "return 7", "this is no Lua", "return {}",
        "return {status = 'Fine'}", "return {status = 7}", "obj = nil; return obj.x"}) {
    const auto health = Ask(script);
    ASSERT_FALSE(health) << script;
    EXPECT_EQ(health.error().code, Code::kInternal) << script;
    EXPECT_THAT(health.error().message, HasSubstr("the check "));
  }
}

TEST(Assess, AnEndlessScriptIsEnded) {
  const auto health = Ask("while true do end");
  ASSERT_FALSE(health);
  EXPECT_EQ(health.error().code, Code::kLimitExceeded);
  EXPECT_EQ(health.error().message, "the check took more than a second");
}

TEST(Assess, AHungryScriptIsEnded) {
  const auto health = Ask("local s = 'x'; while true do s = s .. s end");
  ASSERT_FALSE(health);
  EXPECT_EQ(health.error().code, Code::kLimitExceeded);
  EXPECT_THAT(health.error().message, HasSubstr("MiB in Lua"));
}

TEST(Assess, ADeepObjectIsNoTrouble) {
  std::string deep = "{s: 1}";
  for (int i = 0; i < 400; ++i) deep = "{a: [" + deep + "]}";
  EXPECT_EQ(Said("type(obj.a[1].a[1].a)", deep), "table");
}

TEST(Checks, AreSortedAndFound) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const Check& check : Checks()) {
    EXPECT_TRUE(names.emplace(check.group, check.kind).second);
    EXPECT_EQ(*names.rbegin(), std::pair(check.group, check.kind));
    EXPECT_EQ(FindCheck(check.group, check.kind), &check);
  }
  ASSERT_NE(FindCheck("bitnami.com", "SealedSecret"), nullptr);
  EXPECT_EQ(FindCheck("bitnami.com", "sealedsecret"), nullptr);
  EXPECT_EQ(FindCheck("", "SealedSecret"), nullptr);
}

TEST(Checks, EachAnswersToAnEmptyObject) {
  for (const Check& check : Checks()) {
    for (const char* const object : {"{}", "[]", "7", "{metadata: 1, spec: x, status: [1]}"}) {
      const auto health = Assess(check.script, Parsed(object));
      ASSERT_TRUE(health) << check.kind << " " << object << ": " << health.error().message;
      EXPECT_NE(health->status, "Healthy") << check.kind << " " << object;
      EXPECT_NE(health->message, "") << check.kind << " " << object;
    }
  }
}

}  // namespace
}  // namespace acd::health
