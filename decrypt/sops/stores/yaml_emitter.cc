#include "decrypt/sops/stores/yaml_emitter.h"

#include <algorithm>
#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::sops {
namespace {

// Longer keys are printed behind "? ".
constexpr std::size_t kMaxSimpleKey = 128;

bool IsCollection(const Node& node) { return node.Is<Node::List>() || node.Is<Node::Map>(); }

// A map or a list of maps. Any other value was read under a quoted "<<", and would not be read back
// under the merge key as which sops prints it.
bool CanBeMerged(const Node& value) {
  const auto* list = value.As<Node::List>();
  if (list == nullptr) return value.Is<Node::Map>();
  return std::all_of(list->begin(), list->end(),
                     [](const Node& item) { return item.Is<Node::Map>() || item.Is<Comment>(); });
}

}  // namespace

Status YamlEmitter::AddDocument(const Node& document) {
  if (!document.Is<Node::Map>()) {
    return Fail(Code::kInvalidInput, "yaml: the document is no map");
  }
  if (!first_document_) {
    WriteIndent();
    WriteIndicator("---", true, false, false);
    WriteIndent();
  }
  first_document_ = false;
  if (!head_.empty()) {  // left over from the document before
    WriteHead();
    PutBreak();
  }
  Collection parts;
  ACD_CHECK(Gather(document, parts));
  Pend(parts.head, head_);
  WriteHead();
  WriteLine();
  WriteFoot();
  ACD_CHECK(EmitCollection(document, parts, Notes{}, Parent::kDocument));
  // go-yaml sets a blank line before it, even where that would become a part of the text above.
  foot_indent_ = out_.size() == open_end_ ? -1 : 0;
  WriteFoot();
  foot_indent_ = -1;
  WriteIndent();
  return {};
}

// Comments before a child head it; before the first child they head the collection. An inline one
// stands behind the next child; what comes behind the last child is its foot.
Status YamlEmitter::Gather(const Node& collection, Collection& out) {
  const auto* map = collection.As<Node::Map>();
  const auto* list = collection.As<Node::List>();
  const std::size_t size = map != nullptr ? map->size() : list->size();
  out.children.reserve(size);
  Lines head;
  Lines line;
  for (std::size_t i = 0; i < size; ++i) {
    const Node& value = map != nullptr ? (*map)[i].value : (*list)[i];
    if (const auto* comment = value.As<Comment>()) {
      const std::string_view text = comment->text.ExposeText();
      if (!IsUtf8(text)) {
        return Fail(Code::kInvalidInput, "yaml: a comment is not UTF-8");
      }
      (comment->is_inline ? line : head).push_back(text);
      continue;
    }
    if (out.children.empty()) out.head = std::exchange(head, {});
    Child& child = out.children.emplace_back();
    child.entry = map != nullptr ? &(*map)[i] : nullptr;
    child.value = &value;
    if (!head.empty()) child.notes.head = std::exchange(head, {});
    if (!line.empty()) child.notes.line = std::exchange(line, {});
  }
  PlaceLeftovers(std::move(head), line, out);
  return {};
}

void YamlEmitter::PlaceLeftovers(Lines head, const Lines& line, Collection& out) {
  head.insert(head.end(), line.begin(), line.end());
  if (head.empty()) return;
  (out.children.empty() ? out.head : out.children.back().notes.foot) = std::move(head);
}

// `notes`: those that belong to the end of the collection, line and foot.
Status YamlEmitter::EmitCollection(const Node& node, const Collection& parts, const Notes& notes,
                                   Parent parent) {
  if (parts.children.empty()) {
    EmitEmpty(node, notes, parent);
    return {};
  }
  return node.Is<Node::Map>() ? EmitMapping(parts, notes, parent)
                              : EmitSequence(parts, notes, parent);
}

Status YamlEmitter::EmitMapping(const Collection& parts, const Notes& notes, Parent parent) {
  const int outer = indent_;
  const Lines* tail = nullptr;
  const Lines none;
  bool first = true;
  for (const Child& child : parts.children) {
    ACD_CHECK(EmitMember(child, tail == nullptr ? none : *tail, first, parent));
    tail = &child.notes.foot;
    first = false;
  }
  Pend(*tail, tail_);
  Pend(notes.line, line_);
  Pend(notes.foot, foot_);
  WriteHead();
  indent_ = outer;
  return {};
}

