#include "decrypt/sops/weak_fields.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using testing::Map;

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

TEST(WeakFields, AnIntegerAboveInt64PassesForAnyScalar) {
  const Node node = Map("x", Node(Unwalkable{"uint64", kLargest - 1}));
  const WeakFields fields(*node.As<Node::Map>(), "");
  EXPECT_EQ(fields.String("x").value(), "18446744073709551614");
  EXPECT_TRUE(fields.Bool("x").value());
  EXPECT_EQ(fields.Int("x").value(), -2);
}

// What Go gives on amd64.
TEST(WeakFields, AFloatThatNoIntHoldsIsTheSmallestInt) {
  for (const double value : {1e19, -1e300, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    const Node node = Map("x", Node(value));
    EXPECT_EQ(WeakFields(*node.As<Node::Map>(), "").Int("x").value(),
              std::numeric_limits<std::int64_t>::min())
        << value;
  }
  const Node node = Map("x", Node(-2.9), "y", Node(9e18));
  const WeakFields fields(*node.As<Node::Map>(), "");
  EXPECT_EQ(fields.Int("x").value(), -2);
  EXPECT_EQ(fields.Int("y").value(), 9'000'000'000'000'000'000);
}

TEST(WeakFields, ATimeIsNoText) {
  const Node node = Map("x", Node(Timestamp{"2001-01-01T00:00:00Z"}));
  EXPECT_THAT(WeakFields(*node.As<Node::Map>(), "").String("x"),
              Fails(Code::kInvalidInput, "unconvertible type 'time.Time'"));
}

}  // namespace
}  // namespace acd::sops
