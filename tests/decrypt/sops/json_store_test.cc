#include "decrypt/sops/stores/json_store.h"

#include <cmath>
#include <limits>
#include <string>

#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

Result<Node> Read(std::string_view text, const Limits& limits = {}) {
  return ReadJson(AsBytes(text), limits);
}

std::string Print(const Node& node, int indent = -1) {
  const auto text = WriteJson(node, WriteOptions{.indent = indent});
  return text ? std::string(text->ExposeText()) : "error: " + text.error().message;
}

// What `sops -d` would print of a document with this content.
std::string Reprint(std::string_view text) {
  const auto node = Read(text);
  return node ? Print(*node) : "error: " + node.error().message;
}

// One value there and back, as `{"v": VALUE}`.
std::string Value(std::string_view value) {
  const std::string text = Reprint("{\"v\":" + std::string(value) + "}");
  constexpr std::string_view kBefore = "{\n\t\"v\": ";
  if (!text.starts_with(kBefore)) return text;
  return text.substr(kBefore.size(), text.size() - kBefore.size() - 3);
}

Node One(Node value) {
  Node::Map map;
  map.push_back({"v", std::move(value)});
  return Node(std::move(map));
}

TEST(JsonStore, PrintsAsSopsDoes) {
  EXPECT_EQ(Reprint(R"({"b":1,"a":[true,false,null,"x",{"c":{}},[]],"e":{},"f":""})"),
            "{\n\t\"b\": 1,\n\t\"a\": [\n\t\ttrue,\n\t\tfalse,\n\t\tnull,\n\t\t\"x\",\n\t\t{\n"
            "\t\t\t\"c\": {}\n\t\t},\n\t\t[]\n\t],\n\t\"e\": {},\n\t\"f\": \"\"\n}\n");
  EXPECT_EQ(Reprint("{}"), "{}\n");
  EXPECT_EQ(Reprint(" \t\r\n{ } trailing } garbage"), "{}\n");
}

TEST(JsonStore, IndentsBySpacesWhenTold) {
  const auto node = Read(R"({"a":[1]})");
  EXPECT_EQ(Print(*node, 2), "{\n  \"a\": [\n    1\n  ]\n}\n");
  EXPECT_EQ(Print(*node, 0), "{\n\"a\": [\n1\n]\n}\n");
}

TEST(JsonStore, KeepsOrderAndDuplicates) {
  const auto node = Read(R"({"b":1,"a":2,"b":3,"":4})");
  ASSERT_THAT(node, IsOk());
  const auto& map = *node->As<Node::Map>();
  ASSERT_EQ(map.size(), 4U);
  EXPECT_EQ(map[0].key, "b");
  EXPECT_EQ(map[1].key, "a");
  EXPECT_EQ(map[2].key, "b");
  EXPECT_EQ(*map[2].value.As<std::int64_t>(), 3);
  EXPECT_EQ(map[3].key, "");
}

// Left: the text of a document; right: what sops 3.13.3 prints for it.
TEST(JsonStore, KeepsIntegersAndPrintsFloatsAsGo) {
  struct Row {
    std::string_view in;
    std::string_view out;
  };
  for (const Row& row : {
           Row{"0", "0"},
           Row{"-0", "0"},
           Row{"-0.0", "-0"},
           Row{"9007199254740993", "9007199254740993"},
           Row{"9223372036854775807", "9223372036854775807"},
           Row{"-9223372036854775808", "-9223372036854775808"},
           Row{"9223372036854775808", "9223372036854776000"},
           Row{"18446744073709551615", "18446744073709552000"},
           Row{"1.0", "1"},
           Row{"1e2", "100"},
           Row{"1.50", "1.5"},
           Row{"0.1", "0.1"},
           Row{"123456.789e-2", "1234.56789"},
           Row{"1e20", "100000000000000000000"},
           Row{"1e21", "1e+21"},
           Row{"123456789012345678901234", "1.2345678901234569e+23"},
           Row{"1e-6", "0.000001"},
           Row{"0.00000123", "0.00000123"},
           Row{"1e-7", "1e-7"},
           Row{"1.5E-10", "1.5e-10"},
           Row{"1E+300", "1e+300"},
           Row{"1.7976931348623157e308", "1.7976931348623157e+308"},
           Row{"5e-324", "5e-324"},
           Row{"1e-400", "0"},
           Row{"-1e-400", "-0"},
           Row{"1e-99999999999999999999", "0"},
           Row{"0e99999999999999999999", "0"},
           Row{"0.0000000000000000000001e-310", "0"},
           Row{"1e-9223372036854775808", "0"},
           Row{"10000e-9223372036854775807", "0"},
           Row{"-0.001e-9223372036854775808", "-0"},
           Row{"0e9223372036854775807", "0"},
       }) {
    EXPECT_EQ(Value(row.in), row.out) << row.in;
  }
}