Status YamlEmitter::EmitMember(const Child& child, const Lines& tail, bool first, Parent parent) {
  Pend(child.notes.head, head_);
  Pend(tail, tail_);
  if (first) indent_ = DeeperIndent(false, parent);
  WriteHead();
  WriteIndent();
  if (!line_.empty()) key_line_ = std::exchange(line_, {});

  ScalarPlan key = PlanString(child.entry->key);
  if (key.tag == "!!merge" && !CanBeMerged(*child.value)) {
    key.tag = {};
    key.style = ScalarPlan::Style::kDoubleQuoted;
  }
  const bool simple = !key.multiline && key.tag.size() + key.text.size() <= kMaxSimpleKey;
  if (!simple) WriteIndicator("?", true, false, true);
  EmitString(key, Parent::kMapping);

  const Node& value = *child.value;
  const bool is_leaf = !IsCollection(value);
  Collection parts;
  if (is_leaf) {
    Pend(child.notes.line, line_);
  } else {
    ACD_CHECK(Gather(value, parts));
    Pend(parts.head, head_);
  }
  if (simple) {
    WriteIndicator(":", false, false, false);
  } else {
    WriteIndent();
    WriteIndicator(":", true, false, true);
  }
  const bool is_block = !parts.children.empty();
  PlaceKeyLine(is_block);
  if (is_leaf) ACD_CHECK(EmitLeaf(value, Parent::kMapping));
  if (is_leaf || is_block) WriteLineAndFoot();
  if (is_leaf) return {};
  return EmitCollection(value, parts, Notes{{}, child.notes.line, {}}, Parent::kMapping);
}

// A comment that was left over for the key: between the key and a block, or behind any other value.
void YamlEmitter::PlaceKeyLine(bool is_block) {
  if (key_line_.empty()) return;
  if (is_block) {
    std::swap(line_, key_line_);
    WriteLine();
    std::swap(line_, key_line_);
  } else if (line_.empty()) {
    line_ = std::exchange(key_line_, {});
  }
}

Status YamlEmitter::EmitSequence(const Collection& parts, const Notes& notes, Parent parent) {
  const int outer = indent_;
  bool first = true;
  for (const Child& child : parts.children) {
    ACD_CHECK(EmitItem(child, first, parent));
    first = false;
  }
  Pend(notes.line, line_);
  Pend(notes.foot, foot_);
  indent_ = outer;
  return {};
}

Status YamlEmitter::EmitItem(const Child& child, bool first, Parent parent) {
  const Node& value = *child.value;
  const bool is_leaf = !IsCollection(value);
  Lines head = child.notes.head;
  Collection parts;
  if (!is_leaf) {
    ACD_CHECK(Gather(value, parts));
    head.insert(head.end(), parts.head.begin(), parts.head.end());
  }
  Pend(head, head_);
  if (is_leaf) {
    Pend(child.notes.line, line_);
    Pend(child.notes.foot, foot_);
  }
  if (first) indent_ = DeeperIndent(false, parent);
  WriteHead();
  WriteIndent();
  WriteIndicator("-", true, false, true);
  if (is_leaf) ACD_CHECK(EmitLeaf(value, Parent::kSequence));
  if (is_leaf || !parts.children.empty()) WriteLineAndFoot();
  if (is_leaf) return {};
  return EmitCollection(value, parts, Notes{{}, child.notes.line, child.notes.foot},
                        Parent::kSequence);
}

// "{}" or "[]". Comments inside of "{}" stand on lines of their own. Those that are left over from
// a collection before follow; sops prints them first, and then the brackets at the start of a line,
// where no reader takes them.
void YamlEmitter::EmitEmpty(const Node& node, const Notes& notes, Parent parent) {
  line_.insert(line_.end(), notes.line.begin(), notes.line.end());
  foot_.insert(foot_.end(), notes.foot.begin(), notes.foot.end());
  const bool is_map = node.Is<Node::Map>();
  WriteIndicator(is_map ? "{" : "[", true, true, false);
  if (is_map) {
    const int outer = std::exchange(indent_, DeeperIndent(true, parent));
    WriteHead();
    indent_ = outer;
  } else if (column_ == 0) {
    WriteIndent();
  }
  WriteIndicator(is_map ? "}" : "]", false, false, false);
  WriteLineAndFoot();
}

int YamlEmitter::DeeperIndent(bool is_scalar, Parent parent) const {
  if (indent_ < 0) return is_scalar ? best_indent_ : 0;
  if (parent == Parent::kSequence) return indent_ + 2;  // behind the "- "
  return best_indent_ * ((indent_ + best_indent_) / best_indent_);
}

}  // namespace acd::sops
