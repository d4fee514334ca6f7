#include "plugin/preview/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>

namespace acd::preview {
namespace {

using Line = std::uint32_t;
using Lines = std::vector<Line>;

// Equal lines get equal numbers, so that they are compared once.
class Numbers {
 public:
  Lines Of(const std::vector<std::string_view>& lines) {
    Lines numbers;
    numbers.reserve(lines.size());
    for (const std::string_view line : lines) {
      numbers.push_back(
          numbers_.try_emplace(line, static_cast<Line>(numbers_.size())).first->second);
    }
    return numbers;
  }

 private:
  std::unordered_map<std::string_view, Line> numbers_;
};

/// One step of an edit script, found from its end.
struct Step {
  bool inserts = false;
  std::size_t old_at = 0;
  std::size_t new_at = 0;
};

class Myers {
 public:
  Myers(const Lines& before, const Lines& after)
      : before_(before), after_(after), max_(before.size() + after.size()) {}

  /// False: too far apart.
  bool Run() {
    for (std::size_t d = 0; d <= std::min(max_, kMaxDistance); ++d) {
      if (Reach(static_cast<std::ptrdiff_t>(d))) return true;
    }
    return false;
  }

  /// The steps, first to last.
  std::vector<Step> Steps() const {
    std::vector<Step> steps;
    auto x = static_cast<std::ptrdiff_t>(before_.size());
    auto y = static_cast<std::ptrdiff_t>(after_.size());
    for (auto d = static_cast<std::ptrdiff_t>(rows_.size()) - 1; d > 0; --d) {
      const std::vector<std::ptrdiff_t>& row = rows_[static_cast<std::size_t>(d) - 1];
      const std::ptrdiff_t k = x - y;
      const bool inserts = Inserts(row, d, k);
      const std::ptrdiff_t from = inserts ? k + 1 : k - 1;
      x = At(row, d - 1, from);
      y = x - from;
      steps.push_back({inserts, static_cast<std::size_t>(x), static_cast<std::size_t>(y)});
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
  }

 private:
  // A row holds the furthest x on each diagonal -d..d.
  static std::ptrdiff_t At(const std::vector<std::ptrdiff_t>& row, std::ptrdiff_t d,
                           std::ptrdiff_t k) {
    return row[static_cast<std::size_t>(k + d)];
  }
  static bool Inserts(const std::vector<std::ptrdiff_t>& last, std::ptrdiff_t d, std::ptrdiff_t k) {
    if (k == -d) return true;
    if (k == d) return false;
    return At(last, d - 1, k - 1) < At(last, d - 1, k + 1);
  }

  bool Reach(std::ptrdiff_t d) {
    std::vector<std::ptrdiff_t> row(static_cast<std::size_t>(2 * d + 1), -1);
    bool done = false;
    const auto rows = static_cast<std::ptrdiff_t>(before_.size());
    const auto columns = static_cast<std::ptrdiff_t>(after_.size());
    for (std::ptrdiff_t k = -d; k <= d; k += 2) {
      std::ptrdiff_t x = 0;
      if (d > 0) {
        const std::vector<std::ptrdiff_t>& last = rows_.back();
        x = Inserts(last, d, k) ? At(last, d - 1, k + 1) : At(last, d - 1, k - 1) + 1;
      }
      std::ptrdiff_t y = x - k;
      while (x < rows && y < columns &&
             before_[static_cast<std::size_t>(x)] == after_[static_cast<std::size_t>(y)]) {
        ++x;
        ++y;
      }
      row[static_cast<std::size_t>(k + d)] = x;
      done = done || (x >= rows && y >= columns);
    }
    rows_.push_back(std::move(row));
    return done;
  }

  const Lines& before_;
  const Lines& after_;
  const std::size_t max_;
  std::vector<std::vector<std::ptrdiff_t>> rows_;
};

void Append(const Step& step, std::size_t offset, std::vector<Change>& changes) {
  const std::size_t old_at = step.old_at + offset;
  const std::size_t new_at = step.new_at + offset;
  const bool continues = !changes.empty() &&
                         changes.back().old_begin + changes.back().old_size == old_at &&
                         changes.back().new_begin + changes.back().new_size == new_at;
  if (!continues) changes.push_back({old_at, 0, new_at, 0});
  if (step.inserts) {
    ++changes.back().new_size;
  } else {
    ++changes.back().old_size;
  }
}

}  // namespace

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<Change> DiffLines(const std::vector<std::string_view>& before,
                              const std::vector<std::string_view>& after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t old_size = before.size() - head - tail;
  const std::size_t new_size = after.size() - head - tail;
  if (old_size == 0 && new_size == 0) return {};
  const Change everything{head, old_size, head, new_size};
  if (old_size == 0 || new_size == 0) return {everything};

  const auto middle = [&](const std::vector<std::string_view>& lines, std::size_t size) {
    const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(head);
    return std::vector<std::string_view>(begin, begin + static_cast<std::ptrdiff_t>(size));
  };
  Numbers numbers;
  const Lines old_lines = numbers.Of(middle(before, old_size));
  const Lines new_lines = numbers.Of(middle(after, new_size));
  Myers myers(old_lines, new_lines);
  if (!myers.Run()) return {everything};
  std::vector<Change> changes;
  for (const Step& step : myers.Steps()) Append(step, head, changes);
  return changes;
}

}  // namespace acd::preview
