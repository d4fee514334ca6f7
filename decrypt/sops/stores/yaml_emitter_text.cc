// The characters: scalars, comments, indentation.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "decrypt/sops/stores/yaml_emitter.h"
#include "decrypt/yaml/go_numbers.h"

namespace acd::sops {
namespace {

std::string FloatText(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  return yaml::FormatGoFloat(value);
}

/// Bytes of the line break that `text` starts with, or 0.
std::size_t BreakWidth(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() == '\n' || text.front() == '\r') return 1;
  if (text.substr(0, 2) == "\xC2\x85") return 2;
  const std::string_view three = text.substr(0, 3);
  return three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9" ? 3 : 0;
}

/// Where the first line break is, or the size.
std::size_t FindBreak(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && BreakWidth(text.substr(at)) == 0) ++at;
  return at;
}

}  // namespace

Status YamlEmitter::EmitLeaf(const Node& value, Parent parent) {
  if (const auto* text = value.As<SecretBytes>()) {
    EmitString(PlanString(text->ExposeText()), parent);
  } else if (value.Is<Node::Null>()) {
    WritePlain("null");
  } else if (const auto* boolean = value.As<bool>()) {
    WritePlain(*boolean ? "true" : "false");
  } else if (const auto* integer = value.As<std::int64_t>()) {
    WritePlain(std::to_string(*integer));
  } else if (const auto* real = value.As<double>()) {
    WritePlain(FloatText(*real));
  } else if (const auto* time = value.As<Timestamp>()) {
    WritePlain(time->rfc3339);
  } else {
    return Fail(Code::kInvalidInput, "yaml: cannot print a value, unknown type: uint64");
  }
  return {};
}

void YamlEmitter::EmitString(const ScalarPlan& plan, Parent parent) {
  using Style = ScalarPlan::Style;
  if (!plan.tag.empty()) {
    if (!whitespace_) Put(" ");
    Put(plan.tag);
    whitespace_ = false;
    indention_ = false;
  }
  Style style = plan.style;
  if (style == Style::kLiteral && !CanBeLiteral(plan.text, parent)) style = Style::kDoubleQuoted;
  switch (style) {
    case Style::kPlain:
      WritePlain(plan.text);
      return;
    case Style::kLiteral: {
      const int outer = std::exchange(indent_, DeeperIndent(true, parent));
      EmitLiteral(plan.text);
      indent_ = outer;
      return;
    }
    case Style::kSingleQuoted:
      WriteIndicator("'", true, false, false);
      for (std::string_view rest = plan.text; !rest.empty();) {
        const std::size_t quote = std::min(rest.find('\''), rest.size() - 1);
        Put(rest.substr(0, quote + 1));
        if (rest[quote] == '\'') Put("'");
        rest.remove_prefix(quote + 1);
      }
      WriteIndicator("'", false, false, false);
      break;
    case Style::kDoubleQuoted: {
      if (!whitespace_) Put(" ");
      const std::size_t before = out_.size();
      AppendDoubleQuoted(plan.text, out_);
      column_ += out_.size() - before;
      break;
    }
  }
  whitespace_ = false;
  indention_ = false;
}

// The indentation indicator is always the width of a level, so where the block is indented by less
// (in a sequence) its lines would be read back wrongly. Empty lines are not affected.
bool YamlEmitter::CanBeLiteral(std::string_view text, Parent parent) const {
  if (!NeedsIndentationIndicator(text)) return true;
  if (DeeperIndent(true, parent) - indent_ == best_indent_) return true;
  return text.find_first_not_of('\n') == std::string_view::npos;
}

