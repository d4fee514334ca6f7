#include "plugin/render/jsonnet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "plugin/jsonnet/vm.h"
#include "tests/plugin/render/render_fixture.h"
#include "tests/support/matchers.h"

namespace acd::render {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class JsonnetTest : public RenderTest {
 protected:
  void Program(const std::string& data) {
    Write("main.jsonnet",
          "{apiVersion: 'v1', kind: 'X', metadata: {name: 'x'}, data: " + data + "}");
  }
};

std::string Objects(std::string_view json) {
  const auto objects = JsonObjects(json);
  return objects ? std::string(objects->ExposeText()) : "refused";
}

TEST(JsonObjects, TakesAnArrayApart) {
  EXPECT_EQ(Objects(" {\"a\": [1, 2]}\n"), "{\"a\": [1, 2]}\n");
  EXPECT_EQ(Objects("[ {\"a\": \"],[{\\\"\"} , null,{} ]\n"), "{\"a\": \"],[{\\\"\"}\n{}\n");
  EXPECT_EQ(Objects("[ ]"), "");
  EXPECT_EQ(Objects("null"), "");
  for (const char* json : {"5", "\"x\"", "[1]", "[[{}]]", "[{}, \"x\"]", "true", ""}) {
    EXPECT_EQ(Objects(json), "refused") << json;
  }
}

TEST_F(JsonnetTest, GivesTheProgramItsParametersAndNothingElse) {
  Program("{a: std.extVar('a'), b: std.extVar('b').c}");
  Set("extVars", "a=$ARGOCD_APP_NAME");
  Set("codeExtVars", "b={c: 1 + 2}");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(Text(out), HasSubstr("\"a\": \"argocd_demo\""));
  EXPECT_THAT(Text(out), HasSubstr("\"b\": 3"));
  ASSERT_EQ(runner_.commands.size(), 1U);
  EXPECT_THAT(runner_.commands[0].args, ElementsAre(std::string(jsonnet::kVmCommand)));
  EXPECT_THAT(runner_.commands[0].environment, IsEmpty());
  EXPECT_THAT(runner_.commands[0].pass_fds, IsEmpty());
}

TEST_F(JsonnetTest, ImportsWhatIsEncryptedWithoutWritingIt) {
  Use("directory", "secrets");
  Program("{a: importstr 'secrets/secret.enc.yaml'}");
  const auto out = Run();
  ASSERT_THAT(out, IsOk());
  EXPECT_THAT(Text(out), HasSubstr("canary-from-yaml"));
  EXPECT_EQ(out->files_decrypted, 1U);
  EXPECT_THAT(FilesWith(dir_.path(), "canary-from"), IsEmpty());
}

TEST_F(JsonnetTest, KeepsDecryptedValuesOutOfErrors) {
  Use("directory", "secrets");
  Write("main.jsonnet", "error importstr 'secrets/secret.enc.yaml'");
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kToolFailed, "jsonnet: main.jsonnet: exit status 1"));
  EXPECT_THAT(Complaint(out), Not(HasSubstr("canary")));
}

TEST_F(JsonnetTest, ImportsNothingFromOutsideTheRepository) {
  dir_.Write("outside", "canary");
  std::filesystem::create_symlink("../outside", root_ + "/link");
  for (const char* path : {"../outside", "link", "/etc/hostname", "a/../../outside"}) {
    Program(std::string("{a: importstr '") + path + "'}");
    const auto out = Run();
    EXPECT_THAT(out, Fails(Code::kToolFailed, "main.jsonnet")) << path;
    EXPECT_THAT(Complaint(out), HasSubstr("leaves the repository")) << path;
    EXPECT_THAT(Complaint(out), Not(HasSubstr("canary"))) << path;
  }
}

TEST_F(JsonnetTest, FailsForAnImportOnlyWhereItIsUsed) {
  Program("{a: if false then import 'nowhere'}");
  EXPECT_THAT(Run(), IsOk());
  Program("{a: import 'nowhere'}");
  EXPECT_THAT(Run(), Fails(Code::kToolFailed, "no such file"));
}

TEST_F(JsonnetTest, SaysWhatToDoAboutAnImportThatDoesNotDecrypt) {
  Use("directory", "secrets");
  const std::string file = root_ + "/secrets/secret.enc.yaml";
  std::string text = testing::Slurp(file);
  text.replace(text.find("ENC[AES256_GCM,data:") + 20, 1, "#");
  Write("secrets/secret.enc.yaml", text);
  Program("{a: importstr 'secrets/secret.enc.yaml'}");
  const auto out = Run();
  EXPECT_THAT(out, Fails(Code::kToolFailed, "secrets/secret.enc.yaml"));
  ASSERT_FALSE(out);
  EXPECT_THAT(out.error().hint, Not(IsEmpty()));
  EXPECT_NE(out.error().stage, Stage::kNone);
}

TEST_F(JsonnetTest, RefusesParametersThatContradict) {
  Program("{}");
  Set("tlas", "a=1");
  Set("codeTlas", "a=1");
  EXPECT_THAT(Run(), Fails(Code::kInvalidInput, "parameter codeTlas: a: "));
}

TEST_F(JsonnetTest, BoundsMemory) {
  settings_.self = ACD_TEST_JSONNET;  // without a sanitizer, also where everything else has one
  Program("{a: std.length(std.makeArray(100000000, function(i) i))}");
  settings_.max_jsonnet_bytes = 128U << 20U;
  EXPECT_THAT(Run(), Fails(Code::kLimitExceeded, "needs more than 128 MiB of memory"));
}

TEST_F(JsonnetTest, NamesAFunctionThatTheLibraryLacks) {
  Program("{a: std.sha512('x')}");
  const auto out = Run();
  if (out) return;  // a newer library
  EXPECT_THAT(Complaint(out), HasSubstr("std.sha512"));
  EXPECT_THAT(Complaint(out), HasSubstr("libjsonnet 0."));
}

}  // namespace
}  // namespace acd::render
