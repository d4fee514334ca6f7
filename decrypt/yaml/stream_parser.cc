#include "decrypt/yaml/stream_parser.h"

#include <algorithm>

#include "decrypt/yaml/alias_budget.h"

namespace acd::yaml {
namespace {

constexpr std::size_t kNodesPerChunk = 64;

bool IsDirective(TokenType type) {
  return type == TokenType::kVersionDirective || type == TokenType::kTagDirective;
}

/// The text of a document starts with the first word behind its marker, or else on the next line.
/// No block collection can start on the marker's line, so the columns cut off do not matter.
std::size_t ContentStart(std::string_view text, std::size_t marker) {
  std::size_t at = text.find_first_not_of(" \t", marker + 3);
  if (at == std::string_view::npos) return text.size();
  if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') ++at;
  return text[at] == '\n' || text[at] == '\r' ? at + 1 : at;
}

}  // namespace

StreamParser::StreamParser(Input input, const Limits& limits)
    : input_(std::move(input)), limits_(limits), scanner_(input_.text(), limits.max_nodes) {}

Result<std::unique_ptr<StreamParser>> StreamParser::Create(const Content& input,
                                                           const Limits& limits) {
  ACD_TRY(Input decoded, Input::Decode(input));
  return std::unique_ptr<StreamParser>(new StreamParser(std::move(decoded), limits));
}

Result<std::optional<GraphDocument>> StreamParser::Next() {
  const bool implicit = !started_;
  if (!started_ && !Start()) return Fail(error_);
  GraphDocument document;
  document_nodes_ = 0;
  if (!StartDocument(implicit, document)) return Fail(error_);
  if (document.root == nullptr) return std::optional<GraphDocument>();
  if (!EndDocument(document)) return Fail(error_);
  return std::optional<GraphDocument>(document);
}

bool StreamParser::Start() {
  started_ = true;
  if (Peek() == nullptr) return false;
  scanner_.Skip();
  return true;
}

// Reads what is before the root node, and the root node. No root at the end of the stream.
bool StreamParser::StartDocument(bool implicit, GraphDocument& document) {
  const Token* token = Peek();
  if (token == nullptr) return false;
  while (!implicit && token->type == TokenType::kDocumentEnd) {
    scanner_.Skip();
    if ((token = Peek()) == nullptr) return false;
  }
  if (token->type == TokenType::kStreamEnd) return true;

  GraphNode* root = nullptr;
  if (implicit && !IsDirective(token->type) && token->type != TokenType::kDocumentStart) {
    if (!ReadDirectives()) return false;
    SplitDocumentHead(document);
    root = ParseNode(true, false);
  } else {
    if (!ReadDirectives()) return false;
    if ((token = Peek()) == nullptr) return false;
    if (token->type != TokenType::kDocumentStart) {
      return Refuse(token->start, "did not find expected <document start>");
    }
    document.begin = ContentStart(input_.text(), static_cast<std::size_t>(token->start.pos));
    scanner_.Skip();
    if ((token = Peek()) == nullptr) return false;
    document.empty = IsDirective(token->type) || token->type == TokenType::kDocumentStart ||
                     token->type == TokenType::kDocumentEnd || token->type == TokenType::kStreamEnd;
    root = document.empty ? NewEmptyScalar(token->start) : ParseNode(true, false);
  }
  document.root = root;
  return root != nullptr;
}

bool StreamParser::EndDocument(GraphDocument& document) {
  const Token* token = Peek();
  if (token == nullptr) return false;
  document.end = static_cast<std::size_t>(token->start.pos);
  document.begin = std::min(document.begin, document.end);
  if (token->type == TokenType::kDocumentEnd) scanner_.Skip();
  tag_directives_.clear();
  const NodeComments comments = TakeComments();
  document.foot = comments.foot.empty() ? comments.head : comments.foot;
  return true;
}

// The comment at the top of the file belongs to the document up to its last blank line.
void StreamParser::SplitDocumentHead(GraphDocument& document) {
  const auto blank = std::find(head_.rbegin(), head_.rend(), std::string_view());
  if (blank == head_.rend()) return;
  const auto end = blank.base() - 1;
  CommentLines above(head_.begin(), end);
  head_.erase(head_.begin(), end + 1);
  document.head = Store(above);
}

bool StreamParser::ReadDirectives() {
  const Token* token = Peek();
  if (token == nullptr) return false;
  bool has_version = false;
  while (IsDirective(token->type)) {
    if (token->type == TokenType::kTagDirective) {
      if (!AddTagDirective(token->text, token->suffix, false, token->start)) return false;
    } else {
      if (has_version) return Refuse(token->start, "found duplicate %YAML directive");
      if (token->suffix != "1.1" && token->suffix != "01.1" && token->suffix != "1.01" &&
          token->suffix != "01.01") {
        return Refuse(token->start, "found incompatible YAML document");
      }
      has_version = true;
    }
    scanner_.Skip();
    if ((token = Peek()) == nullptr) return false;
  }
  return AddTagDirective("!", "!", true, token->start) &&
         AddTagDirective("!!", "tag:yaml.org,2002:", true, token->start);
}

bool StreamParser::AddTagDirective(std::string_view handle, std::string_view prefix,
                                   bool may_repeat, Mark mark) {
  for (const auto& directive : tag_directives_) {
    if (directive.first != handle) continue;
    return may_repeat || Refuse(mark, "found duplicate %TAG directive");
  }
  tag_directives_.emplace_back(handle, prefix);
  return true;
}

const Token* StreamParser::Peek() {
  const Token* token = scanner_.Peek();
  if (token == nullptr) {
    error_ = scanner_.error();
  } else {
    scanner_.TakeComments(*token, head_, line_, foot_);
  }
  return token;
}

GraphNode* StreamParser::NewNode(GraphNode::Kind kind, Mark mark) {
  if (++document_nodes_ > limits_.max_nodes ||
      ++stream_nodes_ / AliasBudget::kDocumentsFactor > limits_.max_nodes) {
    error_ = {Code::kLimitExceeded,
              "more than " + std::to_string(limits_.max_nodes) + " YAML nodes"};
    return nullptr;
  }
  // Cleared many at a time.
  if (chunks_.empty() || used_in_chunk_ == kNodesPerChunk) {
    chunks_.emplace_back(kNodesPerChunk);
    used_in_chunk_ = 0;
  }
  GraphNode& node = chunks_.back()[used_in_chunk_++];
  node.kind = kind;
  node.line = static_cast<std::uint32_t>(mark.line + 1);
  return &node;
}

bool StreamParser::Append(Children& children, GraphNode* child) {
  if (child == nullptr) return false;
  (children.last == nullptr ? children.parent->first : children.last->next) = child;
  children.last = child;
  ++children.parent->size;
  return true;
}

NodeComments StreamParser::TakeComments() {
  NodeComments comments;
  stem_.clear();
  if (head_.empty() && line_.empty() && foot_.empty()) return comments;
  comments.head = Store(head_);
  comments.line = Store(line_);
  comments.foot = Store(foot_);
  return comments;
}

CommentRange StreamParser::Store(CommentLines& lines) {
  const CommentRange range{static_cast<std::uint32_t>(comment_pool_.size()),
                           static_cast<std::uint32_t>(lines.size())};
  comment_pool_.insert(comment_pool_.end(), lines.begin(), lines.end());
  lines.clear();
  return range;
}

bool StreamParser::SplitStem(std::size_t head_lines) {
  if (head_lines == 0) return true;
  const Token* token = Peek();
  if (token == nullptr) return false;
  if (token->type != TokenType::kBlockSequenceStart &&
      token->type != TokenType::kBlockMappingStart) {
    return true;
  }
  const auto split = head_.begin() + static_cast<std::ptrdiff_t>(head_lines);
  stem_.assign(head_.begin(), split);
  head_.erase(head_.begin(), split);
  return true;
}

void StreamParser::UseStem(GraphNode* node) {
  if (!stem_.empty()) node->comments.head = Store(stem_);
}

bool StreamParser::Refuse(Mark mark, std::string_view problem) {
  error_ = {Code::kInvalidInput,
            "line " + std::to_string(mark.line + 1) + ": " + std::string(problem)};
  return false;
}

bool StreamParser::RefuseDepth() {
  error_ = {Code::kLimitExceeded,
            "exceeded max depth of " + std::to_string(limits_.max_depth) + " in YAML"};
  return false;
}

}  // namespace acd::yaml
