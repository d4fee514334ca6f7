#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/yaml/graph.h"
#include "decrypt/yaml/input.h"
#include "decrypt/yaml/scanner.h"

namespace acd::yaml {

/// Parses a YAML stream into node graphs, one document at a time, by the grammar of libyaml's
/// parser (YAML 1.1) and with comments attached as go-yaml v3 attaches them. Bounded by
/// `max_depth`, and by `max_nodes` for a document and four times that for the stream. Not safe for
/// concurrent use.
class StreamParser {
 public:
  /// Errors: kInvalidInput when the input is no text.
  static Result<std::unique_ptr<StreamParser>> Create(const Content& input, const Limits& limits);

  /// The next document, or nullopt behind the last one. Anchors live on from document to document.
  /// Errors: kInvalidInput with the line; kLimitExceeded. No further call after an error.
  Result<std::optional<GraphDocument>> Next();

  std::span<const std::string_view> Lines(CommentRange range) const {
    return std::span(comment_pool_).subspan(range.begin, range.count);
  }
  Input& input() { return input_; }
  const Input& input() const { return input_; }

 private:
  StreamParser(Input input, const Limits& limits);

  // A node, or nullptr with error_ set.
  using NodePtr = GraphNode*;
  struct Properties {
    std::string_view anchor;
    std::string_view tag;
    bool has_tag = false;
    Mark tag_mark;
    std::string_view tag_handle;
    std::string_view tag_suffix;
  };
  // Children are appended here.
  struct Children {
    GraphNode* parent;
    GraphNode* last = nullptr;
  };

  bool Start();
  bool StartDocument(bool implicit, GraphDocument& document);
  bool EndDocument(GraphDocument& document);
  bool ReadDirectives();
  bool AddTagDirective(std::string_view handle, std::string_view prefix, bool may_repeat,
                       Mark mark);
  void SplitDocumentHead(GraphDocument& document);

  NodePtr ParseNode(bool block, bool indentless);
  bool ReadProperties(const Token*& token, Properties& properties);
  bool ResolveTag(Mark start, Properties& properties);
  NodePtr ParseContent(const Token& token, bool block, bool indentless, Mark start,
                       const Properties& properties);
  NodePtr ParseAlias(const Token& token);
  NodePtr ParseScalar(const Token& token, Mark start, const Properties& properties);
  bool ParseBlockSequence(GraphNode* node);
  bool ParseIndentlessSequence(GraphNode* node);
  bool ParseBlockMapping(GraphNode* node);
  NodePtr ParseBlockValue();
  bool ParseFlowSequence(GraphNode* node);
  bool ParseFlowMapping(GraphNode* node);
  NodePtr ParseFlowPair(Mark start);
  /// Skips the separator before an entry that is not the first. Sets `token` to what follows.
  bool NextFlowEntry(bool first, TokenType end, Mark start, const char* problem,
                     const Token*& token);
  NodePtr ParseFlowMappingValue();

  const Token* Peek();
  GraphNode* NewNode(GraphNode::Kind kind, Mark mark);
  GraphNode* NewEmptyScalar(Mark mark) { return NewNode(GraphNode::Kind::kScalar, mark); }
  bool Append(Children& children, GraphNode* child);
  bool AppendPair(Children& children, GraphNode* key, GraphNode* value, GraphNode*& last_key);
  /// Gives the comments that were met so far to a node.
  NodeComments TakeComments();
  CommentRange Store(CommentLines& lines);
  /// Sets the head comment of an item aside for the collection that the item is.
  bool SplitStem(std::size_t head_lines);
  void UseStem(GraphNode* node);
  bool Refuse(Mark mark, std::string_view problem);
  bool CheckDepth() { return depth_ <= limits_.max_depth || RefuseDepth(); }
  bool RefuseDepth();

  Input input_;
  Limits limits_;
  Scanner scanner_;
  bool started_ = false;
  std::size_t depth_ = 0;
  std::size_t document_nodes_ = 0;
  std::size_t stream_nodes_ = 0;
  std::vector<std::vector<GraphNode>> chunks_;
  std::size_t used_in_chunk_ = 0;  // of the last one
  std::unordered_map<std::string_view, const GraphNode*> anchors_;
  std::vector<std::pair<std::string_view, std::string_view>> tag_directives_;
  std::deque<std::string> tags_;
  CommentLines head_, line_, foot_, stem_;
  std::vector<std::string_view> comment_pool_;
  Error error_;
};

}  // namespace acd::yaml
