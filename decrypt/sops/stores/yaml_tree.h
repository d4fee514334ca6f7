#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/sops/tree.h"
#include "decrypt/yaml/alias_budget.h"
#include "decrypt/yaml/stream_parser.h"

namespace acd::sops {

/// Turns parsed YAML documents into sops trees: scalars get their values, aliases are expanded, and
/// comments become members of their own where sops has them.
/// Spec: sops stores/yaml/store.go, yamlDocumentNodeToTreeBranch.
class YamlTree {
 public:
  /// Both are borrowed. `views`: texts may be views of the parser's input.
  YamlTree(const yaml::StreamParser& parser, const Limits& limits, bool views)
      : parser_(parser),
        input_(views ? parser.input().text() : std::string_view()),
        limits_(limits),
        budget_(limits, yaml::AliasRule::kFirstDocument) {}

  /// A document as a map. Errors: kInvalidInput (a root that is no map), kLimitExceeded.
  Result<Node> Convert(const yaml::GraphDocument& document);

 private:
  using Graph = yaml::GraphNode;

  Status ConvertRoot(const Graph& root, Node::Map& map);
  /// `with_comments`: the node's own comments go into the result too.
  Status ConvertValue(const Graph& node, bool with_comments, Node& out);
  Status ConvertCollection(const Graph& node, bool with_comments, Node& out);
  Status ConvertAlias(const Graph& alias, Node& out);
  Status ConvertItems(const Graph& node, bool with_comments, Node::List& list);
  Status ConvertMembers(const Graph& node, bool with_comments, Node::Map& map);
  Status ConvertMember(const Graph& key, const Graph& value, Node::Map& map);
  bool Count(const Graph& node) { return budget_.Count(node.text.size()); }
  bool CountKey(const Graph& key);
  void SetKey(const Graph& node, Entry& entry) const;
  Node ScalarValue(const Graph& scalar) const;
  SecretBytes Text(std::string_view text) const;

  template <typename Container>
  void AddComments(yaml::CommentRange range, bool is_inline, Container& to) {
    if (!range.empty()) AddLines(range, is_inline, to);
  }
  template <typename Container>
  void AddLines(yaml::CommentRange range, bool is_inline, Container& to);

  const yaml::StreamParser& parser_;
  const std::string_view input_;  // of which texts are views
  const Limits& limits_;
  yaml::AliasBudget budget_;
  std::size_t depth_ = 0;
  std::vector<const Graph*> open_;  // the collections around the current node
};

}  // namespace acd::sops
