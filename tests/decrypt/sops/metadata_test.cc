#include "decrypt/sops/metadata.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "decrypt/sops/version.h"
#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using keys::WrappedKey;
using testing::Documents;
using testing::List;
using testing::Map;
using testing::Remark;
using testing::Show;
using testing::Text;

constexpr const char* kTime = "2024-01-02T03:04:05Z";

Node AgeKey(std::string_view name) { return Map("recipient", Text(name), "enc", Text("E")); }

/// Metadata that is right but for what `change` does to it.
Result<Metadata> Extract(const std::function<void(Node::Map&)>& change) {
  Node sops = Map("age", List(AgeKey("age1x")), "lastmodified", Text(kTime), "mac", Text("M"),
                  "version", Text("3.13.3"));
  change(*sops.As<Node::Map>());
  auto documents = Documents(Map("a", Text("x"), "sops", std::move(sops)));
  return ExtractMetadata(documents, Format::kYaml, Limits());
}

Result<Metadata> ExtractWith(std::string key, Node value) {
  return Extract([&](Node::Map& map) {
    std::erase_if(map, [&](const Entry& entry) { return entry.key == key; });
    map.push_back(Entry{key, std::move(value)});
  });
}

TEST(Metadata, ReadsWhatSopsWrites) {
  const auto metadata = Extract([](Node::Map&) {});
  ASSERT_THAT(metadata, IsOk());
  EXPECT_EQ(metadata->mac, "M");
  EXPECT_EQ(metadata->last_modified, kTime);
  EXPECT_EQ(metadata->version, "3.13.3");
  EXPECT_EQ(metadata->rule, Rule::kUnencryptedSuffix);
  EXPECT_EQ(metadata->pattern, "_unencrypted");
  EXPECT_FALSE(metadata->mac_only_encrypted);
  ASSERT_EQ(metadata->key_groups.size(), 1U);
  ASSERT_EQ(metadata->key_groups[0].size(), 1U);
  EXPECT_EQ(metadata->key_groups[0][0].name, "age1x");
  EXPECT_EQ(metadata->key_groups[0][0].encrypted, "E");
}

TEST(Metadata, IsTakenOutOfEveryDocument) {
  auto documents =
      Documents(Map("", Remark("c"), "sops",
                    Map("age", List(AgeKey("a")), "lastmodified", Text(kTime)), "a", Text("x")),
                Map("sops", Text("not even a map"), "b", Text("y"), "sops", Node()));
  ASSERT_THAT(ExtractMetadata(documents, Format::kYaml, Limits()), IsOk());
  EXPECT_EQ(Show(documents[0]), R"({# c, a: "x"})");
  EXPECT_EQ(Show(documents[1]), R"({b: "y"})");
}

TEST(Metadata, MustBeOneMapInTheFirstDocument) {
  const auto extract = [](std::vector<Node> documents) {
    return ExtractMetadata(documents, Format::kYaml, Limits());
  };
  EXPECT_THAT(extract({}), Fails(Code::kInvalidInput, "sops metadata not found"));
  EXPECT_THAT(extract(Documents(Map("a", Text("x")), Map("sops", Map()))),
              Fails(Code::kInvalidInput, "sops metadata not found"));
  EXPECT_THAT(extract(Documents(Map("sops", Text("foo")))),
              Fails(Code::kInvalidInput, "Found sops entry that is not a mapping"));
  EXPECT_THAT(extract(Documents(Map("sops", Node()))),
              Fails(Code::kInvalidInput, "Found sops entry that is not a mapping"));
  EXPECT_THAT(extract(Documents(Map("sops", Map(), "sops", Map()))),
              Fails(Code::kInvalidInput, "Found duplicate sops entry"));
  EXPECT_THAT(extract(Documents(Map("sops", Map()))),
              Fails(Code::kInvalidInput, "parsing time \"\""));
}

