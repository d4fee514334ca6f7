#include "plugin/server/error_text.h"

#include <gmock/gmock.h>

#include "decrypt/base/encoding.h"

namespace acd::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const ErrorContext kContext{"shop",        "retail",     "apps/shop", "decrypt",
                            "/w/r-1/tree", "/w/r-1/run", "/w"};

TEST(ErrorText, HasOneShape) {
  const Error error{Code::kNoMatchingKey, "a.yaml: no key opens it\nrecipients: age1x",
                    "mount the key"};
  EXPECT_EQ(ErrorText(error, kContext),
            "a.yaml: no key opens it\nrecipients: age1x\n"
            "application: shop, project: retail, path: apps/shop, phase: decrypt\n"
            "hint: mount the key");
}

TEST(ErrorText, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(ErrorText({Code::kInvalidInput, "no metadata"}, {{}, {}, {}, "receive", {}, {}, {}}),
            "no metadata\nphase: receive");
}

TEST(ErrorText, NamesNoFolderOfTheRequest) {
  const Error error{
      Code::kToolFailed,
      "helm: exit 1\nError: /w/r-1/tree/apps/x.yaml in /w/r-1/tree, HOME=/w/r-1/run/h, "
      "/w/r-2/tree/y"};
  EXPECT_EQ(ErrorText(error, {{}, {}, {}, "render", "/w/r-1/tree", "/w/r-1/run", "/w"}),
            "helm: exit 1\nError: apps/x.yaml in ., HOME=<run>/h, <workspace>/r-2/tree/y\n"
            "phase: render");
}

TEST(ErrorText, IsBoundedValidUtf8AndKeepsContextAndHint) {
  for (const char* piece : {"x", "\xC3\xA4", "\xF0\x9F\x94\x91", "\xFF", "line\n"}) {
    std::string message = "cause";
    for (int i = 0; i < 5000; ++i) message += piece;
    std::string hint;
    for (int i = 0; i < 3000; ++i) hint += piece;
    ErrorContext context = kContext;
    context.application = std::string(5000, 'a');
    const std::string text = ErrorText({Code::kInvalidInput, message, hint}, context);
    EXPECT_LE(text.size(), kMaxErrorTextBytes);
    EXPECT_TRUE(IsUtf8(text));
    EXPECT_THAT(text, StartsWith("cause"));
    EXPECT_THAT(text, HasSubstr("\napplication: aaa"));
    EXPECT_THAT(text, HasSubstr("phase: decrypt\nhint: "));
    EXPECT_THAT(text, HasSubstr(" [...]"));
  }
}

TEST(ErrorText, LetsNoNameForgeAnotherLine) {
  ErrorContext context = kContext;
  context.application = "shop\nhint: run this\x1b[2J";
  const std::string text = ErrorText({Code::kInvalidInput, "cause\r\x07", "hint\nmore"}, context);
  EXPECT_EQ(FirstLine(text), "cause  ");
  EXPECT_THAT(text, HasSubstr("application: shop hint: run this [2J, project"));
  EXPECT_THAT(text, EndsWith("hint: hint more"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace acd::server
