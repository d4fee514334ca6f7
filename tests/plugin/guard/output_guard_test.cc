#include "plugin/guard/output_guard.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "decrypt/base/encoding.h"
#include "tests/support/matchers.h"

namespace acd::guard {
namespace {

using testing::Fails;
using testing::IsOk;

Result<std::vector<std::string>> Check(std::string_view text, bool allow_empty = false) {
  const Stream stream{text, "helm template"};
  GuardOptions options;
  options.allow_empty = allow_empty;
  return CheckManifests(std::span(&stream, 1), options);
}

std::string ConfigMap(const std::string& fields) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n" + fields;
}

std::string Secret(const std::string& fields) {
  return "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n" + fields;
}

std::string Base64(std::string_view text) {
  return std::string(EncodeBase64(AsBytes(text)).ExposeText());
}

constexpr const char* kEncrypted = "ENC[AES256_GCM,data:f6SdJOI=,iv:aa,tag:bb,type:str]";

TEST(OutputGuard, ReturnsEachDocumentsOwnText) {
  const auto out = Check("---\n# Source: a\n" + ConfigMap("data:\n  a: |\n    x\n") + "---\n" +
                         ConfigMap("data: {b: 'y'}\n"));
  ASSERT_THAT(out, IsOk());
  ASSERT_EQ(out->size(), 2U);
  EXPECT_EQ((*out)[0], "# Source: a\n" + ConfigMap("data:\n  a: |\n    x\n"));
  EXPECT_EQ((*out)[1], ConfigMap("data: {b: 'y'}\n"));
}

TEST(OutputGuard, CountsAListAsWhatIsInIt) {
  const std::string empty = "apiVersion: v1\nkind: List\nitems: []\n";
  EXPECT_THAT(Check(empty), Fails(Code::kInvalidInput, "no manifest at all"));
  EXPECT_THAT(Check(empty + "---\n" + empty), Fails(Code::kInvalidInput, "no manifest at all"));
  EXPECT_THAT(Check(empty, /*allow_empty=*/true), IsOk());
  EXPECT_THAT(Check(empty + "---\n" + ConfigMap("")), IsOk());
  EXPECT_THAT(Check("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n"), IsOk());
}

// Argo CD reads JSON first and goes on with YAML behind the first object.
TEST(OutputGuard, SplitsWhereArgoCdDoes) {
  const std::string json = R"({"apiVersion":"v1","kind":"Pod"})";
  const auto count = [](const std::string& text) {
    const auto out = Check(text);
    return out ? static_cast<int>(out->size()) : -1;
  };
  EXPECT_EQ(count(json + json + "\n" + json), 3);
  EXPECT_EQ(count(json + "---\n" + json), 2);
  EXPECT_EQ(count(json + " \n---\n" + ConfigMap("")), 2);
  EXPECT_EQ(count(json + "\n---\n" + json + "\n---\n" + json), 3);
  EXPECT_EQ(count(json + json + "\n---\n" + json), -1);
  EXPECT_EQ(count("{apiVersion: v1, kind: Pod, a: '}{'}\n---\n" + json), 2);
  EXPECT_EQ(count("{apiVersion: v1, kind: Pod}{apiVersion: v1, kind: Pod}"), -1);
}

// Argo CD reads what a plugin returns as YAML, to which these are no characters.
TEST(OutputGuard, SpellsJsonSoThatYamlTakesIt) {
  const std::string head = R"({"apiVersion":"v1","kind":"Pod","a":")";
  const auto spelled = [&](const std::string& value) {
    const auto out = Check(head + value + "\"}");
    if (!out || out->size() != 1) return std::string("refused");
    return out->front().substr(head.size(), out->front().size() - head.size() - 2);
  };
  EXPECT_EQ(spelled(R"(\ud83d\ude00 \u00e9 \\ud83d \" x)"), "\U0001F600 \\u00e9 \\\\ud83d \\\" x");
  EXPECT_EQ(spelled("\x7f|\u0085|\u2028|\u2029|\ufeff|\uffff|\u00e9|\u2027"),
            R"(\u007f|\u0085|\u2028|\u2029|\ufeff|\uffff|)"
            "\u00e9|\u2027");
}

