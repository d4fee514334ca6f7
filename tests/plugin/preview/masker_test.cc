#include "plugin/preview/masker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "decrypt/base/encoding.h"
#include "plugin/preview/yaml_writer.h"
#include "tests/plugin/preview/preview_test_support.h"

namespace acd::preview {
namespace {

using ::testing::HasSubstr;
using testing::Mask;
using ::testing::Not;
using testing::OneObject;

std::string Base64(std::string_view text) {
  return std::string(EncodeBase64(AsBytes(text)).ExposeText());
}

std::string ConfigMap(const std::string& value) {
  Value manifest =
      testing::Parsed("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {key: x}\n");
  *manifest.Find("data")->Find("key") = Value::String(value);
  return WriteYaml(manifest);
}

std::string Shown(const Mask& mask, const std::string& value) {
  const Value shown = mask.masker.Apply(OneObject(ConfigMap(value)));
  return std::string(shown.Find("data")->Text("key"));
}

TEST(Masker, AValueHasOneHashInAllItsForms) {
  const std::string value = "p<a>ss \"w'ord\"&\\/+~";
  const Mask mask({value});
  const std::string hash = mask.Hash(value);
  for (const std::string& form :
       {value, Base64(value), std::string("p<a>ss \\\"w'ord\\\"&\\\\/+~"),
        std::string("p\\u003ca\\u003ess \\\"w'ord\\\"\\u0026\\\\/+~"),
        std::string("p<a>ss \"w''ord\"&\\/+~"), std::string("p<a>ss \"w'\\''ord\"&\\/+~"),
        std::string("p%3Ca%3Ess+%22w%27ord%22%26%5C%2F%2B~"),
        std::string("p%3Ca%3Ess%20%22w%27ord%22%26%5C%2F%2B~"),
        std::string("p&lt;a&gt;ss &#34;w&#39;ord&#34;&amp;\\/+~")}) {
    EXPECT_EQ(Shown(mask, form), hash) << form;
    EXPECT_EQ(Shown(mask, "x " + form + " y"), "x " + hash + " y") << form;
  }
}

TEST(Masker, FindsValuesInsideOfBase64) {
  const Mask mask({"hunter22-hunter"});
  const std::string auth = "app:hunter22-hunter";
  EXPECT_EQ(Shown(mask, "Basic " + Base64(auth)), "Basic " + mask.Hash(auth));
  EXPECT_EQ(Shown(mask, "/etc/" + Base64(auth)), "/etc/" + mask.Hash(auth));
  const std::string twice = Base64("x:" + Base64(auth) + " ");
  EXPECT_THAT(Shown(mask, twice), Not(HasSubstr(twice.substr(8, 16))));
  std::string wrapped;
  const std::string all = Base64(std::string(100, 'a') + auth + std::string(100, 'b'));
  for (std::size_t at = 0; at < all.size(); at += 76) wrapped += all.substr(at, 76) + "\n";
  EXPECT_EQ(Shown(mask, wrapped),
            mask.Hash(std::string(100, 'a') + auth + std::string(100, 'b')) + "\n");
}

TEST(Masker, MultipleLinesAreFoundAsAWholeAndOneByOne) {
  const std::string key = "-----BEGIN KEY-----\nabcdefghijkl\nmnopqrstuvwx\n-----END KEY-----\n";
  const Mask mask({key});
  EXPECT_EQ(Shown(mask, key), mask.Hash(key));
  EXPECT_EQ(Shown(mask, "k: |\n    abcdefghijkl\n    mnopqrstuvwx\n"),
            "k: |\n    " + mask.Hash("abcdefghijkl") + "\n    " + mask.Hash("mnopqrstuvwx") + "\n");
}

TEST(Masker, WhiteSpaceAroundAValueMayBeTrimmed) {
  const Mask mask({"hunter22\n"});
  EXPECT_EQ(Shown(mask, "x hunter22 y"), "x " + mask.Hash("hunter22") + " y");
}

TEST(Masker, OverlappingValuesLeaveNothing) {
  const Mask mask({"aaaabbbb", "bbbbcccc"});
  EXPECT_EQ(Shown(mask, "x aaaabbbbcccc y"), "x " + mask.Hash("aaaabbbbcccc") + " y");
}

TEST(Masker, TheLongestValueWins) {
  const Mask mask({"hunter", "hunter22", "hunter22-long"});
  EXPECT_EQ(Shown(mask, "hunter22!"), mask.Hash("hunter22") + "!");
  EXPECT_EQ(Shown(mask, "hunter22-lo"), mask.Hash("hunter22") + "-lo");
}

TEST(Masker, ShortValuesOnlyWhereAScalarIsNothingElse) {
  const Mask mask({"abc", "5", "5432"});
  EXPECT_EQ(Shown(mask, "abc"), mask.Hash("abc"));
  EXPECT_EQ(Shown(mask, Base64("abc")), mask.Hash("abc"));
  EXPECT_EQ(Shown(mask, "abcd abc"), "abcd abc");
  EXPECT_EQ(Shown(mask, "db:5432/x 15432 5432.1"), "db:" + mask.Hash("5432") + "/x 15432 5432.1");
  const Value shown =
      mask.masker.Apply(OneObject("apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {replicas: "
                                  "5, port: 5432, other: 55}\n"));
  EXPECT_EQ(shown.Find("spec")->Text("replicas"), mask.Hash("5"));
  EXPECT_EQ(shown.Find("spec")->Text("port"), mask.Hash("5432"));
  EXPECT_EQ(shown.Find("spec")->Find("other")->text, "55");
}

TEST(Masker, NumbersAreFoundAsHelmPrintsThem) {
  const Mask mask({"12345678"});
  EXPECT_EQ(Shown(mask, "pin=1.2345678e+07"), "pin=" + mask.Hash("12345678"));
  const Value shown = mask.masker.Apply(OneObject(
      "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {a: 12345678, b: 1.2345678e+07}\n"));
  EXPECT_EQ(shown.Find("spec")->Text("a"), mask.Hash("12345678"));
  EXPECT_EQ(shown.Find("spec")->Text("b"), mask.Hash("12345678"));
}

TEST(Masker, BooleansAndNothingAreNoSecrets) {
  const Mask mask({"true", "", "null", "yes"});
  EXPECT_EQ(Shown(mask, "true"), "true");
  EXPECT_EQ(Shown(mask, "yes null"), "yes null");
}

TEST(Masker, ASecretIsMaskedWholeWhateverItComesFrom) {
  const Mask mask({});
  const Value shown = mask.masker.Apply(
      OneObject("apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n"
                "    kubectl.kubernetes.io/last-applied-configuration: '{\"data\":1}'\n"
                "data: {a: aHVudGVyMjI=, empty: '', none: null, bad: '*'}\n"
                "stringData: {b: hunter22, c: 5, d: [hunter22]}\n"));
  EXPECT_EQ(shown.Find("data")->Text("a"), mask.Hash("hunter22"));
  EXPECT_EQ(shown.Find("stringData")->Text("b"), mask.Hash("hunter22"));
  EXPECT_EQ(shown.Find("data")->Text("empty"), "");
  EXPECT_EQ(shown.Find("stringData")->Text("c"), mask.Hash("5"));
  EXPECT_THAT(WriteYaml(shown), Not(HasSubstr("hunter22")));
  EXPECT_THAT(WriteYaml(shown), Not(HasSubstr("{\\\"data")));
}

TEST(Masker, SecretsInAListAreSecretsToo) {
  const Mask mask({});
  const auto objects = testing::Objects(
      {"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n"
       "  - {apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: hunter22}}\n"});
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_THAT(WriteYaml(mask.masker.Apply(objects[0])), Not(HasSubstr("hunter22")));
}

TEST(Masker, MasksNamesAndKeysButNotTheKind) {
  const Mask mask({"hunter22-canary", "ConfigMap", "metadata", "containers"});
  const Value shown = mask.masker.Apply(
      OneObject("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x-hunter22-canary}\n"
                "data: {hunter22-canary.txt: a, containers: b}\n"));
  EXPECT_EQ(shown.Text("kind"), "ConfigMap");
  EXPECT_EQ(shown.Find("metadata")->Text("name"), "x-" + mask.Hash("hunter22-canary"));
  EXPECT_EQ(shown.Find("data")->members.front().first, mask.Hash("hunter22-canary") + ".txt");
  EXPECT_EQ(shown.Find("data")->Text("containers"), "b");
}

TEST(Masker, SuffixesOfGeneratedNamesAndChecksumsAreHashesWithoutAKey) {
  const auto objects = testing::Objects(
      {"apiVersion: v1\nkind: Secret\nmetadata: {name: db-8h5k2mf9gt}\ndata: {}\n",
       "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n"
       "    metadata:\n      annotations: {checksum/secret: 0123456789abcdef}\n"
       "    spec: {volumes: [{secret: {secretName: db-8h5k2mf9gt}}]}\n"});
  const Mask mask({}, objects);
  const std::string text = WriteYaml(mask.masker.Apply(objects[1]));
  EXPECT_THAT(text, HasSubstr("secretName: db-" + mask.Hash("8h5k2mf9gt")));
  EXPECT_THAT(text, HasSubstr("checksum/secret: " + mask.Hash("0123456789abcdef")));
  EXPECT_EQ(HashSuffix("db-8h5k2mf9gt"), "8h5k2mf9gt");
  EXPECT_EQ(HashSuffix("my-deployment"), "");
  EXPECT_EQ(HashSuffix("8h5k2mf9gt"), "");
}

TEST(Masker, NamesOfObjectsAreNoSecretsUnlessASecretHoldsThem) {
  const auto objects = testing::Objects(
      {"apiVersion: v1\nkind: Secret\nmetadata: {name: database}\nstringData: {a: admin-pw}\n",
       "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: admin-pw}\n"});
  std::vector<SecretBytes> values =
      testing::Values({"Secret", "database", "admin-pw", "shop", "hunter22"});
  const Object* const all[] = {&objects[0], &objects[1]};
  DropNames(all, values);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].ExposeText(), "admin-pw");
  EXPECT_EQ(values[1].ExposeText(), "hunter22");
}

TEST(Masker, TooMuchIsAnError) {
  std::vector<SecretBytes> values;
  values.push_back(SecretBytes(ValueIndex::kMaxValueBytes + 1));
  const auto made = Masker::Make(values, HashKey::Random());
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, Code::kLimitExceeded);
}

// Forms that all begin alike, in a text that begins like them over and over.
TEST(Masker, StaysQuickWithHostileValues) {
  std::vector<std::string> values;
  for (std::size_t size = 4; size < 600; ++size) values.push_back(std::string(size, 'a') + "!");
  const Mask mask(values);
  EXPECT_EQ(mask.masker.Text(std::string(200'000, 'a')).size(), 200'000U);
}

}  // namespace
}  // namespace acd::preview
