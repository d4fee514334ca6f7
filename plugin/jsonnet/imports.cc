#include "plugin/jsonnet/imports.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace acd::jsonnet {
namespace {

bool IsWordStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsWord(char c) { return IsWordStart(c) || (c >= '0' && c <= '9'); }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

void AppendUtf8(std::uint32_t c, std::string& out) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((c >> shift) & 0x3FU));
  };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | (c >> 6U));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | (c >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (c >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<Import> Run() && {
    while (SkipBlanks() && Step()) {
    }
    return std::move(imports_);
  }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  bool Sees(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  void SkipLine() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  // White space and comments. False at the end, or where a comment does not end.
  bool SkipBlanks() {
    while (!AtEnd()) {
      if (IsBlank(text_[at_]) || text_[at_] == '\n') {
        ++at_;
      } else if (text_[at_] == '#' || Sees("//")) {
        SkipLine();
      } else if (Sees("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return false;
        at_ = end + 2;
      } else {
        return true;
      }
    }
    return false;
  }

  // One token. False where it does not end.
  bool Step() {
    const char c = text_[at_];
    if (IsWordStart(c)) {
      TakeWord();
      return true;
    }
    if (c == '"' || c == '\'' || c == '@') return TakeString().has_value() || c == '@';
    if (Sees("|||")) return SkipBlock();
    ++at_;
    while (IsWord(c) && !AtEnd() && IsWord(text_[at_])) ++at_;  // `1e5` has no word in it
    return true;
  }

  void TakeWord() {
    const std::size_t begin = at_;
    while (!AtEnd() && IsWord(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word != "import" && word != "importstr" && word != "importbin") return;
    if (!SkipBlanks()) return;
    const char c = text_[at_];
    if (c != '"' && c != '\'' && c != '@') return;
    if (auto path = TakeString()) imports_.push_back({*std::move(path), word == "import"});
  }

  // The string literal here; nullopt where it does not end, or where `@` begins none.
  std::optional<std::string> TakeString() {
    if (text_[at_] != '@') return TakeQuoted();
    ++at_;
    if (AtEnd() || (text_[at_] != '"' && text_[at_] != '\'')) return std::nullopt;
    return TakeVerbatim();
  }

  std::optional<std::string> TakeVerbatim() {
    const char quote = text_[at_++];
    std::string value;
    while (!AtEnd()) {
      const char c = text_[at_++];
      if (c == quote) {
        if (AtEnd() || text_[at_] != quote) return value;
        ++at_;
      }
      value += c;
    }
    return std::nullopt;
  }

  std::optional<std::string> TakeQuoted() {
    const char quote = text_[at_++];
    std::string value;
    while (!AtEnd()) {
      const char c = text_[at_++];
      if (c == quote) return value;
      if (c != '\\') {
        value += c;
      } else if (AtEnd() || !TakeEscape(value)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  bool TakeEscape(std::string& value) {
    const char c = text_[at_++];
    static constexpr std::string_view kLetters = "bfnrt";
    static constexpr std::string_view kValues = "\b\f\n\r\t";
    if (const std::size_t i = kLetters.find(c); i != std::string_view::npos) {
      value += kValues[i];
      return true;
    }
    if (c != 'u') {
      value += c;  // what is no escape at all is an error of the program's
      return true;
    }
    std::optional<std::uint32_t> code = TakeHex();
    if (!code) return false;
    if (*code >= 0xD800 && *code < 0xDC00 && Sees("\\u")) {
      at_ += 2;
      const std::optional<std::uint32_t> low = TakeHex();
      if (!low) return false;
      code = 0x10000 + ((*code - 0xD800) << 10U) + ((*low - 0xDC00) & 0x3FFU);
    }
    AppendUtf8(*code, value);
    return true;
  }

  std::optional<std::uint32_t> TakeHex() {
    if (text_.size() - at_ < 4) return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      const char lower = static_cast<char>(c | 0x20);
      const int digit = c >= '0' && c <= '9'           ? c - '0'
                        : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                       : -1;
      if (digit < 0) return std::nullopt;
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    return value;
  }

  // A text block: its lines begin with the white space of the first one; `|||` ends it, alone on a
  // line that does not.
  bool SkipBlock() {
    at_ += 3;
    if (Sees("-")) ++at_;
    SkipLine();
    while (Sees("\n")) ++at_;
    const std::size_t begin = at_;
    while (!AtEnd() && IsBlank(text_[at_])) ++at_;
    const std::string_view indent = text_.substr(begin, at_ - begin);
    if (indent.empty()) return false;
    at_ = begin;
    while (!AtEnd()) {
      if (Sees(indent)) {
        SkipLine();
        if (!AtEnd()) ++at_;
      } else if (Sees("\n")) {
        ++at_;
      } else {
        while (!AtEnd() && IsBlank(text_[at_])) ++at_;
        if (!Sees("|||")) return false;
        at_ += 3;
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Import> imports_;
};

}  // namespace

std::vector<Import> FindImports(std::string_view program) { return Scanner(program).Run(); }

}  // namespace acd::jsonnet
