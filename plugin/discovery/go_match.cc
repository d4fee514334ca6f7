// A port of Go 1.26's path/filepath/match.go, whose functions it keeps.
#include "plugin/discovery/go_match.h"

#include "plugin/discovery/runes.h"

namespace acd::discovery {
namespace {

/// The start of a pattern: what is not a star, perhaps with one before it.
struct Chunk {
  bool star = false;
  std::string_view text;
  std::string_view rest;  ///< of the pattern
};

Chunk ScanChunk(std::string_view pattern) {
  Chunk chunk;
  while (pattern.starts_with('*')) {
    pattern.remove_prefix(1);
    chunk.star = true;
  }
  bool in_range = false;
  std::size_t end = 0;
  for (; end < pattern.size(); ++end) {
    const char c = pattern[end];
    if (c == '*' && !in_range) break;
    if (c == '\\' && end + 1 < pattern.size()) ++end;
    if (c == '[') in_range = true;
    if (c == ']') in_range = false;
  }
  chunk.text = pattern.substr(0, end);
  chunk.rest = pattern.substr(end);
  return chunk;
}

/// Takes a character of a class off the chunk; nothing if that is malformed.
std::optional<char32_t> TakeEscaped(std::string_view& chunk) {
  if (chunk.empty() || chunk.front() == '-' || chunk.front() == ']') return std::nullopt;
  if (chunk.front() == '\\') {
    chunk.remove_prefix(1);
    if (chunk.empty()) return std::nullopt;
  }
  const Rune rune = DecodeRune(chunk);
  chunk.remove_prefix(rune.size);
  // A class has an end.
  if (rune.IsInvalid() || chunk.empty()) return std::nullopt;
  return rune.value;
}

/// Takes a class off the chunk, its `[` excepted: whether the character is in it.
std::optional<bool> TakeClass(std::string_view& chunk, char32_t character) {
  const bool negated = chunk.starts_with('^');
  if (negated) chunk.remove_prefix(1);
  bool in = false;
  for (bool first = true; first || !chunk.starts_with(']'); first = false) {
    const auto low = TakeEscaped(chunk);
    if (!low) return std::nullopt;
    auto high = low;
    if (chunk.front() == '-') {
      chunk.remove_prefix(1);
      high = TakeEscaped(chunk);
      if (!high) return std::nullopt;
    }
    in = in || (*low <= character && character <= *high);
  }
  chunk.remove_prefix(1);
  return in != negated;
}

/// Takes what a chunk matches off the start of a name; false if it does not. Checks the chunk to
/// its end either way.
std::optional<bool> MatchChunk(std::string_view chunk, std::string_view& name) {
  bool failed = false;
  std::string_view rest = name;
  while (!chunk.empty()) {
    failed = failed || rest.empty();
    const char c = chunk.front();
    chunk.remove_prefix(1);
    if (c == '[') {
      Rune rune;
      if (!failed) rune = DecodeRune(rest);
      const auto in = TakeClass(chunk, rune.value);
      if (!in) return std::nullopt;
      rest.remove_prefix(rune.size);
      failed = failed || !*in;
    } else if (c == '?') {
      if (failed) continue;
      failed = rest.front() == '/';
      rest.remove_prefix(DecodeRune(rest).size);
    } else {
      char literal = c;
      if (c == '\\') {
        if (chunk.empty()) return std::nullopt;
        literal = chunk.front();
        chunk.remove_prefix(1);
      }
      if (failed) continue;
      failed = rest.front() != literal;
      rest.remove_prefix(1);
    }
  }
  if (!failed) name = rest;
  return !failed;
}

/// The same at any later place of a name, before a slash. `last`: nothing of the name may be left.
std::optional<bool> MatchChunkLater(std::string_view chunk, std::string_view& name, bool last) {
  for (std::size_t i = 0; i < name.size() && name[i] != '/'; ++i) {
    std::string_view rest = name.substr(i + 1);
    const auto matched = MatchChunk(chunk, rest);
    if (!matched) return std::nullopt;
    if (!*matched || (last && !rest.empty())) continue;
    name = rest;
    return true;
  }
  return false;
}

}  // namespace

std::optional<bool> GoMatch(std::string_view pattern, std::string_view name) {
  while (!pattern.empty()) {
    const Chunk chunk = ScanChunk(pattern);
    pattern = chunk.rest;
    if (chunk.star && chunk.text.empty()) return name.find('/') == std::string_view::npos;
    std::string_view rest = name;
    const auto here = MatchChunk(chunk.text, rest);
    if (here == true && (rest.empty() || !pattern.empty())) {
      name = rest;
      continue;
    }
    if (!here) return std::nullopt;
    if (!chunk.star) return false;
    const auto later = MatchChunkLater(chunk.text, name, pattern.empty());
    if (later != true) return later;
  }
  return name.empty();
}

bool HasMeta(std::string_view text) {
  return text.find_first_of("*?[\\") != std::string_view::npos;
}

}  // namespace acd::discovery
