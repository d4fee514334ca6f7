#include "decrypt/sops/stores/flat_map.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using testing::Map;
using testing::Remark;
using testing::Show;
using testing::Text;

/// The names' tree; each value is x.
std::string Tree(const std::vector<std::string>& names) {
  Node::Map flat;
  for (const std::string& name : names) flat.push_back(Entry{name, Text("x")});
  const auto tree = Unflatten(std::move(flat), Limits());
  return tree ? Show(*tree) : tree.error().message;
}

TEST(Unflatten, MakesMapsAndLists) {
  EXPECT_EQ(Tree({}), "{}");
  EXPECT_EQ(Tree({"b", "a"}), R"({a: "x", b: "x"})");
  EXPECT_EQ(Tree({"age__list_0__map_enc", "age__list_0__map_recipient", "age__list_1__map_enc"}),
            R"({age: [{enc: "x", recipient: "x"}, {enc: "x"}]})");
  EXPECT_EQ(Tree({"key_groups__list_1__map_age__list_0__map_enc", "key_groups__list_0__map_pgp"}),
            R"({key_groups: [{pgp: "x"}, {age: [{enc: "x"}]}]})");
  EXPECT_EQ(Tree({"kms__list_0__map_context__map_a_b"}), R"({kms: [{context: {a_b: "x"}}]})");
  EXPECT_EQ(Tree({"a__list_0__list_0", "a__list_0__list_1"}), R"({a: [["x", "x"]]})");
}

TEST(Unflatten, ReadsOddNamesAsSopsDoes) {
  EXPECT_EQ(Tree({""}), R"({: "x"})");
  EXPECT_EQ(Tree({"__map_a"}), R"({: {a: "x"}})");
  EXPECT_EQ(Tree({"a__map_"}), R"({a: {: "x"}})");
  EXPECT_EQ(Tree({"a__map", "b__", "c__mapx"}), R"({a__map: "x", b__: "x", c__mapx: "x"})");
  EXPECT_EQ(Tree({"a____map_b"}), R"({a__: {b: "x"}})");
  EXPECT_EQ(Tree({"a__list_"}), R"({a: ["x"]})");
  EXPECT_EQ(Tree({"a__list_no", "a__list_01", "a__list_+2"}), R"({a: ["x", "x", "x"]})");
}

TEST(Unflatten, RefusesInSopssWords) {
  EXPECT_EQ(Tree({"a", "a"}), "Error while unflattening \"a\": Duplicate value");
  EXPECT_EQ(Tree({"a__list_0", "a__list_00"}),
            "Error while unflattening \"a__list_00\": Duplicate value");
  EXPECT_EQ(Tree({"a", "a__map_b"}), "Error while unflattening: Type mismatch");
  EXPECT_EQ(Tree({"a__list_0", "a__map_b"}), "Error while unflattening: Type mismatch");
  for (const char* index : {"1", "-1", "1000000000", "9223372036854775807", "9223372036854775808",
                            "-9223372036854775809", "99999999999999999999999"}) {
    EXPECT_EQ(Tree({std::string("a__list_") + index}), "Error while unflattening: Incomplete list")
        << index;
  }
  EXPECT_EQ(Tree({"a__list_0", "a__list_2"}), "Error while unflattening: Incomplete list");
}

TEST(Unflatten, KeepsValuesAndDropsComments) {
  auto flat = Map("", Remark("c"), "b", Node(true), "a", Text("y"));
  EXPECT_EQ(Show(*Unflatten(std::move(*flat.As<Node::Map>()), Limits())), R"({a: "y", b: true})");
}

TEST(Unflatten, BoundsNestingAndNodes) {
  const auto with = [](const std::string& name, const Limits& limits) {
    return Unflatten(std::move(*Map(name, Text("x")).As<Node::Map>()), limits);
  };
  Limits limits;
  limits.max_depth = 3;
  EXPECT_TRUE(with("a__map_b__list_0", limits).has_value());
  EXPECT_THAT(with("a__map_b__list_0__map_c", limits),
              Fails(Code::kLimitExceeded, "more than 3 levels"));
  limits = Limits();
  limits.max_nodes = 2;
  EXPECT_TRUE(with("a__map_b", limits).has_value());
  EXPECT_THAT(with("a__map_b__map_c", limits), Fails(Code::kLimitExceeded, "more than 2 values"));
  std::string deep = "a";
  for (int i = 0; i < 1'000'000; ++i) deep += "__map_";
  EXPECT_THAT(with(deep, Limits()), Fails(Code::kLimitExceeded, "levels"));
}

}  // namespace
}  // namespace acd::sops
