#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/sops/stores/json_number.h"
#include "decrypt/sops/stores/json_store.h"
#include "decrypt/sops/stores/json_string.h"

namespace acd::sops {
namespace {

constexpr std::string_view kWrapper = "Could not unmarshal input data: ";
constexpr std::string_view kOnlyObjects =
    "SOPS only supports JSON files with a top-level object (starting with '{'), not ";
constexpr std::size_t kMaxDepth = 2000;  // who walks, prints or destroys a tree recurses

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// A byte as Go quotes it in a message: taken for a Latin-1 character.
std::string QuoteByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string hex = {kHex[byte >> 4U], kHex[byte & 15U]};
  switch (c) {
    case '\'':
      return R"('\'')";
    case '\\':
      return R"('\\')";
    case '\a':
      return R"('\a')";
    case '\b':
      return R"('\b')";
    case '\f':
      return R"('\f')";
    case '\n':
      return R"('\n')";
    case '\r':
      return R"('\r')";
    case '\t':
      return R"('\t')";
    case '\v':
      return R"('\v')";
    default:
      break;
  }
  if (byte < 0x20 || byte == 0x7F) return "'\\x" + hex + "'";
  if (byte < 0x7F) return {'\'', c, '\''};
  if (byte <= 0xA0 || byte == 0xAD) return "'\\u00" + hex + "'";
  return {'\'', static_cast<char>(0xC0U | byte >> 6U), static_cast<char>(0x80U | (byte & 0x3FU)),
          '\''};
}

// Follows sops's walk over the tokens of Go's decoder, so that both refuse the same texts with the
// same words. One difference: where the text ends behind a key of the outermost object, sops
// silently drops that member and is content; here it is the error that it is one level further
// down.
class Reader {
 public:
  Reader(std::string_view text, const Limits& limits)
      : text_(text), limits_(limits), max_depth_(std::min(limits.max_depth, kMaxDepth)) {}

  Result<Node> Document() {
    SkipSpace();
    if (AtEnd()) return Fail(Code::kInvalidInput, std::string(kWrapper).append("EOF"));
    if (Peek() == '{') return Tree();
    if (Peek() == '[') {
      return Syntax(std::string(kOnlyObjects) +
                    "arrays or other types. Got delimiter [ instead. To encrypt this file, wrap it "
                    "in an object, e.g., {\"data\": [...]}");
    }
    ACD_TRY(const Node scalar, Scalar());
    return Syntax(std::string(kOnlyObjects) + "other JSON types. Got a value of type " +
                  GoType(scalar) + " instead");
  }

 private:
  bool AtEnd() const { return offset_ == text_.size(); }
  char Peek() const { return text_[offset_]; }

  void SkipSpace() {
    while (!AtEnd() && std::string_view(" \t\r\n").find(Peek()) != std::string_view::npos) {
      ++offset_;
    }
  }

  static const char* GoType(const Node& scalar) {
    if (scalar.Is<SecretBytes>()) return "string";
    if (scalar.Is<std::int64_t>()) return "int";
    if (scalar.Is<double>()) return "float64";
    return scalar.Is<bool>() ? "bool" : "<nil>";
  }

  // What sops says, and where: Go says only the former.
  Failure Syntax(const std::string& what) const {
    const std::string_view before = text_.substr(0, offset_);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return Fail(Code::kInvalidInput, std::string(kWrapper) + what + " (line " +
                                         std::to_string(line) + ", column " +
                                         std::to_string(offset_ - line_start + 1) + ")");
  }
  Failure Unexpected(std::string_view context) const {
    if (AtEnd()) return Syntax("unexpected EOF");
    return Syntax("invalid character " + QuoteByte(Peek()) + std::string(context));
  }
  Failure EndInsteadOfKey() const {
    return Syntax("Expected JSON object key, got %!s(<nil>) of type <nil> instead");
  }
  Status CountNode() {
    if (++nodes_ <= limits_.max_nodes) return {};
    return Fail(Code::kLimitExceeded, std::string(kWrapper) + "more than " +
                                          std::to_string(limits_.max_nodes) + " values");
  }

  // A container that is being read, and the key of the member whose value comes next.
  struct Open {
    Node node;
    std::string key;

    bool IsMap() const { return node.Is<Node::Map>(); }
    void Add(Node value) {
      if (auto* map = node.As<Node::Map>()) {
        map->push_back({std::move(key), std::move(value)});
      } else {
        node.As<Node::List>()->push_back(std::move(value));
      }
    }
  };

  // Without recursion: nesting is bounded by the limit, not by the stack.
  Result<Node> Tree() {
    std::vector<Open> open;
    for (;;) {
      ACD_CHECK(CountNode());
      if (AtEnd()) return EndInsteadOfKey();
      Node value;
      if (Peek() == '{' || Peek() == '[') {
        ACD_CHECK(CheckDepth(open.size() + 1));
        open.push_back({Peek() == '{' ? Node(Node::Map()) : Node(Node::List()), {}});
        ACD_TRY(const bool has_value, First(open.back()));
        if (has_value) continue;
        value = std::move(open.back().node);
        open.pop_back();
      } else {
        ACD_TRY(value, Scalar());
      }
      // The value may be the last of its container, that one of the next, and so on.
      for (;;) {
        if (open.empty()) return value;
        open.back().Add(std::move(value));
        ACD_TRY(const bool has_value, Next(open.back()));
        if (has_value) break;
        value = std::move(open.back().node);
        open.pop_back();
      }
    }
  }

