#include "decrypt/sops/tree_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::CountingKey;
using testing::Documents;
using testing::List;
using testing::Map;
using testing::Remark;
using testing::Show;
using testing::Text;

class TreeWalk : public ::testing::Test {
 protected:
  Node Enc(std::string_view plain, std::string_view aad, std::string_view type = "str") {
    return Text(testing::Encrypt(plain, type, aad, key_));
  }
  Node EncRemark(std::string_view plain, std::string_view aad, std::string_view type = "comment") {
    return Remark(testing::Encrypt(plain, type, aad, key_));
  }

  Result<std::vector<SecretBytes>> Walk(std::vector<Node>& documents) {
    ValueCipher cipher(key_);
    MacHash mac(metadata_.mac_only_encrypted);
    auto leaves = DecryptTree(documents, metadata_, cipher, mac);
    mac_ = mac.Finish().ExposeText();
    if (!leaves) return Fail(std::move(leaves).error());
    std::vector<SecretBytes> values;
    for (const Node* leaf : *leaves) values.push_back(CopyText(*leaf));
    return values;
  }

  /// The tree after the walk, or the error's message.
  std::string Walked(std::vector<Node> documents) {
    const auto values = Walk(documents);
    if (!values.has_value()) return values.error().message;
    std::string out;
    for (const Node& document : documents) out += (out.empty() ? "" : " ") + Show(document);
    return out;
  }

  /// The MAC of leaves that have these texts.
  std::string MacOf(std::string_view text) const {
    MacHash mac(metadata_.mac_only_encrypted);
    mac.Add(Text(text));
    return std::string(mac.Finish().ExposeText());
  }

  SecretBytes key_ = CountingKey();
  Metadata metadata_;
  std::string mac_;
};

TEST_F(TreeWalk, AuthenticatesThePathWithoutIndices) {
  EXPECT_EQ(Walked(Documents(Map("a", Enc("1", "a:"), "b",
                                 List(Enc("2", "b:"), List(Enc("3", "b:")),
                                      Map("c", Enc("4", "b:c:"), "", Enc("5", "b::"))),
                                 "x:y", Enc("6", "x:y:")))),
            R"({a: "1", b: ["2", ["3"], {c: "4", : "5"}], x:y: "6"})");
  EXPECT_EQ(mac_, MacOf("123456"));
}

TEST_F(TreeWalk, AValueUnderAnotherKeyDoesNotOpen) {
  EXPECT_EQ(Walked(Documents(Map("spec", Map("list", List(Text(""), Enc("1", "spec:other:")))))),
            "Error decrypting tree: Error walking tree: Could not decrypt value: Could not decrypt "
            "with AES_GCM: cipher: message authentication failed, at [\"spec\"][\"list\"][1]");
}

TEST_F(TreeWalk, NamesTheDocumentAndEscapesKeys) {
  auto documents = Documents(Map(), Map("a\nb", Text("plain")));
  const auto values = Walk(documents);
  ASSERT_FALSE(values.has_value());
  EXPECT_EQ(values.error().message,
            "Error decrypting tree: Error walking tree: Could not decrypt value: Input string does "
            "not match sops' data format, at [\"a\\x0ab\"] of document 2");
  EXPECT_NE(values.error().hint, "");
}

TEST_F(TreeWalk, EveryTypeEntersTheMacInItsTextForm) {
  EXPECT_EQ(Walked(Documents(Map("a", Enc("True", "a:", "bool"), "b", Enc("1e3", "b:", "float"),
                                 "c", Enc("007", "c:", "int"), "d",
                                 Enc("2001-01-01T00:00:00.50+00:00", "d:", "time")))),
            "{a: true, b: 1000.000000, c: 7, d: 2001-01-01T00:00:00.5Z}");
  EXPECT_EQ(mac_, MacOf("True100072001-01-01T00:00:00.5Z"));
}

TEST_F(TreeWalk, NullsAndEmptyThingsAreKeptAndCountNothing) {
  EXPECT_EQ(Walked(Documents(Map("a", Node(), "b", Text(""), "c", Map(), "d", List()))),
            R"({a: null, b: "", c: {}, d: []})");
  EXPECT_EQ(mac_, MacOf(""));
}

TEST_F(TreeWalk, ALeafThatIsDueMustBeAString) {
  EXPECT_THAT(Walked(Documents(Map("a", Node(std::int64_t{5})))),
              ::testing::HasSubstr("Expected encrypted value as string, but got int, at [\"a\"]"));
  EXPECT_THAT(Walked(Documents(Map("a", Node(true)))), ::testing::HasSubstr("but got bool"));
  EXPECT_THAT(Walked(Documents(Map("a", Node(1.5)))), ::testing::HasSubstr("but got float64"));
  EXPECT_THAT(Walked(Documents(Map("a", Node(Timestamp{"2001-01-01T00:00:00Z"})))),
              ::testing::HasSubstr("but got time.Time"));
}

