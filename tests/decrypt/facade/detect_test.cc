#include <gtest/gtest.h>

#include <string>

#include "tests/decrypt/facade/facade.h"

namespace acd {
namespace {

using sops::Format;
using testing::Replaced;
using testing::Sample;

constexpr const char* kEnc = "ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:str]";

bool IsYaml(std::string_view content) {
  return SopsDocument::Detect(AsBytes(content), Format::kYaml).has_value();
}
bool IsJson(std::string_view content) {
  return SopsDocument::Detect(AsBytes(content), Format::kJson).has_value();
}

TEST(DetectDocument, SeesEncryptedFilesHoweverTheyAreLaidOut) {
  EXPECT_TRUE(IsYaml(Sample("types.yaml")));
  EXPECT_TRUE(IsYaml(Sample("multi.yaml")));
  EXPECT_TRUE(IsJson(Sample("types.json")));
  EXPECT_TRUE(IsYaml(Sample("types.json"))) << "JSON is YAML";
  EXPECT_TRUE(IsYaml("{a: b, sops: {mac: x}}"));
  EXPECT_TRUE(IsYaml("a: b\n\"sops\":\n  lastmodified: x\n"));
  EXPECT_TRUE(IsYaml("? sops\n: MAC: x\n"));
  EXPECT_TRUE(IsYaml("--- # head\nsops: {age: [{recipient: r, enc: e}]}\n"));
  EXPECT_TRUE(IsJson(R"({"sops":{"lastmodified":"x"}})"));
}

TEST(DetectDocument, ADamagedSopsEntryBesideCiphertextStillCounts) {
  for (const char* entry :
       {"sops: {}", "sops: null", "sops: text", "sops: []", "sops: {version: 1}"}) {
    EXPECT_TRUE(IsYaml("a: " + std::string(kEnc) + "\n" + entry + "\n")) << entry;
    EXPECT_TRUE(IsYaml("a: 1\n" + std::string(entry) + "\n---\nb: [{c: \"" + kEnc + "\"}]\n"))
        << entry;
  }
}

TEST(DetectDocument, WhatDoesNotParseButHasTheMarkersCounts) {
  EXPECT_TRUE(IsYaml("a: " + std::string(kEnc) + "\nsops: [\n"));
  EXPECT_TRUE(IsYaml("a: " + std::string(kEnc) + "\na: twice\nsops: {}\n"));
  EXPECT_TRUE(IsJson("{\"a\": \"" + std::string(kEnc) + "\", \"sops\": "));
  EXPECT_FALSE(IsYaml("sops: [lastmodified\n"));
}

TEST(DetectDocument, PlainFilesThatMentionSopsDoNot) {
  EXPECT_FALSE(IsYaml(""));
  EXPECT_FALSE(IsYaml("a: 1\n"));
  EXPECT_FALSE(IsYaml("sops: {enabled: true, age: {secretName: keys}, machine: enc}\n"));
  EXPECT_FALSE(IsYaml("data:\n  sops: {mac: x, lastmodified: y}\n"));
  EXPECT_FALSE(IsYaml("data: |\n  a: " + std::string(kEnc) + "\n  sops:\n    mac: x\n"));
  EXPECT_FALSE(IsYaml("# sops: lastmodified mac\na: " + std::string(kEnc) + "\n"));
  EXPECT_FALSE(IsYaml("a: " + std::string(kEnc) + "\n")) << "the output guard's business";
  EXPECT_FALSE(IsYaml("- sops: {mac: x}\n"));
  EXPECT_FALSE(IsYaml("a: 1\n---\nsops: {mac: x}\n")) << "metadata is in the first document";
  EXPECT_FALSE(IsJson(R"({"a": {"sops": {"mac": "x"}}})"));
  EXPECT_FALSE(IsJson("sops mac lastmodified"));
}

TEST(DetectDocument, ReadsUtf16) {
  std::string wide = "\xFF\xFE";
  for (char c : std::string("sops: {mac: x}\n")) {
    wide += c;
    wide += '\0';
  }
  EXPECT_TRUE(IsYaml(wide));
}

TEST(DetectDocument, OtherFormats) {
  const auto is = [](std::string_view content, Format format) {
    return SopsDocument::Detect(AsBytes(content), format).has_value();
  };
  EXPECT_TRUE(is(Sample("blob.bin"), Format::kBinary));
  EXPECT_FALSE(
      is("\x7F"
         "ELF sops lastmodified",
         Format::kBinary));
  EXPECT_FALSE(is("text about sops and ENC[AES256_GCM,data:x", Format::kBinary));
  EXPECT_TRUE(is("A=1\nsops_mac=ENC[x]\n", Format::kDotenv));
  EXPECT_TRUE(is("sops_lastmodified=x\n", Format::kDotenv));
  EXPECT_FALSE(is("A=sops_mac=x\n", Format::kDotenv));
  EXPECT_TRUE(is("[a]\nb = c\n[sops]\nmac = x\n", Format::kIni));
  EXPECT_TRUE(is(Sample("types.env"), Format::kDotenv));
  EXPECT_TRUE(is(Sample("types.ini"), Format::kIni));
  EXPECT_FALSE(is(Sample("types.env.plain"), Format::kDotenv));
  EXPECT_FALSE(is(Sample("types.ini.plain"), Format::kIni));
  EXPECT_FALSE(is("[a]\nb = [sops]\n", Format::kIni));
}

TEST(DetectDocument, FlatFormatsWithDamagedMetadataCount) {
  const auto is = [](std::string_view content, Format format) {
    return SopsDocument::Detect(AsBytes(content), format).has_value();
  };
  const std::string enc = "ENC[AES256_GCM,data:x";
  // Metadata that can't be put together, with and without ciphertext.
  EXPECT_TRUE(is("sops_mac=x\nsops_mac__map_x=y\n", Format::kDotenv));
  EXPECT_TRUE(is("sops_age__list_7__map_enc=x\n", Format::kDotenv));
  EXPECT_TRUE(is("sops_LastModified=x\n", Format::kDotenv));
  EXPECT_TRUE(is("A=" + enc + "\nsops_version=3\n", Format::kDotenv));
  EXPECT_TRUE(is("[sops]\nage__list_7__map_enc = x\n", Format::kIni));
  EXPECT_TRUE(is("[s]\na = " + enc + "\n[sops]\n", Format::kIni));
  EXPECT_TRUE(is("[sops]\nmac = x\n[sops]\n", Format::kIni));
  // What does not parse.
  EXPECT_TRUE(is("no equals sign\nA=" + enc + "\nsops_version=3\n", Format::kDotenv));
  EXPECT_TRUE(is("A=1\r\n\r\nsops_mac=x\r\n", Format::kDotenv));
  EXPECT_TRUE(is("no delimiter\n[sops]\nmac = x\n", Format::kIni));
  EXPECT_TRUE(is("no delimiter\n \t[sops]\nmac = x\n", Format::kIni));
  EXPECT_TRUE(is("\xEF\xBB\xBF[sops]\nmac = x\nno delimiter", Format::kIni));
}

TEST(DetectDocument, CountsUnderTheNameOfAnotherFormat) {
  const auto is = [](std::string_view content, Format format) {
    return SopsDocument::Detect(AsBytes(content), format).has_value();
  };
  const std::string enc = "ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]";
  EXPECT_TRUE(is("A=" + enc + "\nsops_mac=x\n", Format::kIni));
  EXPECT_TRUE(is("[s]\na = " + enc + "\n[sops]\nmac = x\n", Format::kDotenv));
  EXPECT_TRUE(is("a: " + enc + "\nsops:\n    mac: x\n", Format::kDotenv));
  EXPECT_TRUE(is("a: " + enc + "\nsops:\n    mac: x\n", Format::kIni));
}

TEST(DetectDocument, CountsInUtf16EvenWhenDamaged) {
  const auto utf16 = [](std::string_view text) {
    std::string out = "\xFF\xFE";
    for (char c : text) out.append({c, '\0'});
    return out;
  };
  const std::string enc = "ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]";
  for (const std::string& text : {"a: " + enc + "\nsops:\n    mac: x\n", "a: [" + enc}) {
    const std::string file = utf16(text);
    EXPECT_TRUE(SopsDocument::Detect(AsBytes(file), Format::kYaml).has_value()) << text;
  }
  EXPECT_FALSE(SopsDocument::Detect(AsBytes(utf16("a: [1")), Format::kYaml).has_value());
}

// The header after each other on one line once cost the square of their number.
TEST(DetectDocument, LooksAtEachLineOnce) {
  std::string text = "sops ENC[AES256_GCM, mac a";
  for (int i = 0; i < 1'000'000; ++i) text += "[sops]";
  EXPECT_FALSE(SopsDocument::Detect(AsBytes(text), Format::kIni).has_value());
}

TEST(DetectDocument, PlainFlatFilesThatMentionSopsDoNot) {
  const auto is = [](std::string_view content, Format format) {
    return SopsDocument::Detect(AsBytes(content), format).has_value();
  };
  EXPECT_FALSE(is("SOPS_AGE_KEY_FILE=/keys\nMAC=x\nENC=y\n", Format::kDotenv));
  EXPECT_FALSE(is("sops_enabled=true\nlastmodified=x\nmac=y\n", Format::kDotenv));
  EXPECT_FALSE(is("# sops_mac=x\nA=1\n", Format::kDotenv));
  EXPECT_FALSE(is("A=ENC[AES256_GCM,data:x\nsops=mac\n", Format::kDotenv));
  EXPECT_FALSE(is("no equals sign, but sops and mac\n", Format::kDotenv));
  EXPECT_FALSE(is("[sops]\nenabled = true\nmachine = enc\n", Format::kIni));
  EXPECT_FALSE(is("[a]\nsops = mac\nlastmodified = x\n", Format::kIni));
  EXPECT_FALSE(is("; [sops]\n; mac = x\n[a]\nb = c\n", Format::kIni));
  EXPECT_FALSE(is("no delimiter, but [sops] and mac\n", Format::kIni));
  EXPECT_FALSE(is("a = \"\"\"\n[sops]\nmac = x\n\"\"\"\n", Format::kIni));
}

}  // namespace
}  // namespace acd