void YamlEmitter::EmitLiteral(std::string_view text) {
  WriteIndicator("|", true, false, false);
  if (NeedsIndentationIndicator(text)) Put(std::to_string(best_indent_));
  const std::string_view chomping = ChompingIndicator(text);
  Put(chomping);
  whitespace_ = false;
  // Behind the first line of a comment the next would be the first of the text, as it is in sops.
  if (line_.size() > 1) {
    foot_.insert(foot_.begin(), line_.begin() + 1, line_.end());
    line_.resize(1);
  }
  if (line_.empty()) {
    PutBreak();
  } else {
    WriteLine();
  }
  whitespace_ = true;
  while (!text.empty()) {
    const std::size_t end = FindBreak(text);
    if (end > 0) {
      WriteIndent();
      Put(text.substr(0, end));
      indention_ = false;
    }
    text.remove_prefix(end);
    if (text.empty()) break;
    TakeBreak(text);
  }
  if (chomping == "+") open_end_ = out_.size();
}

void YamlEmitter::Pend(const Lines& from, Lines& to) {
  if (!from.empty()) to = from;
}

void YamlEmitter::WriteHead() {
  if (!tail_.empty()) {
    WriteIndent();
    WriteComment(tail_);
    foot_indent_ = std::max(indent_, 0);
  }
  if (head_.empty()) return;
  WriteIndent();
  WriteComment(head_);
}

void YamlEmitter::WriteLine() {
  if (line_.empty()) return;
  if (!whitespace_) Put(" ");
  WriteComment(line_);
}

void YamlEmitter::WriteFoot() {
  if (foot_.empty()) return;
  WriteIndent();
  WriteComment(foot_);
  foot_indent_ = std::max(indent_, 0);
}

void YamlEmitter::WriteLineAndFoot() {
  WriteLine();
  WriteFoot();
}

// Writes the lines and takes them off.
void YamlEmitter::WriteComment(Lines& lines) {
  bool after_break = false;
  bool first = true;
  for (const std::string_view text : lines) {
    if (!first) {
      PutBreak();
      after_break = true;
    }
    first = false;
    if (after_break) WriteIndent();
    Put("#");
    indention_ = false;
    after_break = WriteCommentText(text);
  }
  if (!after_break) PutBreak();
  whitespace_ = true;
  lines.clear();
}

// A text of several lines: each gets a "#". Returns whether it ended in a break.
bool YamlEmitter::WriteCommentText(std::string_view text) {
  bool after_break = false;
  while (!text.empty()) {
    const std::size_t end = FindBreak(text);
    if (end > 0) {
      if (after_break) {
        WriteIndent();
        if (text.front() != '#') Put("# ");
      }
      Put(text.substr(0, end));
      indention_ = false;
      after_break = false;
    }
    text.remove_prefix(end);
    if (text.empty()) break;
    TakeBreak(text);
    after_break = true;
  }
  return after_break;
}

void YamlEmitter::PutBreak() {
  out_.Append('\n');
  column_ = 0;
  indention_ = true;
}

// Moves the break at the front of `text` to the output, as it is.
void YamlEmitter::TakeBreak(std::string_view& text) {
  const std::size_t width = BreakWidth(text);
  out_.Append(text.substr(0, width));
  text.remove_prefix(width);
  column_ = 0;
  indention_ = true;
}

void YamlEmitter::WriteIndent() {
  const int indent = std::max(indent_, 0);
  const auto wanted = static_cast<std::size_t>(indent);
  if (!indention_ || column_ > wanted || (column_ == wanted && !whitespace_)) PutBreak();
  if (foot_indent_ == indent) PutBreak();
  while (column_ < wanted) Put(" ");
  whitespace_ = true;
  foot_indent_ = -1;
}

void YamlEmitter::WriteIndicator(std::string_view indicator, bool need_space, bool is_space,
                                 bool is_indention) {
  if (need_space && !whitespace_) Put(" ");
  Put(indicator);
  whitespace_ = is_space;
  indention_ = indention_ && is_indention;
}

void YamlEmitter::WritePlain(std::string_view text) {
  if (!whitespace_) Put(" ");
  Put(text);
  whitespace_ = false;
  indention_ = false;
}

}  // namespace acd::sops
