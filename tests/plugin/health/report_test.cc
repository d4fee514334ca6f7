#include "plugin/health/report.h"

#include <gtest/gtest.h>

#include <vector>

namespace acd::health {
namespace {

std::vector<Assessed> Some() {
  return {{{"bitnami.com", "SealedSecret", "shop", "database"},
           {"Healthy", "Secret has been unsealed"}},
          {{"external-secrets.io", "ClusterSecretStore", "", "vault"},
           {"Degraded", "first\nsecond\x1b[31m"}},
          {{"bitnami.com", "SealedSecret", "", ""}, {"Healthy", ""}}};
}

TEST(Report, TableIsAlignedAndOneLineEach) {
  EXPECT_EQ(Table(Some()),
            "KIND                NAME           STATUS    MESSAGE\n"
            "SealedSecret        shop/database  Healthy   Secret has been unsealed\n"
            "ClusterSecretStore  vault          Degraded  first second?[31m\n"
            "SealedSecret        (no name)      Healthy   \n");
}

TEST(Report, NothingIsAnEmptyTable) {
  EXPECT_EQ(Table({}), "");
  EXPECT_EQ(Json({}), "[]\n");
  EXPECT_EQ(Counts({}), "");
}

TEST(Report, JsonHasTheTextsAsTheyAre) {
  const std::vector<Assessed> one = {Some()[1]};
  EXPECT_EQ(Json(one), R"([
  {
    "group": "external-secrets.io",
    "kind": "ClusterSecretStore",
    "namespace": "",
    "name": "vault",
    "status": "Degraded",
    "message": "first\nsecond\u001b[31m"
  }
]
)");
}

TEST(Report, JsonOfAnyBytesIsJson) {
  const std::vector<Assessed> one = {{{"g", "K\xFF", "", "n"}, {"Healthy", "\xC3"}}};
  EXPECT_NE(Json(one).find("\xEF\xBF\xBD"), std::string::npos);
}

TEST(Report, CountsByStatus) {
  EXPECT_EQ(Counts(Some()), "2 Healthy, 1 Degraded");
  EXPECT_EQ(Count(Some(), "Healthy"), 2U);
  EXPECT_EQ(Count(Some(), "Unknown"), 0U);
}

}  // namespace
}  // namespace acd::health
