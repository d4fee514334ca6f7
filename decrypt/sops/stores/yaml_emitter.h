#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/stores/yaml_scalar.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Prints sops trees as YAML in the layout of go-yaml v3's encoder, by which sops prints: block
/// style, sequences indented, no line folding, comments where go-yaml places them.
///
/// go-yaml keeps comments pending until a place for them comes, and what decides on a line break is
/// what was written last; this class has the same state, so that the bytes are the same.
class YamlEmitter {
 public:
  /// `indent`: columns of a level, 2 to 9. `room`: how many bytes are expected.
  YamlEmitter(int indent, std::size_t room) : best_indent_(indent) { out_.Reserve(room); }

  /// Prints one document, behind a "---" line if it is not the first.
  /// Errors: kInvalidInput (no map; an Unwalkable; a comment that is not UTF-8).
  Status AddDocument(const Node& document);

  /// The text so far; the emitter is empty afterwards.
  SecretBytes Take() { return std::move(out_); }

 private:
  /// The texts of comments behind their "#"; borrowed from the tree.
  using Lines = std::vector<std::string_view>;
  struct Notes {
    Lines head;
    Lines line;
    Lines foot;
  };
  /// A member of a map or an item of a list, with the comments around it gathered.
  struct Child {
    const Entry* entry = nullptr;  // of a map
    const Node* value = nullptr;
    Notes notes;  // of the key, if there is one: head and foot; line is always the value's
  };
  /// A map or a list without its comments.
  struct Collection {
    std::vector<Child> children;
    Lines head;  // before the first child
  };
  enum class Parent { kDocument, kMapping, kSequence };

  static Status Gather(const Node& collection, Collection& out);
  static void PlaceLeftovers(Lines head, const Lines& line, Collection& out);

  Status EmitCollection(const Node& node, const Collection& parts, const Notes& notes,
                        Parent parent);
  Status EmitMapping(const Collection& parts, const Notes& notes, Parent parent);
  Status EmitSequence(const Collection& parts, const Notes& notes, Parent parent);
  void EmitEmpty(const Node& node, const Notes& notes, Parent parent);
  Status EmitMember(const Child& child, const Lines& tail, bool first, Parent parent);
  Status EmitItem(const Child& child, bool first, Parent parent);
  void PlaceKeyLine(bool is_block);
  Status EmitLeaf(const Node& value, Parent parent);
  void EmitString(const ScalarPlan& plan, Parent parent);
  void EmitLiteral(std::string_view text);
  bool CanBeLiteral(std::string_view text, Parent parent) const;
  int DeeperIndent(bool is_scalar, Parent parent) const;

  // Pending comments.
  static void Pend(const Lines& from, Lines& to);
  void WriteHead();
  void WriteLine();
  void WriteFoot();
  void WriteLineAndFoot();
  void WriteComment(Lines& lines);
  bool WriteCommentText(std::string_view text);

  // Characters.
  void Put(std::string_view text) {
    out_.Append(text);
    column_ += text.size();
  }
  void PutBreak();
  void TakeBreak(std::string_view& text);
  void WriteIndent();
  void WriteIndicator(std::string_view indicator, bool need_space, bool is_space,
                      bool is_indention);
  void WritePlain(std::string_view text);

  const int best_indent_;
  SecretBytes out_;
  bool first_document_ = true;
  int indent_ = -1;
  std::size_t column_ = 0;  // in characters
  bool whitespace_ = true;  // the last thing written was a blank
  bool indention_ = true;   // the line holds nothing but blanks and indicators
  std::size_t open_end_ = std::string_view::npos;  // of a text to which line breaks below belong
  int foot_indent_ = -1;  // a foot comment was just written at this indentation
  Lines head_, line_, foot_, tail_, key_line_;
};

}  // namespace acd::sops
