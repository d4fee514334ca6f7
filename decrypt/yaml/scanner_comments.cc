// Which comment belongs to what: go-yaml v3's rules, since sops stores comments in its tree and its
// *_comment_regex rules look at them.

#include <string>
#include <utility>

#include "decrypt/yaml/scanner.h"

namespace acd::yaml {
namespace {

// Blanks and line breaks that are searched for the next comment.
constexpr std::int32_t kLookAhead = 512;

void MoveLines(CommentLines& from, CommentLines& to) {
  to.insert(to.end(), from.begin(), from.end());
  from.clear();
}

}  // namespace

void Scanner::TakePendingComments(const Token& token, CommentLines& head, CommentLines& line,
                                  CommentLines& foot) {
  for (; comments_head_ < comments_.size(); ++comments_head_) {
    PendingComment& comment = comments_[comments_head_];
    if (token.start.index < comment.token_index) return;
    switch (comment.kind) {
      case PendingComment::Kind::kHead:
        if (token.type == TokenType::kBlockEnd) return;  // it heads what comes after the block
        MoveLines(comment.lines, head);
        break;
      case PendingComment::Kind::kLine:
        MoveLines(comment.lines, line);
        break;
      case PendingComment::Kind::kFoot:
        MoveLines(comment.lines, foot);
        break;
      case PendingComment::Kind::kTaken:
        break;
    }
    comment.kind = PendingComment::Kind::kTaken;
  }
  comments_.clear();
  comments_head_ = 0;
}

void Scanner::AddComment(PendingComment::Kind kind, std::int32_t token_index,
                         std::int32_t scan_index, std::int32_t end_index, Mark start,
                         CommentLines& lines) {
  comments_.push_back({kind, token_index, scan_index, end_index, start, std::move(lines)});
  lines = {};
}

// The comment behind the token that was just read, if there is one on its line.
void Scanner::ScanLineComment(Mark token_mark) {
  if (newlines_ > 0) return;
  std::int32_t at = pos_;
  while (at - pos_ < kLookAhead && IsBlank(text_ + at)) ++at;
  if (at - pos_ == kLookAhead || text_[at] != '#') return;
  pos_ = at;
  const Mark start = Here();
  at = LineEnd(at);
  SkipText(at);
  CommentLines lines = {TextBetween(start.pos, at)};
  AddComment(PendingComment::Kind::kLine, token_mark.index, 0, 0, start, lines);
}

// In "key: # text", newline, "- item" the comment heads the item, not the sequence.
void Scanner::TurnEntryCommentIntoHead() {
  if (comments_.empty() || tokens_.size() < 2) return;
  PendingComment& comment = comments_.back();
  if (comment.kind != PendingComment::Kind::kLine) return;
  if (tokens_.back().type != TokenType::kBlockEntry ||
      tokens_[tokens_.size() - 2].type != TokenType::kBlockSequenceStart || IsBreak(At())) {
    return;
  }
  comment.kind = PendingComment::Kind::kHead;
  if (comment.start.line == line_ - 1) comment.token_index = Index();
}

// Reads comment lines up to the next token or to a run of more than 512 blanks. Those up to the
// first blank line, or indented less than the block, are feet of what came before; the others head
// what follows.
bool Scanner::ScanComments(Mark scan_start) {
  using Kind = PendingComment::Kind;
  const Token* token = &tokens_.back();
  if (token->type == TokenType::kFlowEntry && tokens_.size() > 1)
    token = &tokens_[tokens_.size() - 2];
  const bool after_value = token->type == TokenType::kValue;

  std::int32_t token_index = token->start.index;
  std::int32_t scan_index = scan_start.index;
  std::int32_t next_indent = indent_ < 0 ? 0 : indent_;
  bool recent_empty = false;
  bool first_empty = newlines_ <= 1;
  std::int32_t line = line_;
  std::int32_t column = Column();
  Mark start;
  CommentLines lines;

  // A foot starts on the line below the content, if there is content on this line.
  std::int32_t foot_line = -1;
  if (scan_start.line > 0) {
    foot_line = line_ - newlines_ + 1;
    if (newlines_ == 0 && Column() > 1) ++foot_line;
  }

  auto add_foot = [&](std::int32_t end_index) {
    AddComment(Kind::kFoot, token_index, scan_index, end_index, start, lines);
    scan_index = token_index = end_index;
  };

  std::int32_t peek = 0;
  for (; peek < kLookAhead; ++peek) {
    // Behind a comment that ends the text there is nothing.
    const char* p = At() + peek - (peek > 0 && At()[peek - 1] == '\0' ? 1 : 0);
    ++column;
    if (IsBlank(p)) continue;
    const bool closes_flow = flow_level_ > 0 && (*p == ']' || *p == '}');
    if (closes_flow || IsBreakOrEnd(p)) {
      if (closes_flow || !recent_empty) {
        const bool dedented = start.column - 1 < next_indent;
        if (closes_flow ||
            (first_empty && ((start.line == foot_line && !after_value) || dedented))) {
          if (!lines.empty()) {
            if (dedented) token_index = start.index;
            add_foot(Index() + peek);
          }
        } else if (!lines.empty() && *p != '\0') {
          lines.emplace_back();
        }
      }
      if (!IsBreak(p)) break;
      first_empty = false;
      recent_empty = true;
      column = 0;
      ++line;
      continue;
    }

    // A change of indentation: what was read so far is a foot.
    if (!lines.empty() && column - 1 < next_indent && column != start.column) {
      add_foot(Index() + peek);
    }
    if (*p != '#') break;

    if (++comment_lines_ > max_comment_lines_) {
      error_ = {Code::kLimitExceeded,
                "more than " + std::to_string(max_comment_lines_) + " lines of comments",
                "split the file, or take comments out"};
      return false;
    }
    if (lines.empty()) start = {pos_ + peek, Index() + peek, line, column};
    recent_empty = false;
    const std::int32_t begin = pos_ + peek;
    while (pos_ < begin) {
      if (IsBreak(At())) {
        SkipBreak();
      } else {
        ++pos_;  // a blank
      }
    }
    const std::int32_t end = LineEnd(begin);
    lines.push_back(TextBetween(begin, end));
    SkipText(end);

    peek = 0;  // the loop goes on behind the break that ended the comment
    column = 0;
    line = line_;
    next_indent = indent_ < 0 ? 0 : indent_;
  }

  if (!lines.empty()) {
    AddComment(Kind::kHead, start.index, scan_index, Index() + peek - 1, start, lines);
  }
  return true;
}

}  // namespace acd::yaml
