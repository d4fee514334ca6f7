// Dotenv and INI files: those of the real sops, crafted ones, and hostile ones.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <string_view>

#include "tests/decrypt/facade/crafted.h"
#include "tests/support/matchers.h"

namespace acd {
namespace {

using sops::Format;
using sops::testing::FakeKeyService;
using testing::Crafted;
using testing::Decrypt;
using testing::Fails;
using testing::IsOk;
using testing::OptionsFor;
using testing::Sample;
using testing::SampleKeys;

TEST(FlatSamples, DecryptToWhatSopsPrints) {
  for (const std::string name : {"types.env", "types.ini", "mac_only.env", "groups.ini"}) {
    const auto keys = SampleKeys({"ours", "second"});
    const auto plain = Decrypt(Sample(name), sops::FormatForPath(name), *keys);
    ASSERT_THAT(plain, IsOk()) << name;
    EXPECT_EQ(plain->text.ExposeText(), Sample(name + ".plain")) << name;
  }
}

/// What is printed of a sample in a format, or the error with its stage.
std::string Converted(const std::string& name, Format output, const std::string& extract = "") {
  const auto keys = SampleKeys();
  DecryptOptions options = OptionsFor(sops::FormatForPath(name));
  options.output = output;
  options.extract = extract;
  const auto plain = DecryptDocument(AsBytes(Sample(name)), options, *keys, {});
  if (plain) return std::string(plain->text.ExposeText());
  return (plain.error().stage == Stage::kEmit ? "4 " : "? ") + plain.error().message;
}

// As `sops -d --output-type` prints them.
TEST(FlatSamples, ConvertToOtherFormats) {
  EXPECT_EQ(Converted("mac_only.env", Format::kYaml),
            "DATA_A: \"1\"\n# hide this\nOTHER: \"2\"\nSECRET_B: \"3\"\n");
  EXPECT_EQ(Converted("mac_only.env", Format::kJson),
            "{\n\t\"DATA_A\": \"1\",\n\t\"OTHER\": \"2\",\n\t\"SECRET_B\": \"3\"\n}\n");
  EXPECT_EQ(Converted("mac_only.env", Format::kIni),
            "4 Error dumping file: Error marshaling to INI: Error encoding section: Section values "
            "should always be TreeBranches");
  EXPECT_EQ(Converted("types.ini", Format::kDotenv),
            "4 Error dumping file: cannot use complex value in dotenv file; offending key DEFAULT");
  EXPECT_THAT(Converted("types.ini", Format::kBinary),
              ::testing::StartsWith("4 Error dumping file: error emitting binary store"));
  EXPECT_EQ(Converted("multi.yaml", Format::kDotenv), "a=one\n") << "of the first document";
  EXPECT_EQ(Converted("multi.yaml", Format::kIni).substr(0, 2), "4 ");
}

// As `sops -d --extract` prints them.
TEST(FlatSamples, ExtractValuesAndSections) {
  EXPECT_EQ(Converted("types.env", Format::kDotenv, R"(["MULTI"])"), "line one\nline two\\\n");
  EXPECT_EQ(Converted("types.env", Format::kDotenv, R"(["DB_USER"])"), "admin");
  EXPECT_EQ(Converted("types.ini", Format::kIni, R"(["database"]["key=1"])"), "x;y");
  EXPECT_EQ(Converted("types.ini", Format::kDotenv, R"(["DEFAULT"])"), "above=any section\n");
  EXPECT_EQ(Converted("types.ini", Format::kIni, R"(["DEFAULT"])"),
            "4 Error dumping file: Error marshaling to INI: Error encoding section: Section values "
            "should always be TreeBranches");
  EXPECT_EQ(Converted("types.yaml", Format::kDotenv, R"(["float"])"),
            "4 Error dumping tree: the dotenv store only supports emitting strings, got float64");
  EXPECT_EQ(Converted("types.yaml", Format::kIni, R"(["float"])"), "1.5");
}

/// A dotenv file with these lines, whose leaves are `mac_text`.
std::string Dotenv(std::string_view lines, std::string_view mac_text) {
  const Crafted c;
  return std::string(lines) + "sops_age__list_0__map_recipient=age1x\n" +
         "sops_age__list_0__map_enc=" + c.key + "\nsops_lastmodified=" + Crafted::kTime +
         "\nsops_mac=" + c.Mac(mac_text) + "\nsops_version=" + c.version + "\n";
}

TEST(FlatDocuments, AuthenticateTheKeyOfEachValue) {
  const Crafted c;
  FakeKeyService keys;
  const std::string x = c.Enc("x", "A:");
  EXPECT_EQ(Decrypt(Dotenv("A=" + x + "\n", "x"), Format::kDotenv, keys)->text.ExposeText(),
            "A=x\n");
  EXPECT_THAT(Decrypt(Dotenv("B=" + x + "\n", "x"), Format::kDotenv, keys),
              Fails(Code::kAuthFailed, "message authentication failed, at [\"B\"]"));
  EXPECT_THAT(Decrypt(Dotenv("A=" + x + "\n", "y"), Format::kDotenv, keys),
              Fails(Code::kAuthFailed, "MAC mismatch"));
  EXPECT_THAT(Decrypt(Dotenv("A=x\n", "x"), Format::kDotenv, keys),
              Fails(Code::kInvalidInput, "does not match sops' data format"));
}

TEST(FlatDocuments, SayWhatIsWrongWithWindowsLineEnds) {
  const auto keys = SampleKeys();
  std::string text = Sample("types.env");
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\r');
  }
  const auto plain = Decrypt(text, Format::kDotenv, *keys);
  ASSERT_THAT(plain, Fails(Code::kInvalidInput, "sops.lastmodified: parsing time"));
  EXPECT_EQ(plain.error().stage, Stage::kRead);
  EXPECT_THAT(plain.error().hint, ::testing::HasSubstr("carriage return"));
}

/// Whether the document is refused, within a time that only linear work keeps.
void ExpectRefusedSoon(const std::string& text, Format format, std::string_view what) {
  FakeKeyService keys;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(Decrypt(text, format, keys).has_value()) << what;
  (void)SopsDocument::Detect(AsBytes(text), format).has_value();
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(std::chrono::duration<double>(took).count(), 20) << what;
}

std::string Repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(FlatDocuments, BoundHostileFiles) {
  constexpr std::size_t kMany = 50'000;
  ExpectRefusedSoon(Dotenv(Repeated("A=b\n", kMany), ""), Format::kDotenv, "lines");
  ExpectRefusedSoon(Repeated("\n", 10 * kMany), Format::kDotenv, "empty lines");
  ExpectRefusedSoon("sops_a" + Repeated("__map_", kMany) + "=x\n", Format::kDotenv, "deep name");
  ExpectRefusedSoon("sops_a" + Repeated("__", kMany) + "=x\n", Format::kDotenv, "underscores");
  std::string wide;
  for (std::size_t i = 0; i < kMany; ++i) wide += "sops_a__list_" + std::to_string(i) + "=x\n";
  ExpectRefusedSoon(wide, Format::kDotenv, "long list");
  ExpectRefusedSoon("sops_age__list_1000000000__map_enc=x\n", Format::kDotenv, "large index");
  ExpectRefusedSoon(std::string("sops_mac=\0\xFF\n", 12), Format::kDotenv, "odd bytes");
  std::string keys;
  for (std::size_t i = 0; i < kMany; ++i) keys += "k" + std::to_string(i) + " = \"\n";
  ExpectRefusedSoon(keys + "[sops]\nmac = x\n", Format::kIni, "keys");
  ExpectRefusedSoon(Repeated("[a]\n", kMany) + "[sops]\nmac=x\n", Format::kIni, "sections");
  ExpectRefusedSoon(Repeated("# a\n", kMany) + "[sops]\nmac=x\n", Format::kIni, "comments");
  ExpectRefusedSoon("a = " + Repeated("b\\\n", kMany) + "\n[sops]\nmac=x\n", Format::kIni,
                    "continuations");
  ExpectRefusedSoon("a = `" + Repeated("` \\\n", kMany), Format::kIni, "open quote");
  ExpectRefusedSoon("[sops]\nmac = " + Repeated("\\n", kMany), Format::kIni, "escapes");
}

TEST(FlatDocuments, RandomSplicesDoNotCrash) {
  std::mt19937 random(20240103);
  const std::string files[] = {Sample("types.env"), Sample("types.ini"), Sample("groups.ini"),
                               Dotenv("A=1\n", ""), "[s]\na = \"\"\"x\ny\n\"\"\" ; c\n`b` = \\\n"};
  FakeKeyService keys;
  for (int round = 0; round < 3000; ++round) {
    std::string changed = files[random() % std::size(files)];
    const std::string& donor = files[random() % std::size(files)];
    const std::size_t from = random() % donor.size();
    const std::size_t at = random() % changed.size();
    changed.replace(at, random() % 40, donor.substr(from, random() % 60));
    for (const Format format : {Format::kDotenv, Format::kIni}) {
      (void)SopsDocument::Detect(AsBytes(changed), format).has_value();
      (void)Decrypt(changed, format, keys).has_value();
    }
  }
}

}  // namespace
}  // namespace acd
