// A port of New in go-zglob 0.0.6's zglob.go. What looks odd here is so there: a class or a brace
// that is not closed counts twice, once as if it were closed and once as plain characters.
#include "plugin/discovery/zglob_pattern.h"

#include <cstdio>

#include "plugin/archive/entry_path.h"
#include "plugin/discovery/runes.h"

namespace acd::discovery {
namespace {

std::string Hex(char32_t rune) {
  char text[16];
  std::snprintf(text, sizeof(text), "\\x%02X", static_cast<unsigned>(rune));
  return text;
}

/// path.Dir of an absolute path.
std::string DirOf(std::string_view path) {
  std::string clean;
  path = archive::FolderOf(path);
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    const std::string_view name = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      clean.resize(archive::FolderOf(clean).size());
    } else {
      clean.append("/").append(name);
    }
  }
  return clean.empty() ? "/" : clean;
}

class Translator {
 public:
  explicit Translator(std::string_view pattern) : runes_(Runes(pattern)) {}

  void Run() {
    for (at_ = 0; at_ < runes_.size(); ++at_) Take();
    if (regex_.ends_with('/')) regex_ += "[^/]*";
  }

  std::string Regex() const { return "^" + regex_ + "$"; }
  std::string Dirmask() const { return DirOf(dirmask_) + "/"; }

 private:
  /// Whether this rune has at least `more` after it.
  bool Has(std::size_t more) const { return at_ + more < runes_.size(); }
  char32_t Ahead(std::size_t by) const { return runes_[at_ + by]; }

  void Take() {
    const char32_t c = runes_[at_];
    if (c == '\\' && Has(2)) {
      const char32_t escaped = runes_[++at_];
      regex_ += "[" + Hex(escaped) + "]";
      if (fixed_) AppendRune(escaped, dirmask_);
    } else if (c == '*') {
      TakeStar();
    } else if (c == '[') {
      fixed_ = false;
      if (const std::string inner = TakeClass(); !inner.empty()) regex_ += "[" + inner + "]";
    } else if (c == '{') {
      fixed_ = false;
      const std::string inner = TakeBraces();
      if (inner.empty()) return TakePlain();
      regex_ += "(" + inner + ")";
    } else if (c == '!' && Has(1) && Ahead(1) == '(') {
      ++at_;
      const std::string inner = TakeNegation();
      if (inner.empty()) return TakePlain();
      regex_ += inner;
    } else {
      TakePlain();
    }
  }

  void TakeStar() {
    fixed_ = false;
    if (Has(2) && Ahead(1) == '*' && Ahead(2) == '/') {
      regex_ += "(.*/)?";
      at_ += 2;
    } else {
      regex_ += "[^/]*";
    }
  }

  /// What the functions below have read: up to the closing rune, or, without one, to the end, and
  /// then the place stays where it is.
  template <typename Append>
  std::string UpTo(char32_t close, Append append) {
    std::string inner;
    for (std::size_t i = at_ + 1; i < runes_.size(); ++i) {
      if (runes_[i] == close) {
        at_ = i;
        break;
      }
      append(runes_[i], inner);
    }
    return inner;
  }

  std::string TakeClass() { return UpTo(']', AppendRune); }

  std::string TakeBraces() {
    return UpTo('}', [](char32_t c, std::string& inner) {
      if (c == ',') {
        inner += '|';
      } else {
        AppendLiteral(c, inner);
      }
    });
  }

  std::string TakeNegation() {
    return UpTo(')', [](char32_t c, std::string& inner) { inner += "[^" + Hex(c) + "/]*"; });
  }

  void TakePlain() {
    const char32_t c = runes_[at_];
    AppendLiteral(c, regex_);
    if (fixed_) AppendRune(c, dirmask_);
  }

  static void AppendLiteral(char32_t c, std::string& out) {
    const bool plain = c == '/' || ('0' <= c && c <= '9') || ('a' <= c && c <= 'z') ||
                       ('A' <= c && c <= 'Z') || c > 255;
    if (plain) {
      AppendRune(c, out);
    } else {
      out += "[" + Hex(c) + "]";
    }
  }

  std::u32string runes_;
  std::size_t at_ = 0;
  std::string regex_;
  std::string dirmask_;
  bool fixed_ = true;  ///< no wildcard so far
};

}  // namespace

std::optional<ZglobPattern> TranslateZglob(std::string_view pattern) {
  const std::size_t wildcard = pattern.find_first_of("*{");
  if (wildcard == std::string_view::npos) return std::nullopt;
  Translator translator(pattern);
  translator.Run();
  return ZglobPattern{std::string(archive::FolderOf(pattern.substr(0, wildcard))),
                      translator.Dirmask(), translator.Regex()};
}

}  // namespace acd::discovery
