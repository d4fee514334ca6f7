#include "plugin/preview/value.h"

#include <gtest/gtest.h>

#include "plugin/preview/yaml_writer.h"
#include "tests/plugin/preview/preview_test_support.h"

namespace acd::preview {
namespace {

using testing::Parsed;

TEST(Value, HasTheTypesOfYaml11) {
  const Value value = Parsed("a: yes\nb: 0777\nc: 1_000\nd: 'no'\ne: 2026-01-01\nf: ~\ng: 1.50\n");
  EXPECT_EQ(WriteYaml(value),
            "a: true\nb: 511\nc: 1000\nd: \"no\"\ne: \"2026-01-01\"\nf: null\ng: 1.5\n");
}

TEST(Value, OfDuplicateKeysTheLastCounts) {
  EXPECT_EQ(WriteYaml(Parsed("a: 1\nb: 2\na: 3\n")), "a: 3\nb: 2\n");
}

TEST(Value, FollowsMergeKeysBelowOwnOnes) {
  EXPECT_EQ(WriteYaml(Parsed("x: &x {a: 1, b: 2}\nw:\n  <<: *x\n  b: 3\n")),
            "x:\n  a: 1\n  b: 2\nw:\n  b: 3\n  a: 1\n");
}

TEST(Value, KeysAreTexts) {
  EXPECT_EQ(WriteYaml(Parsed("on: 1\n5: 2\n")), "\"true\": 1\n\"5\": 2\n");
}

TEST(Value, SortsItsKeysAtEveryDepth) {
  Value value = Parsed("b: [{z: 1, v: 2}]\na: 1\n");
  value.SortKeys();
  EXPECT_EQ(WriteYaml(value), "a: 1\nb:\n- v: 2\n  z: 1\n");
}

}  // namespace
}  // namespace acd::preview