TEST(OutputGuard, DropsEmptyCommentAndNullDocuments) {
  const auto out = Check("# only a comment\n---\n---\nnull\n---\n~\n---\n" + ConfigMap("") +
                         "---\n  # another\n");
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->size(), 1U);
}

TEST(OutputGuard, RefusesNoDocumentUnlessAllowed) {
  for (const char* text : {"", "\n", "# nothing\n", "---\n---\n", "null\n"}) {
    EXPECT_THAT(Check(text), Fails(Code::kInvalidInput, "no manifest at all")) << text;
    const auto allowed = Check(text, /*allow_empty=*/true);
    ASSERT_THAT(allowed, IsOk()) << text;
    EXPECT_TRUE(allowed->empty());
  }
}

TEST(OutputGuard, RefusesAnObjectWithoutKindOrApiVersionWithoutShowingIt) {
  for (const char* text : {
           "password: canary\n",
           "apiVersion: v1\nx: canary\n",
           "kind: ConfigMap\nx: canary\n",
           "apiVersion: v1\nkind: ''\nx: canary\n",
           "apiVersion: v1\nkind: null\nx: canary\n",
           "apiVersion: v1\nkind: yes\nx: canary\n",
           "apiVersion: 1\nkind: ConfigMap\nx: canary\n",
           "apiVersion: v1\nkind: [ConfigMap]\nx: canary\n",
           "- canary\n",
           "canary\n",
           "{\"password\": \"canary\"}\n",
       }) {
    const auto out = Check(text);
    ASSERT_FALSE(out.has_value()) << text;
    EXPECT_EQ(out.error().message.find("helm template: document 1"), 0U) << out.error().message;
    EXPECT_EQ(out.error().message.find("canary"), std::string::npos) << out.error().message;
  }
}

TEST(OutputGuard, NamesKindNameAndFieldOfLeftoverCiphertext) {
  EXPECT_THAT(
      Check(ConfigMap(std::string("data:\n  a: [x, {b: '") + kEncrypted + "'}]\n")),
      Fails(Code::kInvalidInput, "helm template: ConfigMap/c: data.a[1].b: still encrypted"));
}

TEST(OutputGuard, FindsCiphertextWhereverItHides) {
  const std::string enc = kEncrypted;
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
      {"plain scalar", ConfigMap("data:\n  a: " + enc + "\n")},
      {"leading blanks", ConfigMap("data:\n  a: '  " + enc + "'\n")},
      {"a key", ConfigMap("data:\n  '" + enc + "': x\n")},
      {"a list", ConfigMap("x: ['" + enc + "']\n")},
      {"an empty value's shell", ConfigMap("x: 'ENC[AES256_GCM,broken'\n")},
      {"an embedded file", ConfigMap("data:\n  f: |\n    a: b\n    c: " + enc + "\n")},
      {"escaped", ConfigMap("x: \"\\x45NC[AES256_GCM,data:x\"\n")},
      {"folded", ConfigMap("x: \"ENC[AES256\\\n  _GCM,data:x\"\n")},
      {"behind an alias", ConfigMap("x: &a ['" + enc + "']\ny: *a\n")},
      {"base64 anywhere", ConfigMap("x: " + Base64(enc) + "\n")},
      {"Secret stringData", Secret("stringData:\n  a: " + enc + "\n")},
      {"Secret data", Secret("data:\n  a: " + Base64(enc) + "\n")},
      {"a file in Secret data", Secret("data:\n  a: " + Base64("k: v\nx: " + enc) + "\n")},
      {"ConfigMap binaryData", ConfigMap("binaryData:\n  a: " + Base64("k: v\nx: " + enc) + "\n")},
      {"JSON", "{\"apiVersion\":\"v1\",\"kind\":\"X\",\"a\":\"\\u0045NC[AES256_GCM,data:\"}"},
      {"an item of a list",
       "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n"
       "  data: {a: " +
           Base64("x " + enc) + "}\n"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Check(c.text), Fails(Code::kInvalidInput, "still encrypted")) << c.name;
  }
}

TEST(OutputGuard, LetsASentenceAboutTheMarkerPass) {
  EXPECT_THAT(
      Check(ConfigMap("data:\n  doc: 'a value such as ENC[AES256_GCM,...] is encrypted'\n")),
      IsOk());
}

