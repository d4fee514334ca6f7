// The small text rules that Argo CD and helm have: substitution, globs, versions, URLs, messages.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "plugin/guard/redact.h"
#include "plugin/render/glob.h"
#include "plugin/render/kube_version.h"
#include "plugin/render/kustomize_plugin.h"
#include "plugin/render/substitute.h"
#include "plugin/render/text_encoding.h"
#include "plugin/render/tool_message.h"
#include "plugin/render/value_url.h"
#include "tests/support/matchers.h"

namespace acd::render {
namespace {

using testing::Fails;
using testing::IsOk;

TEST(Substitute, FollowsGosExpand) {
  const std::map<std::string, std::string> variables = {{"A", "1"}, {"B_2", "two"}};
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},          {"plain", "plain"}, {"$A", "1"},     {"${A}", "1"}, {"x$A.y", "x1.y"},
      {"$B_2-", "two-"}, {"$NO", ""},        {"${NO}x", "x"}, {"$$A", "$A"}, {"$$$A", "$1"},
      {"$", "$"},        {"a$ b", "a$ b"},   {"$-", ""},      {"${}", ""},   {"${A", "A"},
      {"$(A)", "$(A)"},  {"${A}${A}", "11"}, {"$1x", "x"},    {"${$}", "$"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_EQ(Substitute(text, variables), expected) << text;
}

TEST(Substitute, KnowsOnlyArgoCdsOwnVariables) {
  const auto variables = SubstitutionVariables(
      {{"ARGOCD_APP_NAME", "a"}, {"ARGOCD_ENV_SECRET", "x"}, {"KUBE_VERSION", "1"}, {"PATH", "p"}});
  EXPECT_EQ(variables.size(), 1U);
}

bool Matches(const char* pattern, const char* text, bool separated) {
  const auto glob = Glob::Compile(pattern, separated);
  EXPECT_THAT(glob, IsOk()) << pattern;
  return glob && glob->Matches(text);
}

TEST(Glob, MatchesAcrossSlashesAsGobwasDoes) {
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"*.yaml", "a/b.yaml"},
                                                                  {"**", ""},
                                                                  {"?", "/"},
                                                                  {"{a,b}.yaml", "b.yaml"},
                                                                  {"{a,{b,c}}x", "cx"},
                                                                  {"[a-c]", "b"},
                                                                  {"[!a]", "b"},
                                                                  {"\\*", "*"},
                                                                  {"a*c*e", "abcde"},
                                                                  {"", ""},
                                                                  {"{,x}y", "y"}}) {
    EXPECT_TRUE(Matches(pattern, text, false)) << pattern << " " << text;
  }
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"*.yaml", "a.yml"},
                                                                  {"?", ""},
                                                                  {"[!a]", "a"},
                                                                  {"\\*", "x"},
                                                                  {"a", "ab"},
                                                                  {"{a,b}", "c"}}) {
    EXPECT_FALSE(Matches(pattern, text, false)) << pattern << " " << text;
  }
}

TEST(Glob, StopsAtSlashesAsDoublestarDoes) {
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"*.yaml", "b.yaml"},
                                                                  {"a/*.yaml", "a/b.yaml"},
                                                                  {"**/x", "x"},
                                                                  {"**/x", "a/b/x"},
                                                                  {"a/**/x", "a/x"},
                                                                  {"a/**/x", "a/b/c/x"},
                                                                  {"a/**", "a/b/c"},
                                                                  {"a/*/x", "a/b/x"},
                                                                  {"*/[b]", "a/b"}}) {
    EXPECT_TRUE(Matches(pattern, text, true)) << pattern << " " << text;
  }
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"*.yaml", "a/b.yaml"},
                                                                  {"?", "/"},
                                                                  {"a/*/x", "a/x"},
                                                                  {"**/x", "ax"},
                                                                  {"a/**/x", "ab/x"},
                                                                  {"[!a]", "/"},
                                                                  {"a/**/x", "a/bx"}}) {
    EXPECT_FALSE(Matches(pattern, text, true)) << pattern << " " << text;
  }
}