TEST_F(TreeWalk, RefusesAKeyThatIsNoStringWhereItComesUponIt) {
  const auto walked = [&](std::string_view aad) {
    Node inner = Map("a", Enc("x", aad), "1", Node(Unwalkable{"uint64"}));
    inner.As<Node::Map>()->back().key_type = "int";
    return Walked(Documents(Map("b", std::move(inner))));
  };
  EXPECT_EQ(walked("b:a:"),
            "Error decrypting tree: Error walking tree: Tree contains a non-string key (type int). "
            "Only string keys are supported, at [\"b\"][\"1\"]");
  EXPECT_THAT(walked("b:other:"), ::testing::HasSubstr("message authentication failed"));
}

TEST_F(TreeWalk, RefusesUnwalkableEvenInAPlainPlace) {
  EXPECT_THAT(Walked(Documents(Map("a_unencrypted", Node(Unwalkable{"uint64"})))),
              ::testing::HasSubstr("Cannot walk value, unknown type: uint64"));
}

TEST_F(TreeWalk, RefusesATimeThatGoCannotMarshalWhereItWouldBeHashed) {
  for (const char* time : {"2001-12-14T21:59:43+24:00", "2001-12-14T21:59:43.5-25:00"}) {
    EXPECT_THAT(Walked(Documents(Map("a_unencrypted", Node(Timestamp{time})))),
                ::testing::HasSubstr("timezone hour outside of range [0,23], at"))
        << time;
  }
  EXPECT_EQ(Walked(Documents(Map("a_unencrypted", Node(Timestamp{"2001-12-14T21:59:43+23:59"})))),
            "{a_unencrypted: 2001-12-14T21:59:43+23:59}");
  metadata_.mac_only_encrypted = true;
  EXPECT_EQ(Walked(Documents(Map("a_unencrypted", Node(Timestamp{"2001-12-14T21:59:43+24:00"})))),
            "{a_unencrypted: 2001-12-14T21:59:43+24:00}");
}

TEST_F(TreeWalk, PlainPlacesStayAndCount) {
  EXPECT_EQ(Walked(Documents(Map("m_unencrypted", Map("a", Node(std::int64_t{1}), "b", Text("x")),
                                 "c", Enc("y", "c:")))),
            R"({m_unencrypted: {a: 1, b: "x"}, c: "y"})");
  EXPECT_EQ(mac_, MacOf("1xy"));
}

TEST_F(TreeWalk, MacOnlyEncryptedSkipsPlainPlacesAndIsSeeded) {
  metadata_.mac_only_encrypted = true;
  EXPECT_EQ(Walked(Documents(Map("a_unencrypted", Text("x"), "c", Enc("hello", "c:")))),
            R"({a_unencrypted: "x", c: "hello"})");
  EXPECT_EQ(mac_.substr(0, 16), "AB53BE959DEF78AB");
}

TEST_F(TreeWalk, RegularExpressionsSelectSubtrees) {
  metadata_.rule = Rule::kEncryptedRegex;
  metadata_.pattern = "^data$";
  EXPECT_EQ(
      Walked(Documents(Map("kind", Text("Secret"), "data", Map("a", Enc("1", "data:a:")), "spec",
                           Map("data", List(Enc("2", "spec:data:"))), "", Remark("c")))),
      R"({kind: "Secret", data: {a: "1"}, spec: {data: ["2"]}, # c})");
  EXPECT_EQ(mac_, MacOf("Secret12"));
}

TEST_F(TreeWalk, CommentsAreDecryptedAndCountNothing) {
  EXPECT_EQ(Walked(Documents(Map("", EncRemark(" root", ":"), "m",
                                 Map("", EncRemark(" in", "m:"), "a", Enc("1", "m:a:")), "l",
                                 List(Enc(" el", "l:", "comment"), Enc("2", "l:"))))),
            R"({#  root, m: {#  in, a: "1"}, l: [#  el, "2"]})");
  EXPECT_EQ(mac_, MacOf("12"));
}

TEST_F(TreeWalk, ACommentThatDoesNotOpenStaysAsItIs) {
  EXPECT_EQ(
      Walked(Documents(Map("", Remark(" plain"), "", EncRemark("x", "elsewhere:")))).substr(0, 20),
      "{#  plain, # ENC[AES");
}

