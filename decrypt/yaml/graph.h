#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "decrypt/yaml/token.h"

namespace acd::yaml {

/// Consecutive comment lines in the pool of a StreamParser.
struct CommentRange {
  std::uint32_t begin = 0;
  std::uint32_t count = 0;

  bool empty() const { return count == 0; }
};

/// The comments of a node, as go-yaml v3 attaches them.
struct NodeComments {
  CommentRange head;  ///< the lines above
  CommentRange line;  ///< the rest of the line
  CommentRange foot;  ///< the lines below
};

/// A node as parsed: nothing is resolved or copied, and an alias is a node that points to another.
/// Owned by the StreamParser, texts included.
struct GraphNode {
  enum class Kind : std::uint8_t { kScalar, kSequence, kMapping, kAlias };

  Kind kind = Kind::kScalar;
  ScalarStyle style = ScalarStyle::kPlain;
  std::uint32_t line = 0;             ///< from 1
  std::uint32_t size = 0;             ///< items, or keys and values
  std::string_view text;              ///< of a scalar; an alias's name
  std::string_view tag;               ///< in full ("tag:yaml.org,2002:str"), "!" or empty
  const GraphNode* first = nullptr;   ///< child; of a mapping key, value, key, value, ...
  const GraphNode* next = nullptr;    ///< sibling
  const GraphNode* target = nullptr;  ///< of an alias
  NodeComments comments;
};

/// A document as parsed. `begin` and `end`: its text in StreamParser's input, without markers.
struct GraphDocument {
  const GraphNode* root = nullptr;
  CommentRange head;
  CommentRange foot;
  bool empty = false;  ///< nothing but comments
  std::size_t begin = 0;
  std::size_t end = 0;
};

}  // namespace acd::yaml
