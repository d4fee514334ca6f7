#include "decrypt/yaml/reader.h"

#include <utility>

#include "decrypt/yaml/alias_budget.h"
#include "decrypt/yaml/resolve.h"
#include "decrypt/yaml/stream_parser.h"

namespace acd::yaml {
namespace {

/// Copies a graph into a tree, aliases expanded. The recursion is bounded by max_depth.
class Expander {
 public:
  Expander(const StreamParser& parser, const Limits& limits)
      : parser_(parser), limits_(limits), budget_(limits) {}

  Status ExpandDocument(const GraphNode& root, Node& to) {
    budget_.NextDocument();
    ACD_CHECK(Expand(root, to));
    return budget_.IsSpent() ? ExcessiveAliasing() : Status();
  }

 private:
  static Status ExcessiveAliasing() {
    return Fail(Code::kLimitExceeded, "document contains excessive aliasing");
  }

  Status Expand(const GraphNode& from, Node& to) {
    if (++depth_ > limits_.max_depth) {
      return Fail(Code::kLimitExceeded, "line " + std::to_string(from.line) +
                                            ": exceeded max depth of " +
                                            std::to_string(limits_.max_depth) + " in YAML");
    }
    if (!budget_.Count(from.text.size())) return ExcessiveAliasing();
    Status status = from.kind == GraphNode::Kind::kAlias ? ExpandAlias(from, to) : Copy(from, to);
    --depth_;
    return status;
  }

  Status ExpandAlias(const GraphNode& alias, Node& to) {
    const GraphNode* target = alias.target;
    for (const GraphNode* open : open_) {
      if (open != target) continue;
      return Fail(Code::kInvalidInput,
                  "line " + std::to_string(alias.line) + ": anchor value contains itself");
    }
    budget_.EnterAlias();
    ACD_CHECK(Expand(*target, to));
    budget_.LeaveAlias();
    AddComments(alias.comments, to);
    return {};
  }

  Status Copy(const GraphNode& from, Node& to) {
    to.line = from.line;
    to.tag = from.tag;
    AddComments(from.comments, to);
    if (from.kind == GraphNode::Kind::kScalar) {
      to.kind = Node::Kind::kScalar;
      to.plain = from.style == ScalarStyle::kPlain;
      to.text = SecretBytes::CopyOf(from.text);
      return {};
    }
    open_.push_back(&from);
    if (from.kind == GraphNode::Kind::kSequence) {
      ACD_CHECK(CopyItems(from, to));
    } else {
      ACD_CHECK(CopyMembers(from, to));
    }
    open_.pop_back();
    return {};
  }

  Status CopyItems(const GraphNode& from, Node& to) {
    to.kind = Node::Kind::kSequence;
    to.items.reserve(from.size);
    for (const GraphNode* child = from.first; child != nullptr; child = child->next) {
      ACD_CHECK(Expand(*child, to.items.emplace_back()));
    }
    return {};
  }

  Status CopyMembers(const GraphNode& from, Node& to) {
    to.kind = Node::Kind::kMapping;
    to.members.reserve(from.size / 2);
    for (const GraphNode* key = from.first; key != nullptr; key = key->next->next) {
      auto& member = to.members.emplace_back();
      ACD_CHECK(Expand(*key, member.first));
      ACD_CHECK(Expand(*key->next, member.second));
    }
    return {};
  }

  void AddComments(const NodeComments& comments, Node& to) {
    AddLines(comments.head, to.head_comments);
    AddLines(comments.line, to.line_comments);
    AddLines(comments.foot, to.foot_comments);
  }

  void AddLines(CommentRange range, std::vector<std::string>& to) {
    for (const std::string_view line : parser_.Lines(range)) {
      if (line.empty()) continue;
      if (!budget_.CountComment(line.size())) return;  // the next node, or the end, tells
      to.emplace_back(line.substr(1));
    }
  }

  const StreamParser& parser_;
  const Limits& limits_;
  std::size_t depth_ = 0;
  AliasBudget budget_;
  std::vector<const GraphNode*> open_;  // the collections around the current node
};

}  // namespace

Node::Node() = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

Result<std::vector<Document>> ReadStream(std::span<const std::uint8_t> input,
                                         const Limits& limits) {
  ACD_TRY(const std::unique_ptr<StreamParser> parser, StreamParser::Create(input, limits));
  Expander expander(*parser, limits);
  std::vector<Document> documents;
  for (;;) {
    ACD_TRY(const std::optional<GraphDocument> graph, parser->Next());
    if (!graph) return documents;
    Document& document = documents.emplace_back();
    document.empty = graph->empty;
    document.begin = parser->input().OriginalOffset(graph->begin);
    document.end = parser->input().OriginalOffset(graph->end);
    ACD_CHECK(expander.ExpandDocument(*graph->root, document.root));
  }
}

Type ResolveGoYaml3(const Node& scalar) {
  return Resolve(scalar.text.ExposeText(), scalar.tag, scalar.plain, Rules::kGoYaml3).type;
}

Type ResolveYaml11(const Node& scalar) {
  return Resolve(scalar.text.ExposeText(), scalar.tag, scalar.plain, Rules::kYaml11).type;
}

}  // namespace acd::yaml
