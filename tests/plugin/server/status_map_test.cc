#include "plugin/server/status_map.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace acd::server {
namespace {

TEST(StatusMap, NeverSaysOkOrUnavailable) {
  for (int i = 0; i <= static_cast<int>(Code::kInternal); ++i) {
    const grpc::StatusCode code = StatusCodeOf(static_cast<Code>(i));
    EXPECT_NE(code, grpc::StatusCode::OK) << i;
    EXPECT_NE(code, grpc::StatusCode::UNAVAILABLE) << i;
  }
  EXPECT_EQ(StatusCodeOf(Code::kDeadline), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(StatusCodeOf(Code::kInvalidInput), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(StatusMap, NamesEachCodeOnce) {
  std::set<std::string> names;
  for (int i = 0; i <= 16; ++i) names.insert(StatusCodeName(static_cast<grpc::StatusCode>(i)));
  EXPECT_EQ(names.size(), 17U);
}

}  // namespace
}  // namespace acd::server
