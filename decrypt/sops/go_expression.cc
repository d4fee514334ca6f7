#include "decrypt/sops/go_expression.h"

#include <algorithm>

namespace acd::sops {
namespace {

/// Moves the text up to and including `end` from `from` to `to`; all of it if there is no end.
void MovePast(std::string_view end, std::string_view& from, std::string& to) {
  const std::size_t at = from.find(end);
  const std::size_t size = at == std::string_view::npos ? from.size() : at + end.size();
  to += from.substr(0, size);
  from.remove_prefix(size);
}

void Move(std::size_t size, std::string_view& from, std::string& to) {
  size = std::min(size, from.size());
  to += from.substr(0, size);
  from.remove_prefix(size);
}

/// Moves a class in brackets. `last`: where the expression's last ":]" is, or null, so that not
/// every "[:" without an end searches to the end.
void MoveClass(const char* last, std::string_view& from, std::string& to) {
  Move(from.starts_with("[^") ? 2 : 1, from, to);
  bool first = true;  // where a closing bracket stands for itself
  while (!from.empty()) {
    if (from.front() == ']' && !first) {
      Move(1, from, to);
      return;
    }
    first = false;
    if (from.starts_with("[:") && last != nullptr && from.data() + 2 <= last) {
      Move(from.find(":]", 2) + 2, from, to);
    } else {
      Move(from.front() == '\\' ? 2 : 1, from, to);
    }
  }
}

bool NamesGroup(std::string_view text) {
  return text.starts_with("(?<") && !text.starts_with("(?<=") && !text.starts_with("(?<!");
}

}  // namespace

std::optional<std::string> Re2FromGo(std::string_view expression) {
  std::string out;
  out.reserve(expression.size() + 8);
  const std::size_t end = expression.rfind(":]");
  const char* const last = end == std::string_view::npos ? nullptr : expression.data() + end;
  while (!expression.empty()) {
    if (expression.starts_with("\\C")) return std::nullopt;
    if (expression.starts_with("\\Q")) {
      MovePast("\\E", expression, out);
    } else if (expression.front() == '\\') {
      Move(2, expression, out);
    } else if (expression.front() == '[') {
      MoveClass(last, expression, out);
    } else if (NamesGroup(expression)) {
      out += "(?P<";
      expression.remove_prefix(3);
    } else {
      Move(1, expression, out);
    }
  }
  return out;
}

}  // namespace acd::sops