TEST(Metadata, RefusesKeysThatAreNoStringsBeforeAnythingElse) {
  const auto metadata = Extract([](Node::Map& map) {
    Node inner = Map("1", Text("x"));
    inner.As<Node::Map>()->back().key_type = "int";
    map.clear();
    map.push_back(Entry{"unknown", List(Text("x"), std::move(inner))});
  });
  EXPECT_THAT(metadata, Fails(Code::kInvalidInput, "sops metadata: Unexpected key type int"));
}

TEST(Metadata, NamesMatchInAnyCaseAndTypesAreWeak) {
  const auto metadata = Extract([](Node::Map& map) {
    map.clear();
    map.push_back(Entry{"AGE", AgeKey("one map is a list of one")});
    map.push_back(Entry{"LastModified", Text("2024-01-02T03:04:05.5+00:00")});
    map.push_back(Entry{"mac", Node(std::int64_t{5})});
    map.push_back(Entry{"MAC", Text("the exact name goes first")});
    map.push_back(Entry{"version", Node(3.5)});
    map.push_back(Entry{"shamir_threshold", Text("0x2")});
    map.push_back(Entry{"mac_only_encrypted", Node(std::int64_t{1})});
    map.push_back(Entry{"encrypted_regex", Node(true)});
    map.push_back(Entry{"kms", List()});
    map.push_back(Entry{"pgp", Node()});
    map.push_back(Entry{"gcp_kms", Map()});
    map.push_back(Entry{"unknown", Text("ignored")});
    map.push_back(Entry{"", Remark("ignored")});
  });
  ASSERT_THAT(metadata, IsOk());
  EXPECT_EQ(metadata->last_modified, kTime);
  EXPECT_EQ(metadata->mac, "5");
  EXPECT_EQ(metadata->version, "3.5");
  EXPECT_EQ(metadata->shamir_threshold, 2);
  EXPECT_TRUE(metadata->mac_only_encrypted);
  EXPECT_EQ(metadata->rule, Rule::kEncryptedRegex);
  EXPECT_EQ(metadata->pattern, "1");
  EXPECT_EQ(metadata->key_groups[0][0].name, "one map is a list of one");
}

TEST(Metadata, RefusesFieldsOfAWrongTypeInSopsWords) {
  EXPECT_THAT(ExtractWith("lastmodified", Node(Timestamp{kTime})),
              Fails(Code::kInvalidInput,
                    "'lastmodified' expected type 'string', got unconvertible type 'time.Time'"));
  EXPECT_THAT(ExtractWith("mac", List()),
              Fails(Code::kInvalidInput, "'mac' expected type 'string', got unconvertible type"));
  EXPECT_THAT(ExtractWith("mac_only_encrypted", Text("yes")),
              Fails(Code::kInvalidInput,
                    "'mac_only_encrypted' cannot parse value as 'bool': "
                    "strconv.ParseBool: invalid syntax"));
  EXPECT_THAT(ExtractWith("shamir_threshold", Text("two")),
              Fails(Code::kInvalidInput, "'shamir_threshold' cannot parse value as 'int'"));
  EXPECT_THAT(ExtractWith("age", Text("x")),
              Fails(Code::kInvalidInput, "'age[0]' expected a map or struct, got \"string\""));
  EXPECT_THAT(ExtractWith("age", List(AgeKey("a"), Map("enc", Map()))),
              Fails(Code::kInvalidInput, "'age[1].enc' expected type 'string'"));
}

TEST(Metadata, TimesAreStrict) {
  for (const char* text :
       {"2024-01-02t03:04:05Z", "2024-01-02T03:04:05z", "2024-01-02 03:04:05Z", ""}) {
    EXPECT_THAT(ExtractWith("lastmodified", Text(text)),
                Fails(Code::kInvalidInput, "sops.lastmodified: parsing time"))
        << text;
  }
  EXPECT_THAT(ExtractWith("pgp", List(Map("fp", Text("F"), "enc", Text("E")))),
              Fails(Code::kInvalidInput, "sops.pgp.created_at: parsing time \"\""));
}

