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

TEST(Report, ALongNameWidensNoColumnAndALongMessageIsCut) {
  const std::string name(300, 'n');
  const std::vector<Assessed> two = {{{"g", "Kind", "", name}, {"Healthy", "short"}},
                                     {{"g", "Kind", "", "x"}, {"Healthy", std::string(5000, 'm')}}};
  const std::string table = Table(two);
  EXPECT_NE(table.find("Kind  " + name + "  Healthy  short\n"), std::string::npos);
  EXPECT_NE(table.find("Kind  x" + std::string(79, ' ') + "  Healthy  mmm"), std::string::npos);
  EXPECT_NE(table.find(std::string(2000, 'm') + "...\n"), std::string::npos);
  EXPECT_LT(table.size(), 3000U);
}

TEST(Report, OneLineObeysNothing) {
  EXPECT_EQ(OneLine("a\nb\tc"), "a b c");
  EXPECT_EQ(OneLine("a\x1b[31m\x7f"), "a?[31m?");
  EXPECT_EQ(OneLine("\xC2\x9B"
                    "x\xE2\x80\xAEy\xE2\x81\xA6z\xEF\xBB\xBF"),
            "??x???y???z???");
  EXPECT_EQ(OneLine("\xC3\xA9 \xE2\x82\xAC \xE2\x80\xA6"), "\xC3\xA9 \xE2\x82\xAC \xE2\x80\xA6");
  // Cut between characters.
  const std::string euros = std::string(1999, 'x') + "\xE2\x82\xAC\xE2\x82\xAC";
  EXPECT_EQ(OneLine(euros), std::string(1999, 'x') + "...");
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
  EXPECT_NE(Json(one).find("\\ufffd"), std::string::npos);
  const std::vector<Assessed> c1 = {{{"g", "K", "", "a\xC2\x9B"}, {"Healthy", ""}}};
  EXPECT_NE(Json(c1).find("a\\u009b"), std::string::npos);
}

TEST(Report, CountsByStatus) {
  EXPECT_EQ(Counts(Some()), "2 Healthy, 1 Degraded");
  EXPECT_EQ(Count(Some(), "Healthy"), 2U);
  EXPECT_EQ(Count(Some(), "Unknown"), 0U);
}

}  // namespace
}  // namespace acd::health
