#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/sops/stores/json_scanner.h"
#include "decrypt/sops/stores/json_store.h"

namespace acd::sops {
namespace {

constexpr std::string_view kOnlyObjects =
    "SOPS only supports JSON files with a top-level object (starting with '{'), not ";
constexpr std::size_t kMaxDepth = 2000;  // who walks, prints or destroys a tree recurses

// Follows sops's walk over the tokens of Go's decoder, so that both refuse the same texts with the
// same words. One difference: where the text ends behind a key of the outermost object, or inside a
// list that is its value, sops silently drops that member and is content; here it is the error that
// it is one level further down.
class Reader {
 public:
  Reader(std::string_view text, const Limits& limits)
      : scan_(text), limits_(limits), max_depth_(std::min(limits.max_depth, kMaxDepth)) {}

  Result<Node> Document() {
    scan_.SkipSpace();
    if (scan_.AtEnd())
      return Fail(Code::kInvalidInput, std::string(kJsonErrorPrefix).append("EOF"));
    if (scan_.Peek() == '{') return Tree();
    if (scan_.Peek() == '[') {
      return scan_.Syntax(
          std::string(kOnlyObjects) +
          "arrays or other types. Got delimiter [ instead. To encrypt this file, wrap it "
          "in an object, e.g., {\"data\": [...]}");
    }
    ACD_TRY(const Node scalar, scan_.Scalar());
    return scan_.Syntax(std::string(kOnlyObjects) + "other JSON types. Got a value of type " +
                        GoType(scalar) + " instead");
  }

 private:
  static const char* GoType(const Node& scalar) {
    if (scalar.Is<SecretBytes>()) return "string";
    if (scalar.Is<std::int64_t>()) return "int";
    if (scalar.Is<double>()) return "float64";
    return scalar.Is<bool>() ? "bool" : "<nil>";
  }

  Failure EndInsteadOfKey() const {
    return scan_.Syntax("Expected JSON object key, got %!s(<nil>) of type <nil> instead");
  }
  Status CountNode() {
    if (++nodes_ <= limits_.max_nodes) return {};
    return Fail(Code::kLimitExceeded, std::string(kJsonErrorPrefix) + "more than " +
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
      if (scan_.AtEnd()) return EndInsteadOfKey();
      Node value;
      if (scan_.Peek() == '{' || scan_.Peek() == '[') {
        ACD_CHECK(CheckDepth(open.size() + 1));
        Node::Value& container = open.emplace_back().node.value;
        if (scan_.Peek() == '{') {
          container.emplace<Node::Map>();
        } else {
          container.emplace<Node::List>();
        }
        ACD_TRY(const bool has_value, First(open.back()));
        if (has_value) continue;
        value = std::move(open.back().node);
        open.pop_back();
      } else {
        ACD_TRY(value, scan_.Scalar());
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
    scan_.Skip();
    scan_.SkipSpace();
    if (scan_.AtEnd()) return EndInsteadOfKey();
    if (scan_.Peek() == (open.IsMap() ? '}' : ']')) {
      scan_.Skip();
      return false;
    }
    if (!open.IsMap()) return true;
    if (scan_.Peek() != '"') return scan_.Unexpected("");
    ACD_CHECK(Key(open));
    return true;
  }

  // Behind a value: goes to the next one; false if the end was read.
  Result<bool> Next(Open& open) {
    scan_.SkipSpace();
    if (scan_.AtEnd()) return EndInsteadOfKey();
    const bool more = scan_.Peek() == ',';
    if (!more && scan_.Peek() != (open.IsMap() ? '}' : ']')) {
      return scan_.Unexpected(open.IsMap() ? " after object key:value pair"
                                           : " after array element");
    }
    scan_.Skip();
    if (!more) return false;
    scan_.SkipSpace();
    if (!open.IsMap()) return true;
    if (scan_.AtEnd()) return EndInsteadOfKey();
    if (scan_.Peek() != '"') return scan_.Unexpected(" looking for beginning of object key string");
    ACD_CHECK(Key(open));
    return true;
  }

  // Reads a key and its colon, and goes to the value.
  Status Key(Open& open) {
    ACD_TRY(const SecretBytes key, scan_.String());
    open.key = key.ExposeText();
    scan_.SkipSpace();
    if (scan_.AtEnd()) return EndInsteadOfKey();
    if (scan_.Peek() != ':') return scan_.Unexpected(" after object key");
    scan_.Skip();
    scan_.SkipSpace();
    return {};
  }

  Status CheckDepth(std::size_t depth) const {
    if (depth <= max_depth_) return {};
    return Fail(Code::kLimitExceeded, std::string(kJsonErrorPrefix) + "exceeded max depth of " +
                                          std::to_string(max_depth_));
  }

  JsonScanner scan_;
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