TEST(OutputGuard, RefusesALeftoverSopsMapButNotAnotherSops) {
  EXPECT_THAT(Check(ConfigMap("sops:\n  mac: x\n")),
              Fails(Code::kInvalidInput, "ConfigMap/c: sops"));
  EXPECT_THAT(Check("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: X\n"
                    "  metadata: {name: it}\n  sops: {mac: x}\n"),
              Fails(Code::kInvalidInput, "X/it: sops"));
  EXPECT_THAT(Check(ConfigMap("data:\n  sops: text\n")), IsOk());
  EXPECT_THAT(Check(ConfigMap("sops: text\n")), IsOk());
}

TEST(OutputGuard, RefusesSecretDataThatIsNotBase64) {
  for (const char* value :
       {"'not base64!'", "abc", "5", "true", "[a]", "{a: b}", "!!binary aGk="}) {
    const auto out = Check(Secret(std::string("data:\n  pw: ") + value + "\n"));
    EXPECT_THAT(out, Fails(Code::kInvalidInput, "Secret/s: data.pw: ")) << value;
  }
  EXPECT_THAT(Check(Secret("data: text\n")), Fails(Code::kInvalidInput, "Secret/s: data: must be"));
  for (const char* value : {"aGk=", "''", "null", "", "|\n    aGk=\n"}) {
    EXPECT_THAT(Check(Secret(std::string("data:\n  pw: ") + value + "\n")), IsOk()) << value;
  }
}

TEST(OutputGuard, RefusesStringDataThatYaml11TakesForSomethingElse) {
  for (const char* value : {"5", "1e3", "0777", "1_000", "0x1F", "0b11", ".5", "-.inf", "true", "y",
                            "n", "On", "no", "[a]", "{a: b}"}) {
    EXPECT_THAT(Check(Secret(std::string("stringData:\n  pw: ") + value + "\n")),
                Fails(Code::kInvalidInput, "Secret/s: stringData.pw: must be a string"))
        << value;
  }
  for (const char* value : {"'5'", "\"yes\"", "text", "2024-01-01", "1:30", "0x", "!!str 5",
                            "1.2.3", "|\n    5\n", "null"}) {
    EXPECT_THAT(Check(Secret(std::string("stringData:\n  pw: ") + value + "\n")), IsOk()) << value;
  }
}

TEST(OutputGuard, ChecksEveryObjectOfAList) {
  const std::string list = "apiVersion: v1\nkind: ConfigMapList\nitems:\n";
  EXPECT_THAT(Check(list + "- {apiVersion: v1, kind: ConfigMap}\n- {a: b}\n"),
              Fails(Code::kInvalidInput, "items[1]: apiVersion"));
  EXPECT_THAT(Check(list + "- text\n"), Fails(Code::kInvalidInput, "items[0]: is not an object"));
  EXPECT_THAT(Check(list + "- {apiVersion: v1, kind: Secret, stringData: {a: 1}}\n"),
              Fails(Code::kInvalidInput, "stringData.a"));
}

TEST(OutputGuard, FollowsMergeKeys) {
  EXPECT_THAT(Check("<<: {apiVersion: v1, kind: Secret}\nstringData:\n  <<: {a: 1}\n"),
              Fails(Code::kInvalidInput, "stringData.a: must be a string"));
}

TEST(OutputGuard, TakesTheLastOfDuplicateKeysAsArgoCdDoes) {
  EXPECT_THAT(Check("apiVersion: v1\nkind: ConfigMap\nkind: ''\n"),
              Fails(Code::kInvalidInput, "kind"));
}

TEST(OutputGuard, SplitsAJsonStream) {
  const std::string object = R"({"apiVersion":"v1","kind":"X","a":"}{ \" \ud83d\ude00"})";
  const auto out = Check(object + object + "\n" + object);
  ASSERT_THAT(out, IsOk());
  ASSERT_EQ(out->size(), 3U);
  EXPECT_EQ((*out)[2], "{\"apiVersion\":\"v1\",\"kind\":\"X\",\"a\":\"}{ \\\" \U0001F600\"}");
}

// To Argo CD the dashes begin a number.
TEST(OutputGuard, RefusesDashesBehindJsonOnTheLastLine) {
  const std::string object = R"({"apiVersion":"v1","kind":"X"})";
  EXPECT_THAT(Check(object + "---"), Fails(Code::kInvalidInput, "neither JSON"));
  EXPECT_THAT(Check(object + "---\n"), IsOk());
  EXPECT_THAT(Check(object + " # comment\n---\n" + object), IsOk());
}

