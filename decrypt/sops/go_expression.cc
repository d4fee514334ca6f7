#include "decrypt/sops/go_expression.h"

#include <algorithm>

#include "decrypt/sops/go_unicode_class.h"

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

bool BeginsUnicodeClass(std::string_view text) {
  return text.starts_with("\\p") || text.starts_with("\\P");
}

/// Moves `\pN`, `\p{Name}` or the like. False: Go does not accept it.
bool MoveUnicodeClass(Place place, std::string_view& from, std::string& to) {
  const bool negated = from[1] == 'P';
  from.remove_prefix(2);
  std::string_view name = from.substr(0, 1);
  if (name == "{") {
    const std::size_t end = from.find('}');
    if (end == std::string_view::npos) return false;
    name = from.substr(1, end - 1);
    from.remove_prefix(end + 1);
  } else {
    from.remove_prefix(name.size());
  }
  const auto moved = Re2UnicodeClass(name, negated, place);
  if (moved) to += *moved;
  return moved.has_value();
}

/// Moves a class in brackets. `last`: where the expression's last ":]" is, or null, so that not
/// every "[:" without an end searches to the end. False: Go does not accept it.
bool MoveClass(const char* last, std::string_view& from, std::string& to) {
  Move(from.starts_with("[^") ? 2 : 1, from, to);
  bool first = true;  // where a closing bracket stands for itself
  while (!from.empty()) {
    if (from.front() == ']' && !first) {
      Move(1, from, to);
      return true;
    }
    first = false;
    if (BeginsUnicodeClass(from)) {
      if (!MoveUnicodeClass(Place::kInBrackets, from, to)) return false;
    } else if (from.starts_with("[:") && last != nullptr && from.data() + 2 <= last) {
      Move(from.find(":]", 2) + 2, from, to);
    } else {
      Move(from.front() == '\\' ? 2 : 1, from, to);
    }
  }
  return true;
}

/// Takes the digits of a count off the front. False: there is none, or one that begins with a zero
/// it does not need.
bool TakeCount(std::string_view& text, std::string_view& digits) {
  digits = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(digits.size());
  return !digits.empty() && !(digits.size() > 1 && digits.front() == '0');
}

/// Whether `{...}` is a repetition whose counts no engine takes, and RE2 takes for a text.
bool RepeatsTooOften(std::string_view text) {
  constexpr std::size_t kDigits = 8;
  text.remove_prefix(1);
  std::string_view least;
  std::string_view most;
  if (!TakeCount(text, least)) return false;
  if (text.starts_with(',')) {
    text.remove_prefix(1);
    if (!text.starts_with('}') && !TakeCount(text, most)) return false;
  }
  return text.starts_with('}') && (least.size() > kDigits || most.size() > kDigits);
}

/// Whether a group's name has characters that Go does not take; `text` begins behind its `<`.
bool IsBadName(std::string_view text) {
  const std::string_view name = text.substr(0, text.find('>'));
  return !std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
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
    } else if (BeginsUnicodeClass(expression)) {
      if (!MoveUnicodeClass(Place::kAlone, expression, out)) return std::nullopt;
    } else if (expression.front() == '\\') {
      Move(2, expression, out);
    } else if (expression.front() == '[') {
      if (!MoveClass(last, expression, out)) return std::nullopt;
    } else if (NamesGroup(expression) || expression.starts_with("(?P<")) {
      expression.remove_prefix(expression[2] == 'P' ? 4 : 3);
      if (IsBadName(expression)) return std::nullopt;
      out += "(?P<";
    } else if (expression.front() == '{' && RepeatsTooOften(expression)) {
      return std::nullopt;
    } else {
      Move(1, expression, out);
    }
  }
  return out;
}

}  // namespace acd::sops