TEST(Glob, RefusesBadPatternsAndBoundsWork) {
  EXPECT_THAT(Glob::Compile("{a", false), Fails(Code::kInvalidInput, "without its }"));
  EXPECT_THAT(Glob::Compile("[a", false), Fails(Code::kInvalidInput, "without its ]"));
  std::string braces;
  for (int i = 0; i < 40; ++i) braces += "{a,b}";
  EXPECT_THAT(Glob::Compile(braces, false), Fails(Code::kLimitExceeded, "alternatives"));
  const std::string long_ones = "{" + std::string(900, ',') + "}" + std::string(1500, '*');
  EXPECT_THAT(Glob::Compile(long_ones, false), Fails(Code::kLimitExceeded, "too long"));
  std::string stars;
  for (int i = 0; i < 500; ++i) stars += "*a";
  EXPECT_FALSE(Matches(stars.c_str(), std::string(400, 'a').c_str(), false));  // ends quickly
}

TEST(KubeVersion, IsStrippedToNumbers) {
  EXPECT_EQ(*StripKubeVersion("1.33.2"), "1.33.2");
  EXPECT_EQ(*StripKubeVersion("v1.33.2-gke.100+x"), "1.33.2");
  EXPECT_EQ(*StripKubeVersion("1.33+"), "1.33");
  EXPECT_EQ(*StripKubeVersion(" 1.33.0.4x\n"), "1.33.0.4");
  EXPECT_EQ(*StripKubeVersion("1.033.00"), "1.33.0");
  EXPECT_EQ(*StripKubeVersion(""), "");
  for (const char* bad : {"v", "1", "x", "1.", ".1", "-1.2", " ", "01.2"}) {
    EXPECT_THAT(StripKubeVersion(bad), Fails(Code::kInvalidInput, "kubeVersion")) << bad;
  }
}

TEST(ValueUrl, TakesTheHelmSecretsFormsApart) {
  const struct {
    const char* text;
    const char* path;
    const char* key;
    bool optional;
  } cases[] = {
      {"a.yaml", "a.yaml", "", false},
      {"/a/b.yaml", "/a/b.yaml", "", false},
      {"?a.yaml", "?a.yaml", "", false},
      {"secrets://a.yaml", "a.yaml", "", false},
      {"SECRETS://?a/b.yaml", "a/b.yaml", "", true},
      {"secrets://?sops!a.yaml", "a.yaml", "", true},
      {"secrets+age-import:///k/f?a.yaml", "a.yaml", "/k/f", false},
      {"secrets+age-import://?sops!/k/f?../a.yaml", "../a.yaml", "/k/f", true},
      {"secrets+gpg-import:///k/f?a?b.yaml", "a?b.yaml", "/k/f", false},
      {"secrets+gpg-import-kubernetes://?ns/s#k?a.yaml", "a.yaml", "ns/s#k", true},
      {"secrets+age-import-kubernetes://sops!s#k?a.yaml", "a.yaml", "s#k", false},
      {"secrets+literal://sops!{\"a\": \"b!c\"}", "{\"a\": \"b!c\"}", "", false},
      {"secrets+literal://{\"a\": \"b!c\"}", "{\"a\": \"b!c\"}", "", false},
      {"secrets://?https://h/x?y=z", "https://h/x?y=z", "", true},
      {"secrets://a/b!c.yaml", "a/b!c.yaml", "", false},
  };
  for (const auto& c : cases) {
    const auto url = ParseValueUrl(c.text);
    ASSERT_THAT(url, IsOk()) << c.text;
    EXPECT_EQ(url->path, c.path) << c.text;
    EXPECT_EQ(url->key.location, c.key) << c.text;
    EXPECT_EQ(url->optional, c.optional) << c.text;
  }
  EXPECT_EQ(ParseValueUrl("https://h/x")->kind, ValueUrl::Kind::kRemote);
  EXPECT_EQ(ParseValueUrl("secrets://https://h/x")->kind, ValueUrl::Kind::kRemote);
  EXPECT_EQ(ParseValueUrl("secrets+literal://https://h")->kind, ValueUrl::Kind::kLiteral);
  EXPECT_EQ(ParseValueUrl("secrets+gpg-import:///k?f")->key.type, KeyReference::Type::kPgp);
  for (const char* bad : {"", "secrets://", "secrets+age-import:///k", "secrets+age-import://?f",
                          "x://y", "secrets://git::https://x"}) {
    EXPECT_FALSE(ParseValueUrl(bad).has_value()) << bad;
  }
}

