#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/error.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/yaml/chars.h"
#include "decrypt/yaml/token.h"

namespace acd::yaml {

/// Splits a YAML 1.1 stream into tokens, and collects the comments between them.
///
/// It accepts what go-yaml v3 accepts, the parser of sops, whose scanner descends from libyaml, and
/// finds comments where go-yaml finds them; go-yaml's look-ahead of two tokens is part of that
/// rule. Scalars without escapes or folds are views of the input; others are built in wiped memory.
/// A failure is final: `error` then holds it, kInvalidInput with the line, or kLimitExceeded.
class Scanner {
 public:
  /// `text`: the text of an Input, which must outlive the scanner. More than `max_comments` lines
  /// of comments are kLimitExceeded.
  Scanner(std::string_view text, std::size_t max_comments);
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  /// The next token, or nullptr on failure. Valid until the next call of a non-const member.
  const Token* Peek() {
    if (!token_available_ && !FetchMoreTokens()) return nullptr;
    return &tokens_[head_];
  }
  /// Removes the token that Peek returned.
  void Skip();

  /// Moves the texts of comments that belong before `token` or earlier to the end of `head`,
  /// `line` and `foot`.
  void TakeComments(const Token& token, CommentLines& head, CommentLines& line,
                    CommentLines& foot) {
    if (!comments_.empty()) TakePendingComments(token, head, line, foot);
  }

  const Error& error() const { return error_; }

 private:
  struct SimpleKey {
    bool possible = false;
    bool required = false;
    std::size_t token_number = 0;
    Mark mark;
  };

  /// Line breaks inside a scalar: a single one becomes a space, of several the first is dropped.
  struct Fold {
    bool active = false;     // a break was met, so blanks are indentation
    std::string_view first;  // empty if it was escaped
    std::string more;

    void Add(std::string_view line_break);
    void AppendTo(SecretBytes& out);
  };

  // scanner.cc: which token comes next.
  bool FetchMoreTokens();
  bool FetchNextToken();
  bool FetchIndicator();
  bool FetchStreamEnd();
  bool FetchDocumentIndicator(TokenType type);
  bool FetchFlowStart(TokenType type);
  bool FetchFlowEnd(TokenType type);
  bool FetchFlowEntry();
  bool FetchBlockEntry();
  bool FetchKey();
  bool FetchValue();
  bool FetchSimpleValue(const SimpleKey& key);
  bool FetchComplexValue();
  bool SkipToNextToken();
  void RollIndent(std::int32_t column, std::ptrdiff_t at, TokenType type, Mark mark);
  void UnrollIndent(std::int32_t column, Mark scan_start);
  bool SaveSimpleKey();
  bool RemoveSimpleKey();
  bool IsSimpleKeyValid(SimpleKey& key, bool& valid);
  SimpleKey* PossibleKeyAtHead();
  void AddSingleCharToken(TokenType type);
  Token& AddToken(TokenType type, Mark start);
  void InsertToken(std::ptrdiff_t at, TokenType type, Mark start);

  // scanner_properties.cc: directives, anchors, tags.
  bool FetchDirective();
  bool ScanVersion(Token& token);
  bool ScanTagDirective(Mark start, Token& token);
  bool FetchAnchor(TokenType type);
  bool FetchTag();
  bool ScanTagHandle(bool directive, Mark start, std::string_view& handle);
  bool ScanTagUri(Mark start, std::string_view head, std::string_view& uri);
  bool ScanUriEscape(Mark start, SecretBytes& out);

  // scanner_scalars.cc
  bool FetchPlainScalar();
  void SkipPlainRun();
  bool SkipPlainBlanks(Mark start, Fold& fold);
  bool FetchQuotedScalar(char quote);
  bool ScanQuotedBody(char quote, Mark start, SecretBytes& out);
  bool ScanQuotedRun(char quote, Mark start, SecretBytes& out, bool& escaped_break);
  bool ScanEscape(Mark start, SecretBytes& out);
  void ScanQuotedBlanks(bool escaped_break, SecretBytes& out);

  // scanner_blocks.cc
  bool FetchBlockScalar(bool literal);
  bool ScanBlockHeader(Mark start, int& chomping, std::int32_t& increment);
  bool ScanBlockBreaks(Mark start, std::int32_t& indent, std::string& breaks);

  // scanner_comments.cc
  void TakePendingComments(const Token& token, CommentLines& head, CommentLines& line,
                           CommentLines& foot);
  void ScanLineComment(Mark token_mark);
  bool ScanComments(Mark scan_start);
  void TurnEntryCommentIntoHead();
  void AddComment(PendingComment::Kind kind, std::int32_t token_index, std::int32_t scan_index,
                  std::int32_t end_index, Mark start, CommentLines& lines);

  // Moving through the text.
  const char* At() const { return text_ + pos_; }
  std::int32_t Index() const { return pos_ - continuations_; }
  std::int32_t Column() const { return Index() - line_index_; }
  Mark Here() const { return {pos_, Index(), line_, Column()}; }
  bool AtDocumentIndicator() const;
  void SkipChar();
  void SkipBreak();
  void SkipBlanks();
  /// The next line break from `at` on, or the end.
  std::int32_t LineEnd(std::int32_t at) const;
  /// Moves to `end` on the same line and says that something other than blanks was passed.
  void SkipText(std::int32_t end);
  /// The characters of the text that a break stands for.
  std::string_view ReadBreak();
  std::string_view TextBetween(std::int32_t begin, std::int32_t end) const {
    return {text_ + begin, static_cast<std::size_t>(end - begin)};
  }
  std::string_view Keep(SecretBytes text);

  bool Refuse(Mark context, std::string_view problem);

  const char* text_;
  std::size_t size_;  // without the NUL
  std::int32_t pos_ = 0;
  std::int32_t continuations_ = 0;  // UTF-8 continuation bytes before pos_
  std::int32_t line_ = 0;
  std::int32_t line_index_ = 0;  // index of the line's first character
  std::int32_t newlines_ = 0;    // breaks since the last character that is not blank

  std::int32_t flow_level_ = 0;
  std::int32_t indent_ = -1;
  std::vector<std::int32_t> indents_;
  bool simple_key_allowed_ = true;
  std::vector<SimpleKey> simple_keys_;  // one for each flow level

  bool token_available_ = false;
  std::vector<Token> tokens_;
  std::size_t head_ = 0;  // first token not yet skipped
  std::size_t tokens_skipped_ = 0;

  std::vector<PendingComment> comments_;
  std::size_t comments_head_ = 0;
  std::size_t comment_lines_ = 0;
  std::size_t max_comment_lines_;

  std::vector<SecretBytes> texts_;  // scalars that are no views of the input
  Error error_;
};

}  // namespace acd::yaml
