#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace acd::preview {

/// The lines of a text, without their line breaks; borrowed from it.
std::vector<std::string_view> SplitLines(std::string_view text);

/// A stretch of lines that differ: `old_size` of the one text from `old_begin` on are replaced by
/// `new_size` of the other. One of the two may be 0.
struct Change {
  std::size_t old_begin = 0;
  std::size_t old_size = 0;
  std::size_t new_begin = 0;
  std::size_t new_size = 0;
};

/// The changes that make one text of the other, in order, as few lines as there can be. Texts that
/// differ in more than kMaxDistance lines give one change for all between what they begin and end
/// with alike: time and memory stay bounded (some 32 MiB).
/// Source: E. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986).
std::vector<Change> DiffLines(const std::vector<std::string_view>& before,
                              const std::vector<std::string_view>& after);

constexpr std::size_t kMaxDistance = 2000;

}  // namespace acd::preview