TEST(OutputGuard, TakesNullsBehindJsonForJson) {
  const std::string object = R"({"apiVersion":"v1","kind":"X"})";
  EXPECT_THAT(Check(object + "\nnull\n" + object), IsOk());
  EXPECT_THAT(Check(object + "\nnull\n---\n"), Fails(Code::kInvalidInput, "neither JSON"));
}

TEST(OutputGuard, TakesHyphensWithAHashForAWordInTheFirstLine) {
  EXPECT_THAT(Check("---# c\n---\n" + ConfigMap("")), Fails(Code::kInvalidInput, "not an object"));
  EXPECT_THAT(Check("---\n---# c\n" + ConfigMap("")), IsOk());
}

TEST(OutputGuard, ReadsFlowYamlThatIsNotJson) {
  const auto out = Check("{apiVersion: v1, kind: X}\n---\n{apiVersion: v1, kind: Z}\n");
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->size(), 2U);
}

TEST(OutputGuard, AcceptsCarriageReturnsAndAByteOrderMark) {
  const auto out =
      Check("\xEF\xBB\xBF---\r\napiVersion: v1\r\nkind: X\r\n---\r\napiVersion: v1\r\nkind: Z\r\n");
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->size(), 2U);
}

TEST(OutputGuard, RefusesTextBehindASeparator) {
  for (const char* text : {"--- canary\n", "---canary: x\n", "a: b\n--- {canary: x}\n"}) {
    const auto out = Check(text);
    EXPECT_THAT(out, Fails(Code::kInvalidInput, "no document separator")) << text;
    EXPECT_EQ(out.error().message.find("canary"), std::string::npos);
  }
  EXPECT_THAT(Check("--- # comment\n" + ConfigMap("")), IsOk());
}

TEST(OutputGuard, RefusesADocumentThatArgoCdWouldDropInSilence) {
  EXPECT_THAT(Check(ConfigMap("") + "...\n%YAML 1.1\n--- # x\n" + ConfigMap("")),
              ::testing::AnyOf(IsOk(), Fails(Code::kInvalidInput, "")));
  EXPECT_THAT(Check(ConfigMap("") + "...\n" + ConfigMap("")), Fails(Code::kInvalidInput, ""));
}

TEST(OutputGuard, NeverQuotesWhatItCannotRead) {
  const auto out = Check("a: [canary\nb: }\n");
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().message.find("canary"), std::string::npos) << out.error().message;
  EXPECT_EQ(out.error().message.find("helm template: document 1"), 0U) << out.error().message;
}

TEST(OutputGuard, NamesNeitherKindNorNameWhenTheyAreNoWords) {
  const auto out =
      Check("apiVersion: v1\nkind: 'a canary of words'\nx: " + std::string(kEncrypted));
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().message.find("canary"), std::string::npos) << out.error().message;
}

TEST(OutputGuard, BoundsTheNumberOfDocuments) {
  const std::string text = ConfigMap("") + "---\n" + ConfigMap("") + "---\n" + ConfigMap("");
  const Stream stream{text, "x"};
  GuardOptions options;
  options.max_documents = 3;
  EXPECT_THAT(CheckManifests(std::span(&stream, 1), options), IsOk());
  options.max_documents = 2;
  EXPECT_THAT(CheckManifests(std::span(&stream, 1), options),
              Fails(Code::kLimitExceeded, "more than 2 documents"));
}

TEST(OutputGuard, SurvivesEveryTruncationOfAManifest) {
  const std::string text =
      Secret("data:\n  a: aGk=\nstringData: {b: \"x\\u00e9\", c: [1, {d: e}]}\n") +
      "---\n{\"apiVersion\":\"v1\",\"kind\":\"X\"}\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    (void)Check(text.substr(0, size), /*allow_empty=*/true);
  }
}

TEST(OutputGuard, SurvivesDeepNesting) {
  std::string text = ConfigMap("x: ");
  text += std::string(100'000, '[');
  EXPECT_FALSE(Check(text).has_value());
  EXPECT_FALSE(Check("{\"a\":" + std::string(100'000, '[')).has_value());
}

}  // namespace
}  // namespace acd::guard
