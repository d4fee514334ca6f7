#include "decrypt/sops/data_key.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using keys::WrappedKey;
using ::testing::ElementsAre;
using testing::FakeKeyService;
using ::testing::HasSubstr;
using Group = std::vector<WrappedKey>;

const std::vector<std::string> kOrder = {"age", "pgp"};

Metadata WithGroups(std::vector<Group> groups, std::int64_t threshold = 0) {
  Metadata metadata;
  metadata.key_groups = std::move(groups);
  metadata.shamir_threshold = threshold;
  return metadata;
}

WrappedKey Age(std::string name, std::string encrypted) {
  return {WrappedKey::Type::kAge, std::move(name), std::move(encrypted)};
}

std::string Share(const char* bytes) { return std::string(bytes, 4); }

TEST(DataKey, TheFirstKeyThatOpensWins) {
  FakeKeyService service;
  const auto key = RecoverDataKey(
      WithGroups({{Age("a", "no match"), Age("b", "broken"), Age("c", "key"), Age("d", "other")}}),
      kOrder, service, {});
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(key->ExposeText(), "key");
  EXPECT_THAT(service.asked, ElementsAre("a", "b", "c"));
}

TEST(DataKey, TriesTypesInTheGivenOrder) {
  const Group group = {{WrappedKey::Type::kAwsKms, "kms", "no match"},
                       {WrappedKey::Type::kHcVault, "vault", "no match"},
                       {WrappedKey::Type::kPgp, "pgp", "no match"},
                       Age("age1", "no match"),
                       Age("age2", "no match")};
  const auto asked = [&](const std::vector<std::string>& order) {
    FakeKeyService service;
    EXPECT_FALSE(RecoverDataKey(WithGroups({group}), order, service, {}).has_value());
    return service.asked;
  };
  EXPECT_THAT(asked({"age", "pgp"}), ElementsAre("age1", "age2", "pgp", "kms", "vault"));
  EXPECT_THAT(asked({}), ElementsAre("kms", "vault", "pgp", "age1", "age2"));
  EXPECT_THAT(asked({"hc_vault", "nonsense", "kms"}),
              ElementsAre("vault", "kms", "pgp", "age1", "age2"));
}

// Who is told to add a key, when the right one could only not be tried, adds one for nothing.
TEST(DataKey, ALackOfRoomIsTheCauseWhateverElseFailed) {
  FakeKeyService service;
  service.names = {"age1mine"};
  const auto key =
      RecoverDataKey(WithGroups({{Age("a", "no match"), Age("b", "broken"), Age("c", "no room")}}),
                     kOrder, service, {});
  ASSERT_THAT(key, Fails(Code::kNoRoom, "SOPS file: too many open files\n"));
  EXPECT_EQ(key.error().hint, "try later");
}

TEST(DataKey, NoMatchListsRecipientsAndKeysTried) {
  FakeKeyService service;
  service.names = {"age1mine"};
  const auto key =
      RecoverDataKey(WithGroups({{Age("age1theirs", "no match")}}), kOrder, service, {});
  ASSERT_THAT(key, Fails(Code::kNoMatchingKey,
                         "Failed to get the data key required to decrypt the SOPS file"));
  const Error& error = key.error();
  EXPECT_EQ(
      error.message.substr(0, error.message.find('\n')),
      "Failed to get the data key required to decrypt the SOPS file: none of the keys at hand "
      "is a recipient of the file");
  for (const char* part :
       {"Group 0: FAILED\n  age1theirs: FAILED\n    - | identity did not match any of the "
        "recipients",
        "Recovery failed because no master key was able to decrypt the file.",
        "Recipients in the file: age1theirs", "Public keys tried: age1mine"}) {
    EXPECT_THAT(error.message, HasSubstr(part));
  }
  EXPECT_THAT(error.hint, HasSubstr("add age1mine"));
}

TEST(DataKey, NoKeyAtAllSaysSo) {
  FakeKeyService service;
  const auto key =
      RecoverDataKey(WithGroups({{Age("age1theirs", "no match")}}), kOrder, service, {});
  EXPECT_THAT(key, Fails(Code::kNoMatchingKey, "no private key is loaded"));
  EXPECT_THAT(key, Fails(Code::kNoMatchingKey, "Public keys tried: none"));
  EXPECT_THAT(key.error().hint, HasSubstr("SOPS_AGE_KEY_FILE"));
}

