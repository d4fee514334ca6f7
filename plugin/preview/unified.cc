#include "plugin/preview/unified.h"

#include <algorithm>
#include <vector>

#include "plugin/preview/line_diff.h"

namespace acd::preview {
namespace {

using Lines = std::vector<std::string_view>;

// "12,3" of a hunk's header. A side without a line stands behind the line before it.
std::string Range(std::size_t begin, std::size_t size) {
  return std::to_string(size == 0 ? begin : begin + 1) +
         (size == 1 ? "" : "," + std::to_string(size));
}

class Printer {
 public:
  Printer(const Lines& before, const Lines& after, const UnifiedOptions& options)
      : before_(before), after_(after), options_(options) {}

  // `first` to `last`: changes so close that their context meets.
  void Hunk(std::vector<Change>::const_iterator first, std::vector<Change>::const_iterator last) {
    const Change& end = *std::prev(last);
    const std::size_t lead = std::min(options_.context, first->old_begin);
    const std::size_t old_end = end.old_begin + end.old_size;
    const std::size_t trail = std::min(options_.context, before_.size() - old_end);
    const std::size_t old_begin = first->old_begin - lead;
    const std::size_t new_begin = first->new_begin - lead;
    const std::size_t new_end = end.new_begin + end.new_size;
    Line("@@ -" + Range(old_begin, old_end + trail - old_begin) + " +" +
             Range(new_begin, new_end + trail - new_begin) + " @@",
         "36");
    std::size_t at = old_begin;
    for (auto change = first; change != last; ++change) {
      for (; at < change->old_begin; ++at) Line(' ', before_[at], "");
      for (; at < change->old_begin + change->old_size; ++at) Line('-', before_[at], "31");
      for (std::size_t i = 0; i < change->new_size; ++i) {
        Line('+', after_[change->new_begin + i], "32");
      }
    }
    for (; at < old_end + trail; ++at) Line(' ', before_[at], "");
  }

  std::string Take() { return std::move(out_); }

 private:
  void Line(char mark, std::string_view text, std::string_view colour) {
    Line(mark + std::string(text), colour);
  }
  void Line(const std::string& text, std::string_view colour) {
    out_ += Coloured(text + "\n", colour, options_.colour && !colour.empty());
  }

  const Lines& before_;
  const Lines& after_;
  const UnifiedOptions& options_;
  std::string out_;
};

}  // namespace

std::string Coloured(std::string_view line, std::string_view parameter, bool colour) {
  if (!colour) return std::string(line);
  const bool ends = line.ends_with('\n');
  if (ends) line.remove_suffix(1);
  std::string out = "\x1b[";
  out.append(parameter).append("m").append(line).append("\x1b[m");
  if (ends) out += '\n';
  return out;
}

std::string UnifiedHunks(std::string_view before, std::string_view after,
                         const UnifiedOptions& options, std::size_t& added, std::size_t& removed) {
  const Lines old_lines = SplitLines(before);
  const Lines new_lines = SplitLines(after);
  const std::vector<Change> changes = DiffLines(old_lines, new_lines);
  Printer printer(old_lines, new_lines, options);
  for (auto first = changes.begin(); first != changes.end();) {
    auto last = std::next(first);
    while (last != changes.end() &&
           last->old_begin - (std::prev(last)->old_begin + std::prev(last)->old_size) <=
               2 * options.context) {
      ++last;
    }
    printer.Hunk(first, last);
    first = last;
  }
  for (const Change& change : changes) {
    added += change.new_size;
    removed += change.old_size;
  }
  return printer.Take();
}

}  // namespace acd::preview
