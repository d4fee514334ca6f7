// The node productions of YAML 1.1 as libyaml has them. One function for each kind of collection;
// the recursion is as deep as the document, which Limits.max_depth bounds.

#include "decrypt/yaml/stream_parser.h"

namespace acd::yaml {
namespace {

using Kind = GraphNode::Kind;

bool EndsBlockValue(TokenType type) {
  return type == TokenType::kKey || type == TokenType::kValue || type == TokenType::kBlockEnd;
}

// What a flow mapping's key or value must not start with.
bool EndsFlowValue(TokenType type, TokenType end) {
  return type == TokenType::kFlowEntry || type == end;
}

}  // namespace

// block_node_or_indentless_sequence, block_node or flow_node.
StreamParser::NodePtr StreamParser::ParseNode(bool block, bool indentless) {
  const Token* token = Peek();
  if (token == nullptr) return nullptr;
  if (token->type == TokenType::kAlias) return ParseAlias(*token);
  const Mark start = token->start;
  static const Properties kNone;
  std::optional<Properties> properties;  // most nodes have none, and do not set any up
  if (token->type == TokenType::kAnchor || token->type == TokenType::kTag) {
    properties.emplace();
    if (!ReadProperties(token, *properties) || !ResolveTag(start, *properties)) return nullptr;
  }
  ++depth_;
  if (!CheckDepth()) return nullptr;
  NodePtr node = ParseContent(*token, block, indentless, start, properties ? *properties : kNone);
  --depth_;
  return node;
}

// An anchor and a tag, in either order. `token` becomes what follows them.
bool StreamParser::ReadProperties(const Token*& token, Properties& properties) {
  bool has_anchor = false;
  for (int i = 0; i < 2; ++i) {
    if (token->type == TokenType::kAnchor && !has_anchor) {
      has_anchor = true;
      properties.anchor = token->text;
    } else if (token->type == TokenType::kTag && !properties.has_tag) {
      properties.has_tag = true;
      properties.tag_mark = token->start;
      properties.tag_handle = token->text;
      properties.tag_suffix = token->suffix;
    } else {
      break;
    }
    scanner_.Skip();
    if ((token = Peek()) == nullptr) return false;
  }
  return true;
}

bool StreamParser::ResolveTag(Mark start, Properties& properties) {
  if (!properties.has_tag) return true;
  if (properties.tag_handle.empty()) {
    properties.tag = properties.tag_suffix;
    return true;
  }
  for (const auto& [handle, prefix] : tag_directives_) {
    if (handle != properties.tag_handle) continue;
    tags_.push_back(std::string(prefix) + std::string(properties.tag_suffix));
    properties.tag = tags_.back();
    return true;
  }
  return Refuse(start, "found undefined tag handle");
}

StreamParser::NodePtr StreamParser::ParseContent(const Token& token, bool block, bool indentless,
                                                 Mark start, const Properties& properties) {
  const TokenType type = token.type;
  if (type == TokenType::kScalar) return ParseScalar(token, start, properties);

  bool (StreamParser::*parse)(GraphNode*) = nullptr;
  Kind kind = Kind::kSequence;
  if (indentless && type == TokenType::kBlockEntry) {
    parse = &StreamParser::ParseIndentlessSequence;
  } else if (type == TokenType::kFlowSequenceStart) {
    parse = &StreamParser::ParseFlowSequence;
  } else if (type == TokenType::kFlowMappingStart) {
    parse = &StreamParser::ParseFlowMapping;
    kind = Kind::kMapping;
  } else if (block && type == TokenType::kBlockSequenceStart) {
    parse = &StreamParser::ParseBlockSequence;
  } else if (block && type == TokenType::kBlockMappingStart) {
    parse = &StreamParser::ParseBlockMapping;
    kind = Kind::kMapping;
  } else if (properties.anchor.empty() && properties.tag.empty()) {
    Refuse(start, "did not find expected node content");
    return nullptr;
  }
  GraphNode* node = NewNode(parse == nullptr ? Kind::kScalar : kind, start);
  if (node == nullptr) return nullptr;
  node->tag = properties.tag;
  if (!properties.anchor.empty()) anchors_[properties.anchor] = node;
  if (parse != nullptr && !(this->*parse)(node)) return nullptr;
  return node;
}

StreamParser::NodePtr StreamParser::ParseAlias(const Token& token) {
  GraphNode* node = NewNode(Kind::kAlias, token.start);
  if (node == nullptr) return nullptr;
  node->text = token.text;
  const auto found = anchors_.find(token.text);
  if (found == anchors_.end()) {
    Refuse(token.start, "unknown anchor referenced");
    return nullptr;
  }
  node->target = found->second;
  node->comments = TakeComments();
  scanner_.Skip();
  return node;
}

StreamParser::NodePtr StreamParser::ParseScalar(const Token& token, Mark start,
                                                const Properties& properties) {
  GraphNode* node = NewNode(Kind::kScalar, start);
  if (node == nullptr) return nullptr;
  node->tag = properties.tag;
  node->text = token.text;
  node->style = token.style;
  if (!properties.anchor.empty()) anchors_[properties.anchor] = node;
  node->comments = TakeComments();
  scanner_.Skip();
  return node;
}

// block_sequence ::= BLOCK-SEQUENCE-START (BLOCK-ENTRY block_node?)* BLOCK-END
bool StreamParser::ParseBlockSequence(GraphNode* node) {
  UseStem(node);
  Children children{node};
  const Token* token = Peek();
  if (token == nullptr) return false;
  const Mark start = token->start;
  scanner_.Skip();
  for (;;) {
    if ((token = Peek()) == nullptr) return false;
    if (token->type == TokenType::kBlockEnd) break;
    if (token->type != TokenType::kBlockEntry) {
      return Refuse(start, "did not find expected '-' indicator");
    }
    const Mark mark = token->start;
    const std::size_t head_lines = head_.size();
    scanner_.Skip();
    if (!SplitStem(head_lines) || (token = Peek()) == nullptr) return false;
    const bool empty = token->type == TokenType::kBlockEntry || token->type == TokenType::kBlockEnd;
    if (!Append(children, empty ? NewEmptyScalar(mark) : ParseNode(true, false))) return false;
  }
  scanner_.Skip();
  return true;
}

// indentless_sequence ::= (BLOCK-ENTRY block_node?)+
bool StreamParser::ParseIndentlessSequence(GraphNode* node) {
  Children children{node};
  for (;;) {
    const Token* token = Peek();
    if (token == nullptr) return false;
    if (token->type != TokenType::kBlockEntry) return true;
    const Mark mark = token->start;
    const std::size_t head_lines = head_.size();
    scanner_.Skip();
    if (!SplitStem(head_lines) || (token = Peek()) == nullptr) return false;
    const bool empty = token->type == TokenType::kBlockEntry || EndsBlockValue(token->type);
    if (!Append(children, empty ? NewEmptyScalar(mark) : ParseNode(true, false))) return false;
  }
}

// block_mapping ::= BLOCK-MAPPING_START ((KEY block_node_or_indentless_sequence?)?
//                   (VALUE block_node_or_indentless_sequence?)?)* BLOCK-END
bool StreamParser::ParseBlockMapping(GraphNode* node) {
  UseStem(node);
  Children children{node};
  GraphNode* last_key = nullptr;
  const Token* token = Peek();
  if (token == nullptr) return false;
  const Mark start = token->start;
  scanner_.Skip();
  for (;;) {
    if ((token = Peek()) == nullptr) return false;
    if (token->type == TokenType::kBlockEnd) break;
    if (token->type != TokenType::kKey) return Refuse(start, "did not find expected key");
    const Mark mark = token->start;
    scanner_.Skip();
    if ((token = Peek()) == nullptr) return false;
    GraphNode* key = EndsBlockValue(token->type) ? NewEmptyScalar(mark) : ParseNode(true, true);
    if (key == nullptr) return false;
    // A foot met before the key's own text is that of the member above.
    if (!key->comments.foot.empty() && last_key != nullptr) {
      last_key->comments.foot = key->comments.foot;
      key->comments.foot = {};
    }
    if (!AppendPair(children, key, ParseBlockValue(), last_key)) return false;
  }
  const NodeComments comments = TakeComments();
  node->comments.line = comments.line;
  if (last_key == nullptr) {
    node->comments.foot = comments.foot;
  } else if (!comments.foot.empty()) {
    last_key->comments.foot = comments.foot;
  }
  scanner_.Skip();
  return true;
}

bool StreamParser::AppendPair(Children& children, GraphNode* key, GraphNode* value,
                              GraphNode*& last_key) {
  if (!Append(children, key) || !Append(children, value)) return false;
  if (key->comments.foot.empty()) std::swap(key->comments.foot, value->comments.foot);
  last_key = key;
  return true;
}

StreamParser::NodePtr StreamParser::ParseBlockValue() {
  const Token* token = Peek();
  if (token == nullptr) return nullptr;
  const Mark mark = token->start;
  if (token->type != TokenType::kValue) return NewEmptyScalar(mark);
  scanner_.Skip();
  if ((token = Peek()) == nullptr) return nullptr;
  return EndsBlockValue(token->type) ? NewEmptyScalar(mark) : ParseNode(true, true);
}

bool StreamParser::NextFlowEntry(bool first, TokenType end, Mark start, const char* problem,
                                 const Token*& token) {
  if ((token = Peek()) == nullptr) return false;
  if (first || token->type == end) return true;
  if (token->type != TokenType::kFlowEntry) return Refuse(start, problem);
  scanner_.Skip();
  return (token = Peek()) != nullptr;
}

// flow_sequence ::= FLOW-SEQUENCE-START (flow_sequence_entry FLOW-ENTRY)* flow_sequence_entry?
//                   FLOW-SEQUENCE-END
bool StreamParser::ParseFlowSequence(GraphNode* node) {
  node->comments.head = TakeComments().head;
  Children children{node};
  const Token* token = Peek();
  if (token == nullptr) return false;
  const Mark start = token->start;
  scanner_.Skip();
  for (bool first = true;; first = false) {
    if (!NextFlowEntry(first, TokenType::kFlowSequenceEnd, start,
                       "did not find expected ',' or ']'", token)) {
      return false;
    }
    if (token->type == TokenType::kFlowSequenceEnd) break;
    const Mark mark = token->start;
    const bool is_pair = token->type == TokenType::kKey;
    if (!Append(children, is_pair ? ParseFlowPair(mark) : ParseNode(false, false))) return false;
  }
  const NodeComments comments = TakeComments();
  node->comments.line = comments.line;
  node->comments.foot = comments.foot;
  scanner_.Skip();
  return true;
}

// KEY flow_node? (VALUE flow_node?)?: a mapping of one member inside a flow sequence.
StreamParser::NodePtr StreamParser::ParseFlowPair(Mark start) {
  GraphNode* node = NewNode(Kind::kMapping, start);
  if (node == nullptr) return nullptr;
  Children children{node};
  scanner_.Skip();
  const Token* token = Peek();
  if (token == nullptr) return nullptr;
  GraphNode* key = nullptr;
  if (token->type != TokenType::kValue &&
      !EndsFlowValue(token->type, TokenType::kFlowSequenceEnd)) {
    key = ParseNode(false, false);
  } else {
    key = NewEmptyScalar(token->start);
    scanner_.Skip();  // as libyaml does, so that "[? : x]" is refused
  }
  if (key == nullptr || (token = Peek()) == nullptr) return nullptr;
  GraphNode* value = nullptr;
  if (token->type == TokenType::kValue) {
    scanner_.Skip();
    if ((token = Peek()) == nullptr) return nullptr;
    if (!EndsFlowValue(token->type, TokenType::kFlowSequenceEnd))
      value = ParseNode(false, false);
    else
      value = NewEmptyScalar(token->start);
  } else {
    value = NewEmptyScalar(token->start);
  }
  GraphNode* last_key = nullptr;
  return AppendPair(children, key, value, last_key) ? node : nullptr;
}

// flow_mapping ::= FLOW-MAPPING-START (flow_mapping_entry FLOW-ENTRY)* flow_mapping_entry?
//                  FLOW-MAPPING-END
bool StreamParser::ParseFlowMapping(GraphNode* node) {
  constexpr TokenType kEnd = TokenType::kFlowMappingEnd;
  node->comments.head = TakeComments().head;
  Children children{node};
  GraphNode* last_key = nullptr;
  const Token* token = Peek();
  if (token == nullptr) return false;
  const Mark start = token->start;
  scanner_.Skip();
  for (bool first = true;; first = false) {
    if (!NextFlowEntry(first, kEnd, start, "did not find expected ',' or '}'", token)) {
      return false;
    }
    if (token->type == kEnd) break;
    GraphNode* key = nullptr;
    GraphNode* value = nullptr;
    if (token->type == TokenType::kKey) {
      scanner_.Skip();
      if ((token = Peek()) == nullptr) return false;
      const bool empty = token->type == TokenType::kValue || EndsFlowValue(token->type, kEnd);
      key = empty ? NewEmptyScalar(token->start) : ParseNode(false, false);
      if (key != nullptr) value = ParseFlowMappingValue();
    } else {
      key = ParseNode(false, false);
      if (key == nullptr || (token = Peek()) == nullptr) return false;
      value = NewEmptyScalar(token->start);
    }
    if (key == nullptr || !AppendPair(children, key, value, last_key)) return false;
  }
  const NodeComments comments = TakeComments();
  node->comments.line = comments.line;
  node->comments.foot = comments.foot;
  scanner_.Skip();
  return true;
}

StreamParser::NodePtr StreamParser::ParseFlowMappingValue() {
  const Token* token = Peek();
  if (token == nullptr) return nullptr;
  if (token->type == TokenType::kValue) {
    scanner_.Skip();
    if ((token = Peek()) == nullptr) return nullptr;
    if (!EndsFlowValue(token->type, TokenType::kFlowMappingEnd)) return ParseNode(false, false);
  }
  return NewEmptyScalar(token->start);
}

}  // namespace acd::yaml
