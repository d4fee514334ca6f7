// The statements about YAML, JSON and binary files on which sops's users rely, each with the words
// that they search for and the stage that decides the exit code. All were measured with
// sops 3.13.3.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/decrypt/facade/crafted.h"
#include "tests/support/matchers.h"

namespace acd {
namespace {

using sops::Format;
using sops::testing::FakeKeyService;
using testing::Crafted;
using testing::Decrypt;
using testing::Replaced;
using testing::Sample;
using testing::SampleKeys;

/// "ok: TEXT", or "STAGE: MESSAGE" with sops's exit code for the stage.
std::string Outcome(const Result<Plaintext>& plain) {
  if (plain.has_value()) return "ok: " + std::string(plain->text.ExposeText());
  int code = 1;
  switch (plain.error().stage) {
    case Stage::kNone:
    case Stage::kRead:
      break;
    case Stage::kDataKey:
      code = 128;
      break;
    case Stage::kTree:
      code = 25;
      break;
    case Stage::kMac:
      code = 51;
      break;
    case Stage::kEmit:
      code = 4;
      break;
  }
  return std::to_string(code) + ": " + plain.error().message;
}

std::string Yaml(std::string_view content) {
  FakeKeyService keys;
  return Outcome(Decrypt(content, Format::kYaml, keys));
}

std::string Json(std::string_view content) {
  FakeKeyService keys;
  return Outcome(Decrypt(content, Format::kJson, keys));
}

std::string RealYaml(std::string_view content) {
  const auto keys = SampleKeys();
  return Outcome(Decrypt(content, Format::kYaml, *keys));
}

MATCHER_P2(Is, code, text, "") {
  *result_listener << arg;
  return arg.starts_with(std::string(code) + ": ") && arg.find(text) != std::string::npos;
}

TEST(Conformance, ACraftedDocumentIsRight) {
  const Crafted c;
  EXPECT_EQ(Yaml(c.Yaml("a: " + c.Enc("hello", "a:") + "\nb: " + c.Enc("5", "b:", "int") + "\n",
                        "hello5")),
            "ok: a: hello\nb: 5\n");
}

TEST(Conformance, DamagedCiphertext) {
  const std::string file = Sample("encrypted_regex.yaml");
  const std::size_t at = file.find("user: ENC[AES256_GCM,data:") + 26;
  std::string shorter = file;
  shorter.erase(at, 1);
  EXPECT_THAT(RealYaml(shorter), Is("25", "Error base64-decoding data: illegal base64 data"));
  EXPECT_THAT(RealYaml(Replaced(file, ",iv:", ",iv:-")), Is("25", "Error base64-decoding iv"));
  const std::size_t tag = file.find(",tag:") + 5;
  std::string zeros = file;
  zeros.replace(tag, 22, std::string(22, 'A'));
  std::string cut = file;
  cut.replace(tag + 16, 8, "");
  std::string renamed = Replaced(file, "user:", "uses:");
  for (const std::string& forged : {zeros, cut, renamed}) {
    EXPECT_THAT(RealYaml(forged),
                Is("25", "Could not decrypt with AES_GCM: cipher: message authentication failed"));
  }
}

TEST(Conformance, OnlyTheMacNoticesOrderAndPlainValues) {
  const Crafted c;
  const std::string x = c.Enc("x", "l:"), y = c.Enc("y", "l:");
  const auto list = [&](const std::string& first, const std::string& second) {
    return Yaml(c.Yaml("l:\n    - " + first + "\n    - " + second + "\n", "xy"));
  };
  EXPECT_EQ(list(x, y), "ok: l:\n    - x\n    - \"y\"\n");
  EXPECT_THAT(list(y, x), Is("51", "MAC mismatch. File has"));
  EXPECT_THAT(RealYaml(Replaced(Sample("encrypted_regex.yaml"), "name: demo", "name: demp")),
              Is("51", "MAC mismatch. File has"));
  EXPECT_THAT(RealYaml(Replaced(Sample("mac_only.yaml"), "apiVersion: v1", "apiVersion: v2")),
              Is("ok", "apiVersion: v2"));
  const std::string a = "a: " + c.Enc("1", "a:") + "\n", b = "b: " + c.Enc("2", "b:") + "\n";
  EXPECT_EQ(Yaml(c.Yaml(a + b, "12")), "ok: a: \"1\"\nb: \"2\"\n");
  EXPECT_THAT(Yaml(c.Yaml(b + a, "12")), Is("51", "MAC mismatch. File has"));
}

TEST(Conformance, TheMacItself) {
  const Crafted c;
  const std::string file = c.Yaml("a: " + c.Enc("x", "a:") + "\n", "x");
  const std::size_t mac = file.find("    mac: ");
  const std::size_t end = file.find('\n', mac);
  const auto with = [&](std::string_view line) {
    return Yaml(std::string(file).replace(mac, end - mac, line));
  };
  EXPECT_THAT(with("    cam: x"), Is("51", "File has no MAC"));
  EXPECT_THAT(with("    mac: \"\""), Is("51", "File has no MAC"));
  EXPECT_THAT(with("    mac: hello"), Is("51", "Cannot decrypt MAC:"));
  EXPECT_THAT(with("    mac: " + c.Enc("x", "other")), Is("51", "Cannot decrypt MAC:"));
  EXPECT_THAT(with("    mac: " + c.Enc("abcdef", Crafted::kTime)), Is("51", "MAC mismatch"));
}

TEST(Conformance, IgnoreMacSkipsAllOfIt) {
  const Crafted c;
  FakeKeyService keys;
  DecryptOptions options = testing::OptionsFor(Format::kYaml);
  options.ignore_mac = true;
  const std::string file =
      Replaced(c.Yaml("a: " + c.Enc("x", "a:") + "\n", "other"), "mac: ENC", "mac: X");
  EXPECT_EQ(Outcome(DecryptDocument(AsBytes(file), options, keys, {})), "ok: a: x\n");
}

TEST(Conformance, LastModifiedIsRewrittenForTheMac) {
  Crafted c;
  c.last_modified = "\"2024-01-02T03:04:05+00:00\"";
  EXPECT_EQ(Yaml(c.Yaml("a: " + c.Enc("x", "a:") + "\n", "x")), "ok: a: x\n");
  c.last_modified = "\"2024-01-02T03:04:05.5Z\"";
  EXPECT_EQ(Yaml(c.Yaml("a: " + c.Enc("x", "a:") + "\n", "x")), "ok: a: x\n");
  c.last_modified = "\"2024-01-02T03:04:05+00:00\"";
  c.mac_aad = "2024-01-02T03:04:05+00:00";
  EXPECT_THAT(Yaml(c.Yaml("a: " + c.Enc("x", "a:") + "\n", "x")), Is("51", "Cannot decrypt MAC"));
  for (const char* bad : {"2024-01-02T03:04:05Z", "\"2024-01-02t03:04:05Z\"",
                          "\"2024-01-02T03:04:05z\"", "\"2024-01-02 03:04:05Z\"", "\"\""}) {
    c.last_modified = bad;
    EXPECT_THAT(Yaml(c.Yaml("a: " + c.Enc("x", "a:") + "\n", "x")), Is("1", "lastmodified")) << bad;
  }
}

TEST(Conformance, TheMetadataEntry) {
  const Crafted c;
  const std::string file = c.Yaml("a: \"\"\n", "");
  EXPECT_EQ(Yaml(file), "ok: a: \"\"\n");
  EXPECT_THAT(Yaml(file + "sops: {}\n"), Is("1", "mapping key \"sops\" already defined at line"));
  EXPECT_THAT(Json(R"({"sops": {}, "sops": {}})"), Is("1", "Found duplicate sops entry"));
  EXPECT_THAT(Yaml("sops: foo\n"), Is("1", "Found sops entry that is not a mapping"));
  EXPECT_THAT(Yaml("sops:\n"), Is("1", "Found sops entry that is not a mapping"));
  EXPECT_THAT(Yaml("sops: {}\n"), Is("1", "parsing time \"\""));
  EXPECT_THAT(Yaml(file.substr(0, file.find("    lastmodified"))), Is("1", "parsing time \"\""));
  EXPECT_THAT(Yaml("a: 1\n"), Is("1", "sops metadata not found"));
  EXPECT_THAT(Yaml(""), Is("1", "sops metadata not found"));
  EXPECT_THAT(Json(""), Is("1", "EOF"));
  FakeKeyService keys;
  EXPECT_THAT(Outcome(Decrypt("", Format::kBinary, keys)), Is("1", "EOF"));
  EXPECT_THAT(Yaml("a: 1\n---\n" + file), Is("1", "sops metadata not found"));
}

TEST(Conformance, RulesKeysAndVersion) {
  Crafted c;
  c.more = "    encrypted_regex: a\n    unencrypted_suffix: b\n";
  EXPECT_THAT(Yaml(c.Yaml("a: \"\"\n", "")), Is("1", "Cannot use more than one of"));
  c.more = "";
  EXPECT_THAT(Yaml(Replaced(c.Yaml("a: \"\"\n", ""), "    age:", "    ega:")),
              Is("1", "No keys found in file"));
  const auto version = [&](const char* text) {
    c.version = text;
    return Yaml(c.Yaml("a: \"\"\n", ""));
  };
  EXPECT_THAT(version("\"\""), Is("1", "Version string empty"));
  EXPECT_THAT(version("abc"), Is("1", "No Major.Minor.Patch elements found"));
  EXPECT_THAT(version("3.7"), Is("1", "No Major.Minor.Patch elements found"));
  EXPECT_THAT(version("\"1.18\""), Is("ok", ""));
  EXPECT_THAT(version("99.0.0"), Is("ok", ""));
}

TEST(Conformance, TheVersionIsOnlyCheckedOnRequest) {
  Crafted c;
  c.version = "3.7";
  FakeKeyService keys;
  DecryptOptions options;
  EXPECT_EQ(Outcome(DecryptDocument(AsBytes(c.Yaml("a: \"\"\n", "")), options, keys, {})),
            "ok: a: \"\"\n");
}

TEST(Conformance, TypesAndTheirTexts) {
  const Crafted c;
  const auto value = [&](std::string_view plain, std::string_view type, std::string_view mac) {
    return Yaml(c.Yaml("a: " + c.Enc(plain, "a:", type) + "\n", mac));
  };
  EXPECT_THAT(value("x", "foo", ""), Is("25", "Unknown datatype: foo"));
  EXPECT_THAT(value("x", "bytes", ""), Is("25", "Unknown datatype: bytes"));
  EXPECT_THAT(value("1e3", "int", ""), Is("25", "strconv.Atoi: invalid syntax"));
  EXPECT_THAT(value("yes", "bool", ""), Is("25", "strconv.ParseBool: invalid syntax"));
  EXPECT_THAT(value("1e400", "float", ""), Is("25", "strconv.ParseFloat: value out of range"));
  EXPECT_THAT(value("2001-01-01", "time", ""), Is("25", "parsing time as"));
  EXPECT_EQ(value("007", "int", "7"), "ok: a: 7\n");
  EXPECT_EQ(value("0x1p4", "float", "16"), "ok: a: 16\n");
  EXPECT_EQ(value("1e21", "float", "1000000000000000000000"), "ok: a: 1e+21\n");
  EXPECT_EQ(value("-Inf", "float", "-Inf"), "ok: a: -.inf\n");
  EXPECT_EQ(value("T", "bool", "True"), "ok: a: true\n");
  EXPECT_EQ(value("2001-12-14T21:59:43.10-05:00", "time", "2001-12-14T21:59:43.1-05:00"),
            "ok: a: 2001-12-14T21:59:43.1-05:00\n");
  EXPECT_EQ(value("5", "str", "5"), "ok: a: \"5\"\n");
}

TEST(Conformance, ClearTextWhereCiphertextIsDue) {
  const Crafted c;
  EXPECT_THAT(Yaml(c.Yaml("a: hello\n", "hello")), Is("25", "does not match sops' data format"));
  EXPECT_THAT(Yaml(c.Yaml("a: 5\n", "5")),
              Is("25", "Expected encrypted value as string, but got int"));
  EXPECT_EQ(Yaml(c.Yaml("a: null\nb: \"\"\nc: {}\nd: []\n", "")),
            "ok: a: null\nb: \"\"\nc: {}\nd: []\n");
}

TEST(Conformance, DataKeySizes) {
  Crafted c;
  for (const std::size_t size : {16U, 24U, 32U}) {
    c.key = std::string(Crafted::kKey.substr(0, size));
    EXPECT_EQ(Yaml(c.Yaml("a: " + c.Enc("x", "a:") + "\n", "x")), "ok: a: x\n") << size;
  }
  c.enc = "short";
  EXPECT_THAT(Yaml(c.Yaml("a: " + c.Enc("x", "a:") + "\n", "x")),
              Is("25", "crypto/aes: invalid key size 5"));
}

TEST(Conformance, WrappedKeysThatDoNotOpen) {
  const std::string file = Sample("types.yaml");
  EXPECT_THAT(
      RealYaml(Replaced(file, "-----BEGIN AGE ENCRYPTED FILE-----", "-----BEGIN OLD FILE-----")),
      Is("128", "invalid armor: invalid first line"));
  const auto none = SampleKeys({});
  EXPECT_THAT(Outcome(Decrypt(file, Format::kYaml, *none)),
              Is("128", "failed to load age identities"));
  const auto other = SampleKeys({"third"});
  EXPECT_THAT(Outcome(Decrypt(file, Format::kYaml, *other)),
              Is("128", "failed to create reader for decrypting sops data key with age"));
}

TEST(Conformance, HostileYaml) {
  const Crafted c;
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int n = 0; n < 8; ++n) bomb += ", " + below;
    bomb += "]\n";
  }
  EXPECT_THAT(Yaml(bomb + "sops: {mac: x}\n"), Is("1", "document contains excessive aliasing"));
  EXPECT_THAT(
      Yaml("a: " + std::string(20'000, '[') + std::string(20'000, ']') + "\nsops: {mac: x}\n"),
      Is("1", "exceeded max depth"));
  EXPECT_THAT(Yaml("a: *nowhere\nsops: {mac: x}\n"), Is("1", "unknown anchor"));
}

TEST(Conformance, KeysMustBeStrings) {
  const Crafted c;
  for (const char* key : {"1", "true", "1.5", "null", "2001-01-01"}) {
    EXPECT_THAT(Yaml(c.Yaml(std::string(key) + ": \"\"\n", "")),
                Is("25", "Only string keys are supported"))
        << key;
  }
}

TEST(Conformance, AliasesAndLargeIntegers) {
  const Crafted c;
  EXPECT_THAT(Yaml(c.Yaml("a: &x " + c.Enc("1", "a:") + "\nb: *x\n", "11")),
              Is("25", "message authentication failed, at [\"b\"]"));
  EXPECT_THAT(Yaml(c.Yaml("a_unencrypted: 18446744073709551615\n", "18446744073709551615")),
              Is("25", "unknown type: uint64"));
}

TEST(Conformance, TextAfterTheBracket) {
  const Crafted c;
  const std::string x = c.Enc("x", "a:");
  EXPECT_EQ(Yaml(c.Yaml("a: " + x + "trailing\n", "x")), "ok: a: x\n");
  EXPECT_THAT(Yaml(c.Yaml("a: " + x + " y]\n", "x")), Is("25", "Unknown datatype"));
}

TEST(Conformance, JsonAroundTheObject) {
  const std::string file = Sample("types.json");
  const auto keys = SampleKeys();
  EXPECT_THAT(Outcome(Decrypt(file + " garbage", Format::kJson, *keys)), Is("ok", "hello"));
  EXPECT_THAT(Json(file.substr(0, file.rfind('}') - 1)), Is("1", "Expected JSON object key"));
  EXPECT_THAT(Json("[1]"), Is("1", "SOPS only supports JSON files with a top-level object"));
}

TEST(Conformance, BinaryNeedsAStringCalledData) {
  const auto keys = SampleKeys();
  DecryptOptions options = testing::OptionsFor(Format::kJson);
  options.output = Format::kBinary;
  const auto plain = DecryptDocument(AsBytes(Sample("types.json")), options, *keys, {});
  EXPECT_THAT(
      Outcome(plain),
      Is("4", "Error dumping file: error emitting binary store: no binary data found in tree"));
  EXPECT_THAT(plain.error().hint, ::testing::HasSubstr("--output-type"));
}

TEST(Conformance, AnInvalidExpressionMatchesNothing) {
  Crafted c;
  c.more = "    encrypted_regex: (\n";
  const std::string x = c.Enc("x", "a:");
  EXPECT_THAT(Yaml(c.Yaml("a: " + x + "\n", "x")), Is("51", "MAC mismatch"));
  EXPECT_EQ(Yaml(c.Yaml("a: " + x + "\n", x)), "ok: a: " + x + "\n");
}

TEST(Conformance, NothingSecretIsInAnyError) {
  const Crafted c;
  const std::string secret = "hunter2hunter2";
  const std::vector<std::string> files = {
      c.Yaml("a: " + c.Enc(secret, "a:") + "\nb: " + secret + "\n", "x"),
      c.Yaml("a: " + c.Enc(secret, "a:", "int") + "\n", "x"),
      c.Yaml("a: " + c.Enc(secret, "a:", "time") + "\n", "x"),
      c.Yaml("a: " + c.Enc(secret, "a:") + "\n", "x"),
      c.Yaml("a: " + c.Enc(secret, "b:") + "\n", "x"),
      "a: " + secret + "\nsops: " + secret + "\n",
      "a: [" + secret + "\nsops:\n",
      "a: *" + secret.substr(0, 0) + "\nsops: x\n",
      "a: \"" + secret + "\n\x01\"\nsops: x\n"};
  for (const std::string& file : files) {
    FakeKeyService keys;
    const auto plain = Decrypt(file, Format::kYaml, keys);
    ASSERT_FALSE(plain.has_value());
    EXPECT_EQ((plain.error().message + plain.error().hint).find("hunter2"), std::string::npos)
        << plain.error().message;
    EXPECT_EQ(plain.error().message.find(Crafted::kKey), std::string::npos);
  }
}

}  // namespace
}  // namespace acd
