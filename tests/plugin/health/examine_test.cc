#include "plugin/health/examine.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/plugin/preview/preview_test_support.h"

namespace acd::health {
namespace {

using preview::testing::Parsed;
using ::testing::HasSubstr;

constexpr const char* kObject =
    "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: a, namespace: s}}";

struct Outcome {
  Findings findings;
  std::string error;
};

Outcome Examined(const std::string& yaml) {
  Outcome outcome;
  const Status status = Examine(Parsed(yaml), outcome.findings);
  if (!status) {
    outcome.error = status.error().message;
    EXPECT_THAT(status.error().hint, HasSubstr("kubectl get -o yaml")) << outcome.error;
  }
  return outcome;
}

TEST(Examine, TakesAnObject) {
  const Outcome one = Examined(kObject);
  ASSERT_EQ(one.findings.objects.size(), 1U);
  EXPECT_EQ(one.findings.objects[0].identity.Label(), "SealedSecret.bitnami.com s/a");
  EXPECT_EQ(one.findings.objects[0].health.status, "Progressing");
  EXPECT_TRUE(one.findings.unchecked.empty());
}

TEST(Examine, TakesListsOfEachKind) {
  const std::string object = kObject;
  for (const std::string& list :
       {"[" + object + ", " + object + "]",
        "{kind: List, items: [" + object + ", null, " + object + "]}",
        "{kind: SealedSecretList, apiVersion: bitnami.com/v1alpha1, items: [" + object + ", " +
            object + "]}",
        "[[" + object + "], {items: [" + object + "]}]"}) {
    const Outcome all = Examined(list);
    EXPECT_EQ(all.error, "") << list;
    EXPECT_EQ(all.findings.objects.size(), 2U) << list;
  }
}

TEST(Examine, AnObjectWithItemsIsNoList) {
  EXPECT_EQ(Examined("{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, items: []}")
                .findings.objects.size(),
            1U);
}

TEST(Examine, CountsWhatHasNoCheck) {
  const Outcome all = Examined(
      "[{apiVersion: apps/v1, kind: Deployment}, {apiVersion: apps/v1, kind: Deployment}, {kind: "
      "Service}]");
  EXPECT_TRUE(all.findings.objects.empty());
  EXPECT_THAT(all.findings.unchecked, ::testing::ElementsAre(::testing::Pair("Deployment.apps", 2U),
                                                             ::testing::Pair("Service", 1U)));
}

TEST(Examine, WhatIsNoObjectIsAnError) {
  EXPECT_EQ(Examined("hello").error, "this is no object");
  EXPECT_EQ(Examined("5").error, "this is no object");
  EXPECT_EQ(Examined("[" + std::string(kObject) + ", hello]").error, "item 2: this is no object");
  EXPECT_EQ(Examined("{kind: List, items: [7]}").error, "item 1: this is no object");
  EXPECT_EQ(Examined("{}").error, "an object without a kind");
  EXPECT_EQ(Examined("[{metadata: {name: x}}]").error, "item 1: an object without a kind");
}

TEST(Examine, ListsInListsHaveAnEnd) {
  std::string list = kObject;
  for (int i = 0; i < 8; ++i) list = "[" + list + "]";
  EXPECT_EQ(Examined(list).findings.objects.size(), 1U);
  EXPECT_THAT(Examined("[" + list + "]").error,
              HasSubstr("lists of objects in each other, more than 8"));
}

}  // namespace
}  // namespace acd::health