TEST(Metadata, NeedsAKeyAndAtMostOneRule) {
  EXPECT_THAT(ExtractWith("age", List()), Fails(Code::kInvalidInput, "No keys found in file"));
  EXPECT_THAT(Extract([](Node::Map& map) {
                map.push_back(Entry{"encrypted_regex", Text("a")});
                map.push_back(Entry{"unencrypted_suffix", Text("b")});
              }),
              Fails(Code::kInvalidInput, "Cannot use more than one of encrypted_suffix"));
  EXPECT_THAT(Extract([](Node::Map& map) {
                map.push_back(Entry{"encrypted_regex", Text("a")});
                map.push_back(Entry{"unencrypted_suffix", Text("")});
              }),
              IsOk());
}

TEST(Metadata, NamesEveryKindOfKeyAsSopsDoes) {
  const auto metadata = Extract([](Node::Map& map) {
    const auto created = [] { return Text(kTime); };
    map.push_back(Entry{"pgp", List(Map("fp", Text("FP"), "created_at", created()))});
    map.push_back(Entry{
        "kms", List(Map("arn", Text("arn:1"), "created_at", created()),
                    Map("arn", Text("arn:2"), "role", Text("r"), "aws_profile", Text("p"),
                        "context", Map("b", Text("2"), "a", Text("1")), "created_at", created()))});
    map.push_back(
        Entry{"gcp_kms", List(Map("resource_id", Text("projects/p"), "created_at", created()))});
    map.push_back(Entry{"azure_kv", List(Map("vault_url", Text("https://v"), "name", Text("n"),
                                             "version", Text("1"), "created_at", created()))});
    map.push_back(Entry{"hc_vault",
                        List(Map("vault_address", Text("https://h"), "engine_path", Text("transit"),
                                 "key_name", Text("k"), "created_at", created()))});
    map.push_back(Entry{"hckms", List(Map("key_id", Text("eu:1"), "created_at", created()))});
  });
  ASSERT_THAT(metadata, IsOk());
  std::vector<std::string> names;
  for (const WrappedKey& key : metadata->key_groups[0]) {
    names.push_back(std::string(keys::TypeName(key.type)) + " " + key.name);
  }
  EXPECT_THAT(
      names, ::testing::ElementsAre("kms arn:1", "kms arn:2+r|a:1,b:2|p", "gcp_kms projects/p",
                                    "hckms eu:1", "azure_kv https://v/keys/n/1",
                                    "hc_vault https://h/v1/transit/keys/k", "pgp FP", "age age1x"));
  EXPECT_THAT(ExtractWith("hckms", List(Map("key_id", Text("x")))),
              Fails(Code::kInvalidInput, "invalid key ID format: expected 'region:key-uuid'"));
}

TEST(Metadata, GroupsCountOnlyWithoutTopLevelKeys) {
  const auto groups = [] {
    return List(Map("age", List(AgeKey("g0"))), Map("age", List(AgeKey("g1"), AgeKey("g2"))));
  };
  const auto ignored = ExtractWith("key_groups", groups());
  ASSERT_THAT(ignored, IsOk());
  EXPECT_EQ(ignored->key_groups.size(), 1U);
  // Even ignored ones have to be of the right types, as in sops; what they say is not looked at.
  EXPECT_THAT(ExtractWith("key_groups", List(Map("hckms", List(Map("key_id", Text("x")))))),
              IsOk());
  EXPECT_THAT(ExtractWith("key_groups", Node(std::int64_t{5})),
              Fails(Code::kInvalidInput, "'key_groups[0]' expected a map or struct, got \"int\""));
  EXPECT_THAT(ExtractWith("key_groups", List(Map("age", Text("x")))),
              Fails(Code::kInvalidInput,
                    "'key_groups[0].age[0]' expected a map or struct, got \"string\""));
  const auto used = Extract([&](Node::Map& map) {
    map[0].value = List();
    map.push_back(Entry{"key_groups", groups()});
    map.push_back(Entry{"shamir_threshold", Node(std::int64_t{2})});
  });
  ASSERT_THAT(used, IsOk());
  ASSERT_EQ(used->key_groups.size(), 2U);
  EXPECT_EQ(used->key_groups[1][1].name, "g2");
  EXPECT_EQ(used->shamir_threshold, 2);
}

