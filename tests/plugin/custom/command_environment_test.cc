#include "plugin/custom/command_environment.h"

#include <gmock/gmock.h>
#include <stdlib.h>

namespace acd::custom {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;

TEST(SidecarEnvironment, KeepsACollectorsCredentials) {
  for (const char* name : {"ARGOCD_DECRYPT_OTLP_HEADERS", "ARGOCD_CMP_SERVER_OTLP_HEADERS"}) {
    ASSERT_EQ(::setenv(name, "authorization=Bearer sesame", 1), 0);
    for (const bool with_keys : {false, true}) {
      EXPECT_THAT(SidecarEnvironment(with_keys), Not(Contains(Key(name))));
    }
    ::unsetenv(name);
  }
  ASSERT_EQ(::setenv("ARGOCD_CMP_SERVER_OTLP_ADDRESS", "collector:4317", 1), 0);
  EXPECT_THAT(SidecarEnvironment(false), Contains(Key("ARGOCD_CMP_SERVER_OTLP_ADDRESS")));
  ::unsetenv("ARGOCD_CMP_SERVER_OTLP_ADDRESS");
}

}  // namespace
}  // namespace acd::custom
