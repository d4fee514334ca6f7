#include "decrypt/yaml/scanner.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "decrypt/base/bytes16.h"

namespace acd::yaml {
namespace {

// YAML 1.2, 7.4.2: an implicit key is at most 1024 characters long, and on one line.
constexpr std::int32_t kMaxSimpleKey = 1024;

constexpr std::size_t kCompactAt = 256;

}  // namespace

Scanner::Scanner(std::string_view text, std::size_t max_comments)
    : text_(text.data()), size_(text.size()), max_comment_lines_(max_comments) {
  tokens_.reserve(kCompactAt + 16);
  simple_keys_.emplace_back();
  tokens_.push_back(Token{TokenType::kStreamStart, ScalarStyle::kPlain, Mark{}, {}, {}});
}

void Scanner::Skip() {
  token_available_ = false;
  ++tokens_skipped_;
  ++head_;
  if (head_ < kCompactAt) return;
  // Comment rules look back at two tokens.
  tokens_.erase(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(head_ - 2));
  head_ = 2;
}

bool Scanner::FetchMoreTokens() {
  if (!error_.message.empty()) return false;
  for (;;) {
    // Two tokens of look-ahead: foot comments and comments behind "-" need them.
    if (head_ + 2 < tokens_.size()) {
      SimpleKey* key = PossibleKeyAtHead();
      if (key == nullptr) break;
      bool valid = false;
      if (!IsSimpleKeyValid(*key, valid)) return false;
      if (!valid) break;
    }
    if (!FetchNextToken()) return false;
  }
  token_available_ = true;
  return true;
}

// Token numbers ascend with the flow level, so the one that is wanted is found by bisection.
Scanner::SimpleKey* Scanner::PossibleKeyAtHead() {
  if (simple_keys_.size() == 1) {  // in block context
    SimpleKey& key = simple_keys_.front();
    return key.possible && key.token_number == tokens_skipped_ ? &key : nullptr;
  }
  auto it = std::lower_bound(
      simple_keys_.begin(), simple_keys_.end(), tokens_skipped_,
      [](const SimpleKey& key, std::size_t number) { return key.token_number < number; });
  for (; it != simple_keys_.end() && it->token_number == tokens_skipped_; ++it) {
    if (it->possible) return &*it;
  }
  return nullptr;
}

bool Scanner::FetchNextToken() {
  const Mark scan_start = Here();
  if (!SkipToNextToken()) return false;
  UnrollIndent(Column(), scan_start);

  const char* p = At();
  if (*p == '\0') return FetchStreamEnd();
  if (Column() == 0) {
    if (*p == '%') return FetchDirective();
    if (AtDocumentIndicator()) {
      return FetchDocumentIndicator(*p == '-' ? TokenType::kDocumentStart
                                              : TokenType::kDocumentEnd);
    }
  }

  // A comment behind "key:" or "item," belongs to the key or the item.
  Mark comment_mark = Here();
  if ((flow_level_ == 0 && *p == ':') || (flow_level_ > 0 && *p == ',')) {
    comment_mark = tokens_.back().start;
  }
  if (!FetchIndicator()) return false;
  // Behind a lone "-" it heads what follows.
  if (tokens_.back().type != TokenType::kBlockEntry) ScanLineComment(comment_mark);
  return true;
}

bool Scanner::FetchIndicator() {
  const char* p = At();
  const bool in_flow = flow_level_ > 0;
  const bool blank_follows = IsBlankOrEnd(p + 1);
  switch (*p) {
    case '[':
      return FetchFlowStart(TokenType::kFlowSequenceStart);
    case '{':
      return FetchFlowStart(TokenType::kFlowMappingStart);
    case ']':
      return FetchFlowEnd(TokenType::kFlowSequenceEnd);
    case '}':
      return FetchFlowEnd(TokenType::kFlowMappingEnd);
    case ',':
      return FetchFlowEntry();
    case '-':
      if (blank_follows) return FetchBlockEntry();
      return FetchPlainScalar();
    case '?':
      if (in_flow || blank_follows) return FetchKey();
      return FetchPlainScalar();
    case ':':
      if (in_flow || blank_follows) return FetchValue();
      return FetchPlainScalar();
    case '*':
      return FetchAnchor(TokenType::kAlias);
    case '&':
      return FetchAnchor(TokenType::kAnchor);
    case '!':
      return FetchTag();
    case '\'':
    case '"':
      return FetchQuotedScalar(*p);
    case '|':
    case '>':
      if (!in_flow) return FetchBlockScalar(*p == '|');
      break;
    case '#':
    case '%':
    case '@':
    case '`':
    case '\t':
      break;
    default:
      return FetchPlainScalar();
  }
  return Refuse(Here(), "found character that cannot start any token");
}

bool Scanner::IsSimpleKeyValid(SimpleKey& key, bool& valid) {
  valid = false;
  if (!key.possible) return true;
  if (key.mark.line < line_ || key.mark.index + kMaxSimpleKey < Index()) {
    if (key.required) return Refuse(key.mark, "could not find expected ':'");
    key.possible = false;
    return true;
  }
  valid = true;
  return true;
}

bool Scanner::SaveSimpleKey() {
  if (!simple_key_allowed_) return true;
  if (!RemoveSimpleKey()) return false;
  // In block context a key must stand where its siblings stand.
  const bool required = flow_level_ == 0 && indent_ == Column();
  simple_keys_.back() = {true, required, tokens_skipped_ + (tokens_.size() - head_), Here()};
  return true;
}

bool Scanner::RemoveSimpleKey() {
  SimpleKey& key = simple_keys_.back();
  if (key.possible && key.required) return Refuse(key.mark, "could not find expected ':'");
  key.possible = false;
  return true;
}

// A block that is indented deeper starts with a token of its own.
void Scanner::RollIndent(std::int32_t column, std::ptrdiff_t at, TokenType type, Mark mark) {
  if (flow_level_ > 0 || indent_ >= column) return;
  indents_.push_back(indent_);
  indent_ = column;
  InsertToken(at, type, mark);
}

// Ends the blocks that are indented deeper than `column`. A block's end is placed before the first
// of the comments just passed that are indented like the block, so that these are its feet.
void Scanner::UnrollIndent(std::int32_t column, Mark scan_start) {
  if (flow_level_ > 0 || indent_ <= column) return;
  Mark end = scan_start;
  --end.index;
  std::unordered_map<std::int32_t, Mark> first_at_column;
  std::int32_t reached = end.index;
  for (auto it = comments_.rbegin(); it != comments_.rend(); ++it) {
    if (it->kind == PendingComment::Kind::kTaken || it->end_index < reached) break;
    first_at_column[it->start.column] = it->start;
    reached = it->scan_index;
  }
  while (indent_ > column) {
    if (!first_at_column.empty()) {
      const auto found = first_at_column.find(indent_ + 1);
      if (found != first_at_column.end()) end = found->second;
    }
    AddToken(TokenType::kBlockEnd, end);
    indent_ = indents_.back();
    indents_.pop_back();
  }
}

bool Scanner::FetchStreamEnd() {
  if (Column() != 0) {
    line_index_ = Index();
    ++line_;
  }
  UnrollIndent(-1, Here());
  if (!RemoveSimpleKey()) return false;
  simple_key_allowed_ = false;
  AddToken(TokenType::kStreamEnd, Here());
  return true;
}

bool Scanner::FetchDocumentIndicator(TokenType type) {
  UnrollIndent(-1, Here());
  if (!RemoveSimpleKey()) return false;
  simple_key_allowed_ = false;
  const Mark start = Here();
  SkipText(pos_ + 3);
  AddToken(type, start);
  return true;
}

bool Scanner::FetchFlowStart(TokenType type) {
  if (!SaveSimpleKey()) return false;
  simple_keys_.push_back({false, false, tokens_skipped_ + (tokens_.size() - head_), Here()});
  ++flow_level_;
  simple_key_allowed_ = true;
  AddSingleCharToken(type);
  return true;
}

bool Scanner::FetchFlowEnd(TokenType type) {
  if (!RemoveSimpleKey()) return false;
  if (flow_level_ > 0) {
    --flow_level_;
    simple_keys_.pop_back();
  }
  simple_key_allowed_ = false;
  AddSingleCharToken(type);
  return true;
}

bool Scanner::FetchFlowEntry() {
  if (!RemoveSimpleKey()) return false;
  simple_key_allowed_ = true;
  AddSingleCharToken(TokenType::kFlowEntry);
  return true;
}

bool Scanner::FetchBlockEntry() {
  // In a flow collection the parser refuses it.
  if (flow_level_ == 0) {
    if (!simple_key_allowed_) {
      return Refuse(Here(), "block sequence entries are not allowed in this context");
    }
    RollIndent(Column(), -1, TokenType::kBlockSequenceStart, Here());
  }
  if (!RemoveSimpleKey()) return false;
  simple_key_allowed_ = true;
  AddSingleCharToken(TokenType::kBlockEntry);
  return true;
}

bool Scanner::FetchKey() {
  if (flow_level_ == 0) {
    if (!simple_key_allowed_) {
      return Refuse(Here(), "mapping keys are not allowed in this context");
    }
    RollIndent(Column(), -1, TokenType::kBlockMappingStart, Here());
  }
  if (!RemoveSimpleKey()) return false;
  simple_key_allowed_ = flow_level_ == 0;
  AddSingleCharToken(TokenType::kKey);
  return true;
}

bool Scanner::FetchValue() {
  bool valid = false;
  if (!IsSimpleKeyValid(simple_keys_.back(), valid)) return false;
  if (valid) {
    const SimpleKey key = simple_keys_.back();
    simple_keys_.back().possible = false;
    FetchSimpleValue(key);
  } else if (!FetchComplexValue()) {
    return false;
  }
  AddSingleCharToken(TokenType::kValue);
  return true;
}

// What looked like a scalar was a key: its KEY token goes before it.
bool Scanner::FetchSimpleValue(const SimpleKey& key) {
  const auto at = static_cast<std::ptrdiff_t>(key.token_number - tokens_skipped_);
  InsertToken(at, TokenType::kKey, key.mark);
  RollIndent(key.mark.column, at, TokenType::kBlockMappingStart, key.mark);
  simple_key_allowed_ = false;
  return true;
}

bool Scanner::FetchComplexValue() {
  if (flow_level_ == 0) {
    if (!simple_key_allowed_) {
      return Refuse(Here(), "mapping values are not allowed in this context");
    }
    RollIndent(Column(), -1, TokenType::kBlockMappingStart, Here());
  }
  simple_key_allowed_ = flow_level_ == 0;
  return true;
}

bool Scanner::SkipToNextToken() {
  const Mark scan_start = Here();
  for (;;) {
    // A tab may not indent a block: not at the start of a line, nor behind "-", "?" or ":".
    const bool tabs_allowed = flow_level_ > 0 || !simple_key_allowed_;
    while (*At() == ' ' || (tabs_allowed && *At() == '\t')) ++pos_;
    TurnEntryCommentIntoHead();
    if (*At() == '#' && !ScanComments(scan_start)) return false;
    if (!IsBreak(At())) return true;
    SkipBreak();
    if (flow_level_ == 0) simple_key_allowed_ = true;
  }
}

void Scanner::AddSingleCharToken(TokenType type) {
  const Mark start = Here();
  newlines_ = 0;
  ++pos_;
  AddToken(type, start);
}

// Set where it stands: to be copied at once, it would have to get out of the store buffer first.
Token& Scanner::AddToken(TokenType type, Mark start) {
  Token& token = tokens_.emplace_back();
  token.type = type;
  token.start = start;
  return token;
}

/// `at`: position behind the head, -1 for the end.
void Scanner::InsertToken(std::ptrdiff_t at, TokenType type, Mark start) {
  AddToken(type, start);
  if (at < 0) return;
  const auto place = tokens_.begin() + static_cast<std::ptrdiff_t>(head_) + at;
  if (place == tokens_.end() - 1) return;
  std::move_backward(place, tokens_.end() - 1, tokens_.end());
  *place = Token();
  place->type = type;
  place->start = start;
}

bool Scanner::AtDocumentIndicator() const {
  const char* p = At();
  return Column() == 0 && (*p == '-' || *p == '.') && p[1] == *p && p[2] == *p &&
         IsBlankOrEnd(p + 3);
}

void Scanner::SkipChar() {
  if (!IsBlank(At())) newlines_ = 0;
  const std::int32_t width = WidthOf(*At());
  pos_ += width;
  continuations_ += width - 1;
}

void Scanner::SkipBreak() { (void)ReadBreak(); }

void Scanner::SkipBlanks() {
  while (IsBlank(At())) ++pos_;
}

std::int32_t Scanner::LineEnd(std::int32_t at) const {
  at += static_cast<std::int32_t>(
      FindStop(text_ + at, size_ - static_cast<std::size_t>(at), MayEndLine));
  while (!IsBreakOrEnd(text_ + at)) ++at;
  return at;
}

void Scanner::SkipText(std::int32_t end) {
  newlines_ = 0;
  while (pos_ < end) {
    pos_ +=
        static_cast<std::int32_t>(FindStop(At(), static_cast<std::size_t>(end - pos_), NotAscii));
    for (int i = 0; i < 16 && pos_ < end; ++i, ++pos_) {
      if (IsContinuation(*At())) ++continuations_;
    }
  }
}

std::string_view Scanner::ReadBreak() {
  const char* p = At();
  std::string_view result = "\n";
  if (*p == '\r' && p[1] == '\n') {
    pos_ += 2;
  } else if (*p == '\r' || *p == '\n') {
    pos_ += 1;
  } else if (*p == '\xC2') {  // NEL
    pos_ += 2;
    continuations_ += 1;
  } else if (*p == '\xE2') {  // LS and PS stay what they are
    result = {p, 3};
    pos_ += 3;
    continuations_ += 2;
  } else {
    return {};
  }
  ++line_;
  ++newlines_;
  line_index_ = Index();
  return result;
}

std::string_view Scanner::Keep(SecretBytes text) {
  texts_.push_back(std::move(text));
  return texts_.back().ExposeText();
}

bool Scanner::Refuse(Mark context, std::string_view problem) {
  error_.code = Code::kInvalidInput;
  error_.message = "line " + std::to_string(context.line + 1) + ": " + std::string(problem);
  return false;
}

}  // namespace acd::yaml