TEST_F(TreeWalk, ACommentOfTypeStringCountsAsInSops) {
  EXPECT_EQ(Walked(Documents(Map("", EncRemark("x", ":", "str")))), "{# x}");
  EXPECT_EQ(mac_, MacOf("x"));
  EXPECT_THAT(Walked(Documents(Map("", EncRemark("1", ":", "int")))),
              ::testing::HasSubstr("walkValue of Comment"));
}

TEST_F(TreeWalk, InAListWhatIsNoCommentAnyMoreBecomesAnElementAsInSops) {
  EXPECT_EQ(Walked(Documents(Map("l", List(EncRemark("x", "l:", "str"), Enc("y", "l:"),
                                           EncRemark("7", "l:", "int"), Remark(""))))),
            R"({l: ["x", "y", 7, ""]})");
  EXPECT_EQ(mac_, MacOf("xy7"));
  EXPECT_EQ(Walked(Documents(Map("", Remark(""), "l_unencrypted", List(Remark(""))))),
            "{# , l_unencrypted: [# ]}");
}

TEST_F(TreeWalk, AValueOfTypeCommentIsRefused) {
  EXPECT_THAT(Walked(Documents(Map("a", Enc("x", "a:", "comment")))),
              ::testing::HasSubstr("of type comment, in place of a value, at [\"a\"]"));
}

TEST_F(TreeWalk, EncryptedCommentRegexCoversTheNextSiblingAndAllBelow) {
  metadata_.rule = Rule::kEncryptedCommentRegex;
  metadata_.pattern = "enc";
  EXPECT_EQ(Walked(Documents(
                Map("p", Text("plain"), "", Remark("enc"), "", EncRemark("second", ":"), "m",
                    Map("", EncRemark("inner", "m:"), "a", Enc("1", "m:a:")), "q", Text("plain")))),
            R"({p: "plain", # enc, # second, m: {# inner, a: "1"}, q: "plain"})");
}

TEST_F(TreeWalk, AnEncryptedListCommentEndsTheActiveRunAsInSops) {
  metadata_.rule = Rule::kEncryptedCommentRegex;
  metadata_.pattern = "enc";
  // The element after it is then taken for plain, which is why no sops opens such a file.
  const std::string second = testing::Encrypt("1", "str", "l:", key_);
  EXPECT_EQ(Walked(Documents(
                Map("l", List(Remark("enc"), Enc("second", "l:", "comment"), Text(second))))),
            "{l: [# enc, # second, \"" + second + "\"]}");
}

TEST_F(TreeWalk, UnencryptedCommentRegexLeavesTheCommentAndItsSubject) {
  metadata_.rule = Rule::kUnencryptedCommentRegex;
  metadata_.pattern = "plain";
  EXPECT_EQ(Walked(Documents(Map("", Remark("plain"), "a", Text("x"), "b", Enc("y", "b:"), "l",
                                 List(Remark("plain"), Text("z"), Enc("w", "l:"))))),
            R"({# plain, a: "x", b: "y", l: [# plain, "z", "w"]})");
}

// sops crashes on these: kept as plain text, the ciphertext would go on.
TEST_F(TreeWalk, RefusesACommentOfTypeBytes) {
  auto documents = Documents(Map("", EncRemark("x", ":", "bytes")));
  EXPECT_THAT(Walk(documents), Fails(Code::kUnsupported, "Unknown datatype: bytes"));
}

TEST_F(TreeWalk, ReturnsEachDecryptedStringAndNumber) {
  auto documents = Documents(Map("a", Enc("one", "a:"), "b_unencrypted", Text("plain"), "n",
                                 Enc("1", "n:", "int"), "f", Enc("2.5", "f:", "float"), "",
                                 EncRemark("note", ":"), "e", Text("")));
  const auto values = Walk(documents);
  ASSERT_THAT(values, IsOk());
  std::vector<std::string> texts;
  for (const SecretBytes& value : *values) texts.emplace_back(value.ExposeText());
  EXPECT_THAT(texts, ::testing::ElementsAre("one", "1", "2.5", "note"));
}

TEST_F(TreeWalk, ErrorsNeverHoldAValue) {
  const std::string secret = "hunter2hunter2";
  for (const char* type : {"int", "float", "bool", "time", "bytes", "foo"}) {
    auto documents = Documents(Map("a", Enc(secret, "a:", type)));
    const auto values = Walk(documents);
    ASSERT_FALSE(values.has_value()) << type;
    EXPECT_EQ(values.error().message.find("hunter2"), std::string::npos) << values.error().message;
  }
  auto documents = Documents(Map("a", Text(secret)));
  EXPECT_EQ(Walk(documents).error().message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace acd::sops