TEST(ValueUrl, IsShownWithoutWhatMayBeSecret) {
  EXPECT_EQ(ShownEntry("a/b?.yaml"), "a/b?.yaml");
  EXPECT_EQ(ShownEntry("secrets+literal://hunter2"), "secrets+literal://(a literal value)");
  EXPECT_EQ(ShownEntry("https://u:p@h:1/x.yaml?token=t#f"), "https://h:1/x.yaml");
  EXPECT_EQ(ShownEntry("secrets+age-import:///k?https://u:p@x@h/y?t"),
            "secrets+age-import:///k?https://h/y");
}

TEST(ToolMessage, PutsTheCauseFirstAndCutsNoise) {
  const guard::Redactor redactor;
  EXPECT_EQ(
      CleanMessage(
          "warning: x\nError: boom at /w/tree/a.yaml\n\nUse --debug flag to render\nUsage:\n  x\n",
          "/w/tree", "/w/run", {}, redactor),
      "boom at a.yaml\nwarning: x");
  EXPECT_EQ(CleanMessage("# Warning: old\nksops: a: no key\nhint: mount\nError: exit status 1\n",
                         "/w/tree", "/w/run", {}, redactor),
            "ksops: a: no key\nError: exit status 1");
}

TEST(ToolMessage, IsTheSameForEveryAttempt) {
  const guard::Redactor redactor;
  EXPECT_EQ(
      CleanMessage(
          "via /w/run/k/tmp/kust-plugin-config-123; in /w/tree, /proc/self/fd/1 /proc/self/fd/12",
          "/w/tree", "/w/run", {{"/proc/self/fd/1", "v.yaml"}}, redactor),
      "via (a temporary file); in ., v.yaml /proc/self/fd/12");
  EXPECT_EQ(
      CleanMessage("merging &{0xc0001a2b30 <nil>} at 0xc0ffee", "/w/tree", "/w/run", {}, redactor),
      "merging &{0x... <nil>} at 0xc0ffee");
}

TEST(ToolMessage, IsBounded) {
  const guard::Redactor redactor;
  EXPECT_LT(CleanMessage(std::string(1U << 20U, 'x'), "/r", "/w", {}, redactor).size(), 4096U);
}

TEST(ToUtf8, ReadsBothByteOrdersAndReplacesBrokenPairs) {
  const auto convert = [](std::string_view bytes) {
    return std::string(ToUtf8(SecretBytes::CopyOf(bytes)).ExposeText());
  };
  EXPECT_EQ(convert("plain"), "plain");
  EXPECT_EQ(convert("\xEF\xBB\xBFx"), "x");
  EXPECT_EQ(convert(std::string_view("\xFF\xFE"
                                     "a\0\xE9\0\x3D\xD8\x00\xDE",
                                     10)),
            "a\u00e9\U0001F600");
  EXPECT_EQ(convert(std::string_view("\xFE\xFF"
                                     "\0a\x20\xAC",
                                     6)),
            "a\u20ac");
  EXPECT_EQ(convert(std::string_view("\xFF\xFE"
                                     "\x3D\xD8"
                                     "a\0",
                                     6)),
            "\ufffd"
            "a");
}

TEST(ReplaceBrokenUtf8, ReplacesEachByteAsGoDoes) {
  const auto convert = [](std::string_view bytes) {
    return std::string(ReplaceBrokenUtf8(SecretBytes::CopyOf(bytes)).ExposeText());
  };
  EXPECT_EQ(convert("pr\u00fcf\u20ac\U0001F600"), "pr\u00fcf\u20ac\U0001F600");
  EXPECT_EQ(convert("pr\xFC"
                    "fung"),
            "pr\ufffd"
            "fung");
  EXPECT_EQ(convert("a\xE2\x82"), "a\ufffd\ufffd");
  EXPECT_EQ(convert("\xED\xA0\x80"
                    "b"),
            "\ufffd\ufffd\ufffd"
            "b");
}

TEST(KustomizePlugin, RewritesWholeWordsOnly) {
  EXPECT_EQ(
      RewriteExecPaths("path: /b/ksops\n# /b/ksops-docs\nx: '/b/ksops' {/b/ksops}", {"/b/ksops"}),
      "path: ksops\n# /b/ksops-docs\nx: 'ksops' {ksops}");
}

}  // namespace
}  // namespace acd::render