TEST(Metadata, BoundsTheNumberOfKeys) {
  const auto with = [](std::size_t count) {
    Node::List list;
    for (std::size_t i = 0; i < count; ++i) list.push_back(AgeKey("a"));
    auto documents =
        Documents(Map("sops", Map("age", Node(std::move(list)), "lastmodified", Text(kTime))));
    Limits limits;
    limits.max_recipients = 10;
    return ExtractMetadata(documents, Format::kYaml, limits);
  };
  EXPECT_THAT(with(10), IsOk());
  EXPECT_THAT(with(11), Fails(Code::kLimitExceeded, "more than 10 keys"));
}

/// What a dotenv or INI document with these lines says, as "ok: recipient, time, MAC only".
std::string ReadFlat(Format format, const std::string& text) {
  auto documents = ReadStore(format, AsBytes(text), Limits());
  if (!documents) return documents.error().message;
  const auto metadata = ExtractMetadata(*documents, format, Limits());
  if (!metadata) return metadata.error().message;
  return "ok: " + metadata->key_groups[0][0].name + ", " + metadata->last_modified +
         (metadata->mac_only_encrypted ? ", MAC only" : "");
}
std::string Dotenv(const std::string& more, const std::string& key = "sops_age__list_0__map_") {
  return ReadFlat(Format::kDotenv, "A=1\nsops_lastmodified=" + std::string(kTime) + "\n" + key +
                                       "recipient=r\nB=2\n" + key + "enc=e\n" + more);
}
std::string Ini(const std::string& more) {
  return ReadFlat(Format::kIni, "[s]\na = 1\n[sops]\nlastmodified = " + std::string(kTime) +
                                    "\nage__list_0__map_recipient = r\n" + more);
}

TEST(FlatMetadata, IsReadFromPrefixedLinesAnywhere) {
  const std::string good = "ok: r, " + std::string(kTime);
  EXPECT_EQ(Dotenv(""), good);
  EXPECT_EQ(Dotenv("sops_unknown__list_0__map_x=1\nsops_=x\n"), good);
  EXPECT_EQ(Dotenv("", "sops_age__map_"), good) << "one map for a list of maps";
  EXPECT_EQ(Dotenv("sops_mac_only_encrypted=true\n"), good + ", MAC only");
  EXPECT_EQ(Dotenv("sops_MAC_only_encrypted=1\n"), good + ", MAC only");
  EXPECT_EQ(ReadFlat(Format::kDotenv, "A=1\nSOPS_lastmodified=x\nsops=y\n"),
            "sops metadata not found");
  auto documents =
      Documents(Map("A", Text("1"), "sops_lastmodified", Text(kTime), "sops", Text("stays"), "",
                    Remark("c"), "sops_age__list_0__map_enc", Text("e"), "B", Text("2")));
  ASSERT_THAT(ExtractMetadata(documents, Format::kDotenv, Limits()), IsOk());
  EXPECT_EQ(Show(documents[0]), R"({A: "1", sops: "stays", # c, B: "2"})");
}

TEST(FlatMetadata, IsReadFromTheIniSection) {
  const std::string good = "ok: r, " + std::string(kTime);
  EXPECT_EQ(Ini(""), good);
  EXPECT_EQ(Ini("; comment\nmac_only_encrypted: true ; yes\n"), good + ", MAC only");
  EXPECT_EQ(ReadFlat(Format::kIni, "[s]\na = 1\n"), "sops metadata not found");
  EXPECT_EQ(ReadFlat(Format::kIni, "[sops]\n[s]\n"), "sops metadata not found");
  EXPECT_EQ(Ini("[sops]\n"), "Found duplicate sops entry");
  auto documents = ReadStore(Format::kIni,
                             AsBytes("[sops]\nlastmodified = " + std::string(kTime) +
                                     "\nage__list_0__map_enc = one\\ntwo\\\\nthree\\\n"),
                             Limits());
  const auto metadata = ExtractMetadata(*documents, Format::kIni, Limits());
  ASSERT_THAT(metadata, IsOk());
  EXPECT_EQ(metadata->key_groups[0][0].encrypted, "one\ntwo\\\nthree");
}