TEST(JsonStore, RefusesNumbersBeyondADoubleWithoutQuotingThem) {
  for (const std::string_view number :
       {"1E400", "-1e309", "1e99999999999999999999", "0.001e9999", "1.8e308",
        "1e9223372036854775807", "10e9223372036854775807", "-1E+9223372036854775808"}) {
    const auto result = Read("{\"v\":" + std::string(number) + "}");
    EXPECT_THAT(result, Fails(Code::kInvalidInput, "value out of range")) << number;
    EXPECT_THAT(result.error().message, Not(HasSubstr(std::string(number))));
  }
  EXPECT_THAT(Read("{\"v\":1" + std::string(400, '0') + "}"),
              Fails(Code::kInvalidInput, "value out of range"));
  EXPECT_EQ(Value("0." + std::string(400, '0') + "1"), "0");
}

// Go counts an exponent up to its fifth digit.
TEST(JsonStore, WeighsALongMantissaAgainstItsExponentAsGo) {
  EXPECT_EQ(Value("0." + std::string(19999, '0') + "1e20000"), "1");
  EXPECT_EQ(Value("0." + std::string(99999, '0') + "1e100000"), "0");
}

TEST(JsonStore, ReadsEscapesAndRepairsTextAsGo) {
  struct Row {
    std::string_view in;
    std::string_view text;
  };
  for (const Row& row : {
           Row{R"("a\"\\\/\b\f\n\r\tz")", "a\"\\/\b\f\n\r\tz"},
           Row{R"("\u0041\u00e9\u20AC\u0000")", std::string_view("A\xC3\xA9\xE2\x82\xAC\0", 7)},
           Row{R"("\ud83d\uDE00")", "\xF0\x9F\x98\x80"},
           Row{R"("\ud83d")", "\xEF\xBF\xBD"},
           Row{R"("\ude00\ud83d")", "\xEF\xBF\xBD\xEF\xBF\xBD"},
           Row{R"("\ud83dx")", "\xEF\xBF\xBDx"},
           Row{R"("\ud83d\u0041")",
               "\xEF\xBF\xBD"
               "A"},
           Row{R"("\ud83d\ud83d\ude00")", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
           Row{R"("\ud83d\n")", "\xEF\xBF\xBD\n"},
           Row{"\"\xC3\xA9\x7F\"", "\xC3\xA9\x7F"},
           Row{"\"\xFFx\xC3\"", "\xEF\xBF\xBDx\xEF\xBF\xBD"},
           Row{"\"\xE2\x82\"", "\xEF\xBF\xBD\xEF\xBF\xBD"},
           Row{"\"\xED\xA0\x80\"", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
           Row{"\"\xC0\x80\xF5\"", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
           Row{"\"\xF4\x90\x80\x80\"", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
           Row{"\"\xF0\x8F\xBF\xBF\"", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
           Row{"\"\xE0\x9F\xBF\"", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
       }) {
    const auto node = Read("{\"v\":" + std::string(row.in) + "}");
    ASSERT_THAT(node, IsOk()) << row.in;
    EXPECT_EQ((*node->As<Node::Map>())[0].value.As<SecretBytes>()->ExposeText(), row.text)
        << row.in;
    const auto key = Read(std::string("{").append(row.in) + ":1}");
    ASSERT_THAT(key, IsOk()) << row.in;
    EXPECT_EQ((*key->As<Node::Map>())[0].key, row.text) << row.in;
  }
}

TEST(JsonStore, EscapesAsGo) {
  const auto print = [](std::string_view text) {
    return Print(One(Node(SecretBytes::CopyOf(text))));
  };
  EXPECT_EQ(print("\"\\/<>&'"), "{\n\t\"v\": \"\\\"\\\\/\\u003c\\u003e\\u0026'\"\n}\n");
  EXPECT_EQ(print("\b\f\n\r\t\x01\x1f\x7f"),
            "{\n\t\"v\": \"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"\n}\n");
  EXPECT_EQ(print("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA"),
            "{\n\t\"v\": \"\\u2028\\u2029\xE2\x80\xAA\"\n}\n");
  EXPECT_EQ(print("\xFF\xF0\x9F\x98\x80\xEF\xBF\xBD"),
            "{\n\t\"v\": \"\\ufffd\xF0\x9F\x98\x80\xEF\xBF\xBD\"\n}\n");
  Node::Map map;
  map.push_back({"<\xFF", Node()});
  EXPECT_EQ(Print(Node(std::move(map))), "{\n\t\"\\u003c\\ufffd\": null\n}\n");
}

TEST(JsonStore, DropsCommentsAndQuotesTimes) {
  Node::Map map;
  map.push_back({"", Node(Comment{SecretBytes::CopyOf(" note")})});
  map.push_back({"t", Node(Timestamp{"2001-12-14T00:00:00Z"})});
  Node::List list;
  list.push_back(Node(Comment{SecretBytes::CopyOf(" note")}));
  list.push_back(Node(std::int64_t{1}));
  map.push_back({"l", Node(std::move(list))});
  EXPECT_EQ(Print(Node(std::move(map))),
            "{\n\t\"t\": \"2001-12-14T00:00:00Z\",\n\t\"l\": [\n\t\t1\n\t]\n}\n");
}

TEST(JsonStore, RefusesWhatJsonCannotHold) {
  struct Row {
    double value;
    std::string_view name;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Row& row : {Row{infinity, "+Inf"}, Row{-infinity, "-Inf"}, Row{std::nan(""), "NaN"}}) {
    EXPECT_THAT(
        WriteJson(One(One(Node(row.value))), {}),
        Fails(Code::kInvalidInput,
              "Error marshaling to json: Error encoding value of v: Error encoding value of "
              "v: json: unsupported value: " +
                  std::string(row.name)));
  }
}

TEST(JsonStore, RefusesNodesThatAreNoValues) {
  EXPECT_THAT(WriteJson(One(Node(Timestamp{"2001-12-14T21:59:43-24:00"})), {}),
              Fails(Code::kInvalidInput, "timezone hour outside of range [0,23]"));
  EXPECT_THAT(WriteJson(One(Node(Comment{SecretBytes::CopyOf("note")})), {}),
              Fails(Code::kInvalidInput, "value of v: json: unsupported type: comment"));
  EXPECT_THAT(WriteJson(One(Node(Unwalkable{"uint64"})), {}),
              Fails(Code::kInvalidInput, "json: unsupported type: uint64"));
}

TEST(JsonStore, RefusesWhatSopsRefusesInItsWords) {
  struct Row {
    std::string_view text;
    std::string reason;
  };
  const std::string kNotAnObject =
      "SOPS only supports JSON files with a top-level object (starting with '{'), not other JSON "
      "types. Got a value of type ";
  for (const Row& row : {
           Row{"", "EOF"},
           Row{" \n", "EOF"},
           Row{"[1]",
               "SOPS only supports JSON files with a top-level object (starting with '{'), "
               "not arrays or other types. Got delimiter [ instead."},
           Row{"\"secret\"", kNotAnObject + "string instead"},
           Row{"17", kNotAnObject + "int instead"},
           Row{"1.5", kNotAnObject + "float64 instead"},
           Row{"true", kNotAnObject + "bool instead"},
           Row{"null", kNotAnObject + "<nil> instead"},
           Row{"\xEF\xBB\xBF{}", "invalid character 'ï' looking for beginning of value"},
           Row{"]", "invalid character ']' looking for beginning of value"},
           Row{"x", "invalid character 'x' looking for beginning of value"},
           Row{"{", "Expected JSON object key, got %!s(<nil>) of type <nil> instead"},
           Row{"{\"a\":1", "Expected JSON object key, got %!s(<nil>) of type <nil> instead"},
           Row{"{\"a\":1,", "Expected JSON object key, got %!s(<nil>) of type <nil> instead"},
           Row{"{\"a", "unexpected EOF"},
           Row{"{\"a\":tr", "unexpected EOF"},
           Row{"{\"a\":\"\\", "unexpected EOF"},
           Row{"{\"a\":\"\\u12", "unexpected EOF"},
           Row{"{x", "invalid character 'x'"},
           Row{"{,", "invalid character ','"},
           Row{"{\"a\":1,}", "invalid character '}' looking for beginning of object key string"},
           Row{"{\"a\":1,2", "invalid character '2' looking for beginning of object key string"},
           Row{"{\"a\" 1}", "invalid character '1' after object key"},
           Row{"{\"a\":}", "invalid character '}' looking for beginning of value"},
           Row{"{\"a\":,", "invalid character ',' looking for beginning of value"},
           Row{"{\"a\":1 2}", "invalid character '2' after object key:value pair"},
           Row{"{\"a\":01}", "invalid character '1' after object key:value pair"},
           Row{"{\"a\":[,", "invalid character ',' looking for beginning of value"},
           Row{"{\"a\":[1,]", "invalid character ']' looking for beginning of value"},
           Row{"{\"a\":[1 2]", "invalid character '2' after array element"},
           Row{"{\"a\":[1}", "invalid character '}' after array element"},
           Row{"{\"a\":tru}", "invalid character '}' in literal true (expecting 'e')"},
           Row{"{\"a\":nill}", "invalid character 'i' in literal null (expecting 'u')"},
           Row{"{\"a\":-}", "invalid character '}' in numeric literal"},
           Row{"{\"a\":1.}", "invalid character '}' after decimal point in numeric literal"},
           Row{"{\"a\":1e}", "invalid character '}' in exponent of numeric literal"},
           Row{"{\"a\":1e+}", "invalid character '}' in exponent of numeric literal"},
           Row{"{\"a\":+1}", "invalid character '+' looking for beginning of value"},
           Row{"{\"a\":.5}", "invalid character '.' looking for beginning of value"},
           Row{"{\"a\":NaN}", "invalid character 'N' looking for beginning of value"},
           Row{"{\"a\":'b'}", "invalid character '\\'' looking for beginning of value"},
           Row{"{\"a\":\"b\nc\"}", "invalid character '\\n' in string literal"},
           Row{"{\"a\":\"\\x\"}", "invalid character 'x' in string escape code"},
           Row{"{\"a\":\"\\u12g4\"}", "invalid character 'g' in \\u hexadecimal character escape"},
           Row{"{// comment\n}", "invalid character '/'"},
       }) {
    EXPECT_THAT(Read(row.text),
                Fails(Code::kInvalidInput, "Could not unmarshal input data: " + row.reason))
        << row.text;
  }
}

// At the top sops drops such a member and is content; further down it refuses. Refused here always.
TEST(JsonStore, RefusesATextThatEndsBeforeAValue) {
  for (const std::string_view text : {"{\"a\"", "{\"a\":", "{\"a\":[", "{\"a\":[1", "{\"a\":[1,",
                                      "{\"a\":{\"b\"", "{\"a\":{\"b\":[{"}) {
    EXPECT_THAT(Read(text), Fails(Code::kInvalidInput,
                                  "Expected JSON object key, got %!s(<nil>) of type <nil> instead"))
        << text;
  }
}

TEST(JsonStore, SaysWhereAnErrorIs) {
  EXPECT_THAT(Read("{\n  \"a\": 1,\n  \"b\": x\n}"),
              Fails(Code::kInvalidInput, "(line 3, column 8)"));
}

TEST(JsonStore, BoundsNestingNodesAndBytes) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_THAT(Read(nested(5), Limits{.max_depth = 5}), IsOk());
  EXPECT_THAT(Read(nested(6), Limits{.max_depth = 5}),
              Fails(Code::kLimitExceeded, "exceeded max depth of 5"));
  EXPECT_THAT(Read(nested(1000)), IsOk());
  EXPECT_THAT(Read(nested(1'000'000)), Fails(Code::kLimitExceeded, "exceeded max depth of 1000"));
  // As many as may be asked for still fit on the stack.
  EXPECT_THAT(Read(nested(2000), Limits{.max_depth = 1'000'000}), IsOk());
  EXPECT_THAT(Read(nested(2001), Limits{.max_depth = 1'000'000}),
              Fails(Code::kLimitExceeded, "exceeded max depth of 2000"));
  EXPECT_THAT(Read("{\"a\":[1,2]}", Limits{.max_nodes = 4}), IsOk());
  EXPECT_THAT(Read("{\"a\":[1,2]}", Limits{.max_nodes = 3}),
              Fails(Code::kLimitExceeded, "more than 3 values"));
  EXPECT_THAT(Read("{}", Limits{.max_document_bytes = 1}),
              Fails(Code::kLimitExceeded, "larger than 1 bytes"));
}

TEST(JsonStore, BoundsWhatItPrints) {
  std::string text = "{\"a\":" + std::string(900, '[') + "0";
  for (int i = 0; i < 300'000; ++i) text += ",0";
  text += std::string(900, ']') + "}";
  const auto node = Read(text);
  ASSERT_THAT(node, IsOk());
  EXPECT_THAT(WriteJson(*node, {}), Fails(Code::kLimitExceeded, "JSON text would be larger"));
  EXPECT_THAT(WriteJson(One(Node()), WriteOptions{.indent = 2'000'000'000}),
              Fails(Code::kLimitExceeded, "JSON text would be larger"));
}

TEST(JsonStore, PrintsASingleValue) {
  const auto print = [](const Node& node) {
    return std::string(WriteJsonValue(node, {}).value().ExposeText());
  };
  EXPECT_EQ(print(Node(1.5)), "1.5");
  EXPECT_EQ(print(Node(SecretBytes::CopyOf("x"))), "\"x\"");
  EXPECT_EQ(print(One(Node(true))), "{\n\t\"v\": true\n}");
}

TEST(JsonStore, SurvivesEveryTruncationAndFlippedBit) {
  const std::string text = R"({"a":[1,-2.5e3,"x\u00e9\ud83d\ude00\n",true,null],"b":{"c":false}})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(Read(text.substr(0, size))) << size;
  }
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const std::string printed = Reprint(changed);
    if (printed.starts_with("error: ")) continue;
    EXPECT_EQ(Reprint(printed), printed) << changed;
  }
}

}  // namespace
}  // namespace acd::sops
