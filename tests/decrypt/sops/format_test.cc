#include <string>

#include "decrypt/sops/stores/store.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

TEST(Format, IsReadOffTheSuffix) {
  EXPECT_EQ(FormatForPath("a.yaml"), Format::kYaml);
  EXPECT_EQ(FormatForPath("dir.json/a.yml"), Format::kYaml);
  EXPECT_EQ(FormatForPath("secret.enc.json"), Format::kJson);
  EXPECT_EQ(FormatForPath(".env"), Format::kDotenv);
  EXPECT_EQ(FormatForPath("prod.env"), Format::kDotenv);
  EXPECT_EQ(FormatForPath("a.ini"), Format::kIni);
  for (const std::string_view path :
       {"", "a", "yaml", "a.YAML", "a.yaml.enc", "a.json ", "a.txt", ".env.local", "a.yaml/"}) {
    EXPECT_EQ(FormatForPath(path), Format::kBinary) << path;
  }
}

TEST(Format, HasAName) {
  for (const auto format :
       {Format::kYaml, Format::kJson, Format::kDotenv, Format::kIni, Format::kBinary}) {
    EXPECT_EQ(FormatFromName(FormatName(format)), format);
  }
  EXPECT_EQ(FormatName(Format::kDotenv), "dotenv");
  for (const std::string_view name : {"", "YAML", "yml", "env", "text"}) {
    EXPECT_EQ(FormatFromName(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace acd::sops