// Each as sops 3.13.3 says it.
TEST(FlatMetadata, RefusesInSopssWords) {
  const std::pair<const char*, const char*> cases[] = {
      {"version=1\nPversion=2", "Duplicate value"},
      {"mac=1\nPmac__map_x=2", "Error while unflattening: Type mismatch"},
      {"pgp__list_1__map_fp=x", "Error while unflattening: Incomplete list"},
      {"pgp__list_1000000000__map_fp=x", "Error while unflattening: Incomplete list"},
      {"mac_only_encrypted=yes", "'mac_only_encrypted' cannot parse value as 'bool'"},
      {"shamir_threshold=abc", "'shamir_threshold' cannot parse value as 'int'"},
      {"pgp=x", "'pgp[0]' expected a map or struct, got \"string\""},
      {"version__list_0=3", "'version' expected type 'string'"},
      {"pgp__list_0__map_fp=x", "parsing time \"\""},
      {"encrypted_suffix=a\nPencrypted_regex=b", "Cannot use more than one of"},
  };
  for (const auto& [lines, error] : cases) {
    const auto with = [text = std::string(lines)](const std::string& prefix) {
      const std::size_t second = text.find("\nP");
      if (second == std::string::npos) return prefix + text + "\n";
      return prefix + text.substr(0, second + 1) + prefix + text.substr(second + 2) + "\n";
    };
    EXPECT_THAT(Dotenv(with("sops_")), ::testing::HasSubstr(error)) << lines;
    // In a section, the last of equal keys counts.
    if (std::string(error) == "Duplicate value") continue;
    EXPECT_THAT(Ini(with("")), ::testing::HasSubstr(error)) << lines;
  }
}

TEST(Metadata, LooksLikeMetadataWhenItHasAMacATimeOrAWrappedKey) {
  EXPECT_TRUE(LooksLikeMetadata(Map("mac", Text(""))));
  EXPECT_TRUE(LooksLikeMetadata(Map("LastModified", Text(""))));
  EXPECT_TRUE(LooksLikeMetadata(Map("age", List(AgeKey("a")))));
  EXPECT_TRUE(LooksLikeMetadata(Map("pgp", Map("enc", Text("")))));
  EXPECT_TRUE(LooksLikeMetadata(Map("key_groups", List(Map("age", List(AgeKey("a")))))));
  EXPECT_FALSE(LooksLikeMetadata(Map()));
  EXPECT_FALSE(LooksLikeMetadata(Text("mac")));
  EXPECT_FALSE(LooksLikeMetadata(Map("enabled", Node(true), "version", Text("3"))));
  EXPECT_FALSE(LooksLikeMetadata(Map("age", Map("secretName", Text("keys")))));
}

TEST(Version, FollowsSopsCommand) {
  for (const char* good : {"3.13.3", "v3.7.1", "1.18", "1.", "99.0.0", "3.0.0-rc.1+build.5"}) {
    EXPECT_THAT(CheckVersion(good), IsOk()) << good;
  }
  EXPECT_THAT(CheckVersion(""), Fails(Code::kInvalidInput, "Version string empty"));
  EXPECT_THAT(CheckVersion("v"), Fails(Code::kInvalidInput, "Version string empty"));
  EXPECT_THAT(CheckVersion("abc"),
              Fails(Code::kInvalidInput, "No Major.Minor.Patch elements found"));
  EXPECT_THAT(CheckVersion("3.7"),
              Fails(Code::kInvalidInput, "No Major.Minor.Patch elements found"));
  for (const char* bad : {"3.x.1", "03.1.1", "3.01.1", "3.1.1-", "3.1.1-01", "3.1.1+", "3.1.1-a b",
                          "3.1.", "3.1.1.1", "99999999999999999999.0.0", " 3.1.1"}) {
    EXPECT_FALSE(CheckVersion(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace acd::sops
