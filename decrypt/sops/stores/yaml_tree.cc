#include "decrypt/sops/stores/yaml_tree.h"

#include <algorithm>
#include <functional>
#include <type_traits>
#include <utility>

#include "decrypt/base/encoding.h"
#include "decrypt/yaml/resolve.h"

namespace acd::sops {
namespace {

using Kind = yaml::GraphNode::Kind;

std::string At(const yaml::GraphNode& node) { return "line " + std::to_string(node.line) + ": "; }

// The type alone counts: "!!null x" is null here.
bool IsNull(const yaml::GraphNode& scalar) {
  const yaml::Resolution resolved = yaml::Resolve(scalar);
  if (resolved.fits) return resolved.type == yaml::Type::kNull;
  return yaml::ShortTag(scalar.tag) == "!!null";
}

Failure ExcessiveAliasing(const yaml::GraphNode& node) {
  return Fail(Code::kLimitExceeded, At(node) + "document contains excessive aliasing");
}

// What Go's %T says of a key that is no string.
const char* GoTypeName(const yaml::GraphNode& key, const Node& value) {
  if (key.kind == Kind::kSequence) return "[]interface {}";
  if (key.kind == Kind::kMapping) return "map[string]interface {}";
  if (value.Is<bool>()) return "bool";
  if (value.Is<std::int64_t>()) return "int";
  if (value.Is<double>()) return "float64";
  if (value.Is<Timestamp>()) return "time.Time";
  if (value.Is<Unwalkable>()) return "uint64";
  return "<nil>";
}

}  // namespace

Result<Node> YamlTree::Convert(const yaml::GraphDocument& document) {
  budget_.NextDocument();
  Node::Map map;
  AddComments(document.head, false, map);
  ACD_CHECK(ConvertRoot(*document.root, map));
  AddComments(document.foot, false, map);
  if (budget_.IsSpent()) return ExcessiveAliasing(*document.root);
  return Node(std::move(map));
}

Status YamlTree::ConvertRoot(const Graph& root, Node::Map& map) {
  if (!Count(root)) return ExcessiveAliasing(root);
  switch (root.kind) {
    case Kind::kMapping:
      depth_ = 1;
      open_.assign(1, &root);
      return ConvertMembers(root, true, map);
    case Kind::kScalar:
      if (!IsNull(root)) {
        return Fail(Code::kInvalidInput,
                    At(root) + "YAML documents that are values are not supported");
      }
      AddComments(root.comments.head, false, map);
      AddComments(root.comments.line, false, map);
      return {};
    case Kind::kSequence:
      break;
    case Kind::kAlias:  // of an anchor in a document before
      AddComments(root.comments.head, false, map);
      AddComments(root.comments.line, false, map);
      ACD_CHECK(ConvertRoot(*root.target, map));
      AddComments(root.comments.foot, false, map);
      return {};
  }
  return Fail(Code::kInvalidInput,
              At(root) + "YAML documents that are sequences are not supported");
}

bool YamlTree::CountKey(const Graph& key) {
  if (key.kind != Kind::kAlias) return Count(key);
  budget_.EnterAlias();
  if (!Count(*key.target)) return false;
  budget_.LeaveAlias();
  return true;
}

Status YamlTree::ConvertValue(const Graph& node, bool with_comments, Node& out) {
  if (!Count(node)) return ExcessiveAliasing(node);
  if (node.kind == Kind::kAlias) return ConvertAlias(node, out);
  if (node.kind != Kind::kScalar) return ConvertCollection(node, with_comments, out);
  out = ScalarValue(node);
  return {};
}

Status YamlTree::ConvertCollection(const Graph& node, bool with_comments, Node& out) {
  if (++depth_ > limits_.max_depth) {
    return Fail(Code::kLimitExceeded,
                At(node) + "exceeded max depth of " + std::to_string(limits_.max_depth));
  }
  open_.push_back(&node);
  if (node.kind == Kind::kSequence) {
    ACD_CHECK(ConvertItems(node, with_comments, out.value.emplace<Node::List>()));
  } else {
    ACD_CHECK(ConvertMembers(node, with_comments, out.value.emplace<Node::Map>()));
  }
  open_.pop_back();
  --depth_;
  return {};
}

// The target's own comments come along, as in sops.
Status YamlTree::ConvertAlias(const Graph& alias, Node& out) {
  if (std::find(open_.begin(), open_.end(), alias.target) != open_.end()) {
    return Fail(Code::kInvalidInput, At(alias) + "anchor value contains itself");
  }
  budget_.EnterAlias();
  ACD_CHECK(ConvertValue(*alias.target, true, out));
  budget_.LeaveAlias();
  return {};
}

Status YamlTree::ConvertItems(const Graph& node, bool with_comments, Node::List& list) {
  list.reserve(node.size);
  if (with_comments) {
    AddComments(node.comments.head, false, list);
    AddComments(node.comments.line, false, list);
  }
  for (const Graph* item = node.first; item != nullptr; item = item->next) {
    AddComments(item->comments.head, false, list);
    AddComments(item->comments.line, true, list);
    Node value;
    ACD_CHECK(ConvertValue(*item, false, value));
    list.push_back(std::move(value));
    AddComments(item->comments.foot, false, list);
  }
  if (with_comments) AddComments(node.comments.foot, false, list);
  return {};
}

Status YamlTree::ConvertMembers(const Graph& node, bool with_comments, Node::Map& map) {
  map.reserve(map.size() + node.size / 2);
  if (with_comments) {
    AddComments(node.comments.head, false, map);
    AddComments(node.comments.line, false, map);
  }
  for (const Graph* key = node.first; key != nullptr; key = key->next->next) {
    ACD_CHECK(ConvertMember(*key, *key->next, map));
  }
  if (with_comments) AddComments(node.comments.foot, false, map);
  return {};
}

Status YamlTree::ConvertMember(const Graph& key, const Graph& value, Node::Map& map) {
  AddComments(key.comments.head, false, map);
  AddComments(key.comments.line, false, map);
  // A collection's comments stand inside of it.
  const bool is_leaf = value.kind == Kind::kScalar || value.kind == Kind::kAlias;
  if (is_leaf) {
    AddComments(value.comments.head, false, map);
    AddComments(value.comments.line, true, map);
  }
  if (!CountKey(key)) return ExcessiveAliasing(key);
  Entry& entry = map.emplace_back();
  SetKey(key, entry);
  ACD_CHECK(ConvertValue(value, !is_leaf, entry.value));
  if (is_leaf) AddComments(value.comments.foot, false, map);
  AddComments(key.comments.foot, false, map);
  return {};
}

void YamlTree::SetKey(const Graph& node, Entry& entry) const {
  const Graph& key = node.kind == Kind::kAlias ? *node.target : node;
  entry.key = key.text;
  if (key.kind == Kind::kScalar && yaml::IsClearlyString(key)) return;
  const Node value = key.kind == Kind::kScalar ? ScalarValue(key) : Node();
  if (const auto* text = value.As<SecretBytes>()) {
    entry.key = text->ExposeText();  // of "!!binary", the bytes
  } else {
    entry.key_type = GoTypeName(key, value);
  }
}

// A value that its explicit tag does not suit is null: sops overlooks the error.
Node YamlTree::ScalarValue(const Graph& scalar) const {
  if (yaml::IsClearlyString(scalar)) return Node(Text(scalar.text));
  yaml::Resolution resolved = yaml::Resolve(scalar);
  if (!resolved.fits) return Node();
  switch (resolved.type) {
    case yaml::Type::kNull:
      return Node();
    case yaml::Type::kBool:
      return Node(resolved.boolean);
    case yaml::Type::kInt:
      if (resolved.beyond_int64) return Node(Unwalkable{"uint64", resolved.large});
      return Node(resolved.integer);
    case yaml::Type::kFloat:
      return Node(resolved.real);
    case yaml::Type::kTimestamp:
      return Node(Timestamp{std::move(resolved.rfc3339)});
    case yaml::Type::kBinary: {
      Result<SecretBytes> bytes = DecodeBase64Go(scalar.text);
      return bytes ? Node(std::move(bytes).value()) : Node();
    }
    case yaml::Type::kMerge:
    case yaml::Type::kString:
      break;
  }
  return Node(Text(scalar.text));
}

SecretBytes YamlTree::Text(std::string_view text) const {
  const std::less<const char*> before;  // also of pointers into different memory
  const bool inside =
      !before(text.data(), input_.data()) && before(text.data(), input_.data() + input_.size());
  return inside ? SecretBytes::Borrow(text) : SecretBytes::CopyOf(text);
}

template <typename Container>
void YamlTree::AddLines(yaml::CommentRange range, bool is_inline, Container& to) {
  for (const std::string_view line : parser_.Lines(range)) {
    if (line.empty()) continue;                      // a blank line
    if (!budget_.CountComment(line.size())) return;  // the next node, or the end, tells
    Node comment(Comment{Text(line.substr(1)), is_inline});
    if constexpr (std::is_same_v<Container, Node::Map>) {
      to.push_back(Entry{{}, std::move(comment)});
    } else {
      to.push_back(std::move(comment));
    }
  }
}

}  // namespace acd::sops