TEST(DataKey, ADefectIsTheCauseWhenNothingElseFailed) {
  FakeKeyService service;
  EXPECT_THAT(RecoverDataKey(WithGroups({{Age("a", "broken")}}), kOrder, service, {}),
              Fails(Code::kInvalidInput, "SOPS file: invalid armor: first line"));
  EXPECT_THAT(RecoverDataKey(WithGroups({{{WrappedKey::Type::kPgp, "p", "unsupported"}}}), kOrder,
                             service, {}),
              Fails(Code::kUnsupported, "SOPS file: pgp is not supported"));
}

TEST(DataKey, CancellationEndsTheSearch) {
  FakeKeyService service;
  EXPECT_THAT(
      RecoverDataKey(WithGroups({{Age("a", "cancelled"), Age("b", "key")}}), kOrder, service, {}),
      Fails(Code::kCancelled, "cancelled"));
  EXPECT_THAT(service.asked, ElementsAre("a"));
}

TEST(DataKey, TheReportIsBoundedAndOnOneLineEach) {
  FakeKeyService service;
  Group group;
  for (int i = 0; i < 10'000; ++i) {
    group.push_back(Age(std::string(5000, 'x') + "\n\x1b[31m" + std::to_string(i), "no match"));
  }
  const auto key = RecoverDataKey(WithGroups({group}), kOrder, service, {});
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(service.asked.size(), 10'000U);
  EXPECT_LT(key.error().message.size(), 10'000U);
  EXPECT_THAT(key.error().message, HasSubstr("and 9990 more: FAILED"));
  EXPECT_EQ(key.error().message.find('\x1b'), std::string::npos);
}

TEST(DataKey, GroupsAreSharesAndAllAreTried) {
  FakeKeyService service;
  const auto key = RecoverDataKey(WithGroups({{Age("a", Share("\x99\x98\x66\x01"))},
                                              {Age("b", Share("\xa3\xa2\x5c\x02"))},
                                              {Age("c", Share("\x3a\x3b\xc5\x03"))}},
                                             2),
                                  kOrder, service, {});
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(key->ExposeText(), std::string_view("\x00\x01\xff", 3));
  EXPECT_THAT(service.asked, ElementsAre("a", "b", "c"));
}

TEST(DataKey, TooFewGroupsNameTheThreshold) {
  FakeKeyService service;
  service.names = {"age1mine"};
  const auto key = RecoverDataKey(
      WithGroups({{Age("a", "share")}, {Age("b", "no match")}, {Age("c", "no match")}}, 2), kOrder,
      service, {});
  ASSERT_THAT(key,
              Fails(Code::kNoMatchingKey, "encrypted with a Shamir threshold of 2, but only 1"));
  EXPECT_THAT(key, Fails(Code::kNoMatchingKey, "Group 0: SUCCESS\n\nGroup 1: FAILED"));
  EXPECT_THAT(key, Fails(Code::kNoMatchingKey,
                         "SOPS file: the keys at hand open 1 of the 2 key groups that it takes\n"));
  EXPECT_THAT(key.error().hint, HasSubstr("a key of another group"));
}

TEST(DataKey, SharesThatDoNotFitFail) {
  FakeKeyService service;
  const auto combine = [&](std::string a, std::string b, std::int64_t threshold) {
    return RecoverDataKey(
        WithGroups({{Age("a", std::move(a))}, {Age("b", std::move(b))}}, threshold), kOrder,
        service, {});
  };
  EXPECT_THAT(combine("abc1", "xyz1", 2),
              Fails(Code::kInvalidInput,
                    "could not get data key from shamir parts: duplicate part detected"));
  EXPECT_THAT(combine("abc1", "wxyz2", 2), Fails(Code::kInvalidInput, "must be the same length"));
  EXPECT_THAT(combine(std::string("ab\0", 3), "xy1", 2), Fails(Code::kInvalidInput, "x = 0"));
  EXPECT_THAT(combine("abc1", "no match", 0), Fails(Code::kInvalidInput, "less than two parts"));
}

TEST(DataKey, AnEmptyGroupFails) {
  FakeKeyService service;
  EXPECT_THAT(RecoverDataKey(WithGroups({{}}), kOrder, service, {}),
              Fails(Code::kInvalidInput, "no usable key group"));
  EXPECT_THAT(RecoverDataKey(WithGroups({{}, {}}), kOrder, service, {}),
              Fails(Code::kInvalidInput, "no usable key group"));
}

}  // namespace
}  // namespace acd::sops