  // At the opening bracket: goes to the first value; false if there is none, the end then read.
  Result<bool> First(Open& open) {
    ++offset_;
    SkipSpace();
    if (AtEnd()) return EndInsteadOfKey();
    if (Peek() == (open.IsMap() ? '}' : ']')) {
      ++offset_;
      return false;
    }
    if (!open.IsMap()) return true;
    if (Peek() != '"') return Unexpected("");
    ACD_CHECK(Key(open));
    return true;
  }

  // Behind a value: goes to the next one; false if the end was read.
  Result<bool> Next(Open& open) {
    SkipSpace();
    if (AtEnd()) return EndInsteadOfKey();
    const bool more = Peek() == ',';
    if (!more && Peek() != (open.IsMap() ? '}' : ']')) {
      return Unexpected(open.IsMap() ? " after object key:value pair" : " after array element");
    }
    ++offset_;
    if (!more) return false;
    SkipSpace();
    if (!open.IsMap()) return true;
    if (AtEnd()) return EndInsteadOfKey();
    if (Peek() != '"') return Unexpected(" looking for beginning of object key string");
    ACD_CHECK(Key(open));
    return true;
  }

  // Reads a key and its colon, and goes to the value.
  Status Key(Open& open) {
    ACD_TRY(const std::string_view key, String());
    open.key = DecodeJsonString(key).ExposeText();
    SkipSpace();
    if (AtEnd()) return EndInsteadOfKey();
    if (Peek() != ':') return Unexpected(" after object key");
    ++offset_;
    SkipSpace();
    return {};
  }

  Status CheckDepth(std::size_t depth) const {
    if (depth <= max_depth_) return {};
    return Fail(Code::kLimitExceeded,
                std::string(kWrapper) + "exceeded max depth of " + std::to_string(max_depth_));
  }

  Result<Node> Scalar() {
    switch (Peek()) {
      case '"': {
        ACD_TRY(const std::string_view body, String());
        return Node(DecodeJsonString(body));
      }
      case 't':
        ACD_CHECK(Literal("true"));
        return Node(true);
      case 'f':
        ACD_CHECK(Literal("false"));
        return Node(false);
      case 'n':
        ACD_CHECK(Literal("null"));
        return Node();
      default:
        if (Peek() == '-' || IsDigit(Peek())) return Number();
        return Unexpected(" looking for beginning of value");
    }
  }

  Status Literal(std::string_view word) {
    ++offset_;
    for (const char expected : word.substr(1)) {
      if (AtEnd() || Peek() != expected) {
        return Unexpected(" in literal " + std::string(word) + " (expecting '" + expected + "')");
      }
      ++offset_;
    }
    return {};
  }

  Status Digits(std::string_view context) {
    if (AtEnd() || !IsDigit(Peek())) return Unexpected(context);
    while (!AtEnd() && IsDigit(Peek())) ++offset_;
    return {};
  }

  Result<Node> Number() {
    const std::size_t start = offset_;
    if (Peek() == '-') ++offset_;
    if (!AtEnd() && Peek() == '0') {
      ++offset_;
    } else {
      ACD_CHECK(Digits(" in numeric literal"));
    }
    if (!AtEnd() && Peek() == '.') {
      ++offset_;
      ACD_CHECK(Digits(" after decimal point in numeric literal"));
    }
    if (!AtEnd() && (Peek() == 'e' || Peek() == 'E')) {
      ++offset_;
      if (!AtEnd() && (Peek() == '+' || Peek() == '-')) ++offset_;
      ACD_CHECK(Digits(" in exponent of numeric literal"));
    }
    auto number = ParseJsonNumber(text_.substr(start, offset_ - start));
    // sops quotes the number here; it may be a secret in its place.
    if (!number) return Syntax("strconv.ParseFloat: value out of range");
    return std::move(*number);
  }

  // What is between the quotes, checked but not decoded.
  Result<std::string_view> String() {
    const std::size_t start = ++offset_;
    for (; !AtEnd(); ++offset_) {
      if (Peek() == '"') return text_.substr(start, offset_++ - start);
      if (static_cast<unsigned char>(Peek()) < 0x20) return Unexpected(" in string literal");
      if (Peek() == '\\') ACD_CHECK(Escape());
    }
    return Unexpected("");
  }

  // Leaves the offset at the last character of the escape.
  Status Escape() {
    ++offset_;
    if (AtEnd()) return Unexpected("");
    if (Peek() != 'u') {
      if (std::string_view("bfnrt\\/\"").find(Peek()) != std::string_view::npos) return {};
      return Unexpected(" in string escape code");
    }
    for (int i = 0; i < 4; ++i) {
      ++offset_;
      if (AtEnd() || !IsHexDigit(Peek())) {
        return Unexpected(" in \\u hexadecimal character escape");
      }
    }
    return {};
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  const Limits& limits_;
  std::size_t max_depth_;
  std::size_t nodes_ = 0;
};

}  // namespace

Result<Node> ReadJson(std::span<const std::uint8_t> content, const Limits& limits) {
  if (content.size() > limits.max_document_bytes) {
    return Fail(Code::kLimitExceeded,
                "document is larger than " + std::to_string(limits.max_document_bytes) + " bytes");
  }
  return Reader(AsText(content), limits).Document();
}

}  // namespace acd::sops
