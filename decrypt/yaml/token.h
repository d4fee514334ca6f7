#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace acd::yaml {

/// A place in the text. `pos` counts bytes, `index` and `column` characters, `line` from 0.
/// Signed: a block's end may be placed one before the start.
struct Mark {
  std::int32_t pos = 0;
  std::int32_t index = 0;
  std::int32_t line = 0;
  std::int32_t column = 0;
};

enum class TokenType : std::uint8_t {
  kStreamStart,
  kStreamEnd,
  kVersionDirective,
  kTagDirective,
  kDocumentStart,
  kDocumentEnd,
  kBlockSequenceStart,
  kBlockMappingStart,
  kBlockEnd,
  kFlowSequenceStart,
  kFlowSequenceEnd,
  kFlowMappingStart,
  kFlowMappingEnd,
  kBlockEntry,
  kFlowEntry,
  kKey,
  kValue,
  kAlias,
  kAnchor,
  kTag,
  kScalar,
};

enum class ScalarStyle : std::uint8_t { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kFolded };

/// A token. Texts are borrowed from the scanner, valid as long as it.
struct Token {
  TokenType type = TokenType::kStreamStart;
  ScalarStyle style = ScalarStyle::kPlain;
  Mark start;
  std::string_view text;    ///< of a scalar, an anchor, an alias; handle of a tag or a %TAG
  std::string_view suffix;  ///< of a tag; prefix of a %TAG; "1.1" of a %YAML
};

/// The lines of one or more comments, each with its `#`; an empty one stands for a blank line.
using CommentLines = std::vector<std::string_view>;

/// A run of comments found between two tokens and not yet given to one.
struct PendingComment {
  enum class Kind : std::uint8_t {
    kHead,  ///< of what follows
    kLine,  ///< of what stands before it on the line
    kFoot,  ///< of what stands on the lines above
    kTaken,
  };
  Kind kind = Kind::kTaken;
  std::int32_t token_index = 0;  ///< the first token that starts here or later takes it
  std::int32_t scan_index = 0;   ///< where the search that found it began
  std::int32_t end_index = 0;    ///< where it ended; 0 for kLine
  Mark start;                    ///< column from 1 for kHead and kFoot, from 0 for kLine
  CommentLines lines;
};

}  // namespace acd::yaml
