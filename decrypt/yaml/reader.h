#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::yaml {

/// A YAML node as written: nothing is resolved, aliases are expanded in place, comments are
/// attached as go-yaml v3 attaches them (head: lines above; line: same line; foot: lines below).
struct Node {
  // In reader.cc: here, clang would look for the destructor of a pair of nodes before there is one.
  Node();
  Node(Node&&) noexcept;
  Node& operator=(Node&&) noexcept;
  ~Node();

  enum class Kind { kScalar, kSequence, kMapping };
  Kind kind = Kind::kScalar;
  bool plain = false;       ///< scalar without quotes or block style: subject to resolution
  std::string tag;          ///< explicit tag in full ("tag:yaml.org,2002:str"), "!" or empty
  SecretBytes text;         ///< of a scalar
  std::vector<Node> items;  ///< of a sequence
  std::vector<std::pair<Node, Node>> members;  ///< of a mapping, in order, duplicates kept
  std::vector<std::string> head_comments, line_comments, foot_comments;  ///< without `#`
  std::size_t line = 0;                                                  ///< 1-based
};

/// One document of a stream. `begin` and `end` are byte offsets of its text in the input, without
/// the `---` and `...` markers; `empty` when it holds nothing but comments.
struct Document {
  Node root;
  bool empty = false;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Reads a YAML stream by the rules of go-yaml, the parser of sops and of Argo CD: YAML 1.1 as in
/// libyaml, of which go-yaml is a port. Comments at the top of the stream that a blank line parts
/// from the rest, and those behind the last node of a document, are no node's.
/// `limits.max_nodes` bounds a document, and fourfold the stream.
/// Errors: kInvalidInput with the line, never with a snippet of the input; kLimitExceeded
/// ("document contains excessive aliasing", "exceeded max depth of N").
Result<std::vector<Document>> ReadStream(std::span<const std::uint8_t> input, const Limits& limits);

/// What a scalar is to its reader.
enum class Type { kNull, kBool, kInt, kFloat, kTimestamp, kMerge, kBinary, kString };

/// The type as go-yaml v3 resolves it (sops reads so): YAML 1.1 bools yes/no/on/off are strings.
Type ResolveGoYaml3(const Node& scalar);
/// The type as Argo CD and kubectl resolve it (go-yaml v2 rules): yes/no/on/off/y/n are bools.
Type ResolveYaml11(const Node& scalar);

}  // namespace acd::yaml
