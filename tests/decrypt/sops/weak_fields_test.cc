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

TEST(WeakFields, AMapMayBeAListOfMaps) {
  const auto list = [](std::vector<Node> items) { return Node(std::move(items)); };
  std::vector<Node> maps;
  maps.push_back(Map("b", Node(SecretBytes::CopyOf("1")), "a", Node(SecretBytes::CopyOf("2"))));
  maps.push_back(Node());
  maps.push_back(list({}));
  maps.push_back(Map("b", Node(SecretBytes::CopyOf("3"))));
  const Node node = Map("x", list(std::move(maps)));
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(WeakFields(*node.As<Node::Map>(), "").StringMap("x").value(),
            (Pairs{{"a", "2"}, {"b", "3"}}));
  std::vector<Node> bad;
  bad.push_back(Node(true));
  const Node no_map = Map("x", list(std::move(bad)));
  EXPECT_THAT(WeakFields(*no_map.As<Node::Map>(), "").StringMap("x"),
              Fails(Code::kInvalidInput, "'x[0]' expected type 'map[string]*string'"));
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
