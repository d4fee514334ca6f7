#include "decrypt/sops/stores/store.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using testing::Documents;
using testing::List;
using testing::Map;
using testing::Remark;
using testing::Text;

std::string Value(Format format, Node value) {
  const auto text = WriteStoreValue(format, std::move(value), Format::kYaml, WriteOptions());
  return text ? std::string(text->ExposeText()) : text.error().message;
}

// As printed by `sops decrypt --extract`.
TEST(StoreValue, PrintsWhatExtractPrints) {
  EXPECT_EQ(Value(Format::kYaml, Node(true)), "true\n");
  EXPECT_EQ(Value(Format::kYaml, Node()), "null\n");
  EXPECT_EQ(Value(Format::kYaml, Node(Timestamp{"2001-01-01T00:00:00Z"})),
            "2001-01-01T00:00:00Z\n");
  EXPECT_EQ(Value(Format::kYaml, List()), "[]\n");
  EXPECT_EQ(Value(Format::kYaml, List(Remark(" c1"), Remark("c2"))), "# c1\n#c2\n[]\n");
  EXPECT_EQ(Value(Format::kYaml, List(Remark(" c"), Node(Comment{SecretBytes::CopyOf(" i"), true}),
                                      Text("x"), Text("y"))),
            "# c\n- x # i\n- \"y\"\n");
  EXPECT_EQ(Value(Format::kYaml, List(Remark(" c1"), Map("z", Node(std::int64_t{1})), Remark(" c2"),
                                      Text("multi\n\nline\n"), List(Text("x"), Text("y")))),
            "# c1\n- z: 1\n# c2\n- |\n  multi\n\n  line\n- - x\n  - \"y\"\n");
  EXPECT_EQ(Value(Format::kJson, List(Node(1.5), Node())), "[\n\t1.5,\n\tnull\n]");
  EXPECT_EQ(Value(Format::kIni, List(Node(1.5), Node())), "[1.5,null]");
  EXPECT_EQ(Value(Format::kJson, Node(Timestamp{"2001-01-01T00:00:00Z"})),
            "\"2001-01-01T00:00:00Z\"");
}

TEST(StoreValue, RefusesWhatHasNoForm) {
  EXPECT_EQ(Value(Format::kYaml, Remark("x")), "a comment is not a value");
  EXPECT_THAT(Value(Format::kBinary, Node(true)), ::testing::HasSubstr("not structured"));
  EXPECT_EQ(Value(Format::kDotenv, Node(true)),
            "the dotenv store only supports emitting strings, got bool");
  EXPECT_EQ(Value(Format::kDotenv, List()),
            "the dotenv store only supports emitting strings, got []interface {}");
}

TEST(BinaryStore, PrintsTheBytesOfDataOnly) {
  const auto bytes = std::string("\0\xFF\n", 3);
  const auto documents = Documents(Map("other", Text("x"), "data", Text(bytes)));
  EXPECT_EQ(WriteStore(Format::kBinary, documents, WriteOptions())->ExposeText(), bytes);
  EXPECT_THAT(WriteStore(Format::kBinary, Documents(Map("data", Node(true))), WriteOptions()),
              Fails(Code::kInvalidInput, "'data' key in tree does not have a string value"));
  EXPECT_THAT(WriteStore(Format::kBinary, Documents(Map()), WriteOptions()),
              Fails(Code::kInvalidInput, "no binary data found in tree"));
  EXPECT_THAT(WriteStore(Format::kBinary, Documents(Map(), Map()), WriteOptions()),
              Fails(Code::kInvalidInput, "there must be exactly one tree branch"));
}

}  // namespace
}  // namespace acd::sops
