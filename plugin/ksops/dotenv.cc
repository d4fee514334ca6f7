#include "plugin/ksops/dotenv.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "decrypt/base/encoding.h"
#include "decrypt/base/go_space.h"

namespace acd::ksops {
namespace {

constexpr std::string_view kNel = "\xC2\x85";
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

// The size of the blank that `text` starts with; line breaks are none.
std::size_t BlankAtStart(std::string_view text) {
  if (text.empty()) return 0;
  if (std::string_view("\t\v\f\r ").find(text.front()) != std::string_view::npos) return 1;
  return text.starts_with(kNel) || text.starts_with(kNoBreakSpace) ? 2 : 0;
}

std::size_t BlankAtEnd(std::string_view text) {
  if (text.empty()) return 0;
  if (std::string_view("\t\v\f\r ").find(text.back()) != std::string_view::npos) return 1;
  return text.ends_with(kNel) || text.ends_with(kNoBreakSpace) ? 2 : 0;
}

std::string_view TrimBlankLeft(std::string_view text) {
  while (const std::size_t size = BlankAtStart(text)) text.remove_prefix(size);
  return text;
}

std::string_view TrimBlankRight(std::string_view text) {
  while (const std::size_t size = BlankAtEnd(text)) text.remove_suffix(size);
  return text;
}

// A byte of a name, taken for the character of that number as godotenv does: a letter or a digit of
// Latin-1.
bool IsNameByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x80) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  }
  constexpr std::string_view kSingle = "\xAA\xB5\xBA\xB2\xB3\xB9\xBC\xBD\xBE";
  return kSingle.find(c) != std::string_view::npos ||
         (byte >= 0xC0 && byte != 0xD7 && byte != 0xF7);
}

bool IsBlankByte(char c) {
  return std::string_view("\t\v\f\r \x85\xA0").find(c) != std::string_view::npos;
}

bool IsExpandable(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// Go's conversion of a string to characters and back.
SecretBytes ReplaceInvalidUtf8(std::string_view text) {
  if (IsUtf8(text)) return SecretBytes::CopyOf(text);
  SecretBytes out;
  out.Reserve(text.size());
  while (!text.empty()) {
    std::size_t size = 1;
    while (size <= 4 && size <= text.size() && !IsUtf8(text.substr(0, size))) ++size;
    if (size > 4 || size > text.size()) {
      out.Append("\xEF\xBF\xBD");
      text.remove_prefix(1);
    } else {
      out.Append(text.substr(0, size));
      text.remove_prefix(size);
    }
  }
  return out;
}

// `\n` and `\r`; of any other `\x` the backslash goes, except in `\$`, which stays for Expand.
SecretBytes Unescape(std::string_view text) {
  SecretBytes out;
  out.Reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.Append(text[i]);
      continue;
    }
    const char next = text[++i];
    if (next == 'n' || next == 'r') {
      out.Append(next == 'n' ? '\n' : '\r');
    } else {
      if (next == '$') out.Append('\\');
      out.Append(next);
    }
  }
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, std::size_t max_bytes)
      : all_(text), rest_(text), max_bytes_(max_bytes) {}

  Result<Variables> Parse() {
    while (SkipToStatement()) {
      ACD_TRY(std::string name, Name());
      ACD_TRY(SecretBytes value, Value());
      used_ += value.size();
      if (used_ > max_bytes_) return TooLarge();
      variables_.insert_or_assign(std::move(name), std::move(value));
    }
    return std::move(variables_);
  }

 private:
  Failure Bad(const char* what) const {
    const std::size_t at = all_.size() - rest_.size();
    const auto lines =
        std::count(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return Fail(Code::kInvalidInput, "line " + std::to_string(lines + 1) + ": " + what);
  }
  static Failure TooLarge() {
    return Fail(Code::kLimitExceeded, "the variables together are too large");
  }

  bool SkipToStatement() {
    while (true) {
      rest_ = TrimGoSpaceLeft(rest_);
      if (rest_.empty()) return false;
      if (rest_.front() != '#') return true;
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    }
  }

  Result<std::string> Name() {
    constexpr std::string_view kExport = "export";
    if (rest_.starts_with(kExport) && BlankAtStart(rest_.substr(kExport.size())) > 0) {
      rest_ = TrimBlankLeft(rest_.substr(kExport.size()));
    }
    if (rest_.empty()) return Bad("nothing follows export");
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] != '=' && rest_[end] != ':') {
      if (!IsNameByte(rest_[end]) && !IsBlankByte(rest_[end])) {
        return Bad("unexpected character in a variable's name, or no = behind it");
      }
      ++end;
    }
    std::string name;
    if (end < rest_.size()) {
      name = TrimGoSpace(rest_.substr(0, end));
      rest_.remove_prefix(end + 1);
    }
    rest_ = TrimBlankLeft(rest_);
    return name;
  }

  Result<SecretBytes> Value() {
    if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'')) return Quoted();
    const std::string_view line =
        rest_.substr(0, std::min(rest_.find_first_of("\n\r"), rest_.size()));
    std::size_t end = line.size();
    for (std::size_t i = line.size(); i-- > 1;) {
      if (line[i] == '#' && BlankAtEnd(line.substr(0, i)) > 0) {
        end = i;
        break;
      }
    }
    rest_.remove_prefix(line.size());
    return Expand(ReplaceInvalidUtf8(TrimBlankRight(TrimBlankLeft(line.substr(0, end)))));
  }

  Result<SecretBytes> Quoted() {
    const char quote = rest_.front();
    std::size_t end = 1;
    while (end < rest_.size() && (rest_[end] != quote || rest_[end - 1] == '\\')) ++end;
    if (end >= rest_.size()) return Bad("a quoted value has no end");
    std::string_view value = rest_.substr(0, end);
    value.remove_prefix(std::min(value.find_first_not_of(quote), value.size()));
    value = value.substr(0, value.find_last_not_of(quote) + 1);
    rest_.remove_prefix(end + 1);
    if (quote == '\'') return SecretBytes::CopyOf(value);
    return Expand(Unescape(value));
  }

  // `$NAME`, `${NAME}`, `$(NAME` and what else godotenv's expression takes for one; `\$` is a `$`.
  Result<SecretBytes> Expand(SecretBytes value) const {
    const std::string_view text = value.ExposeText();
    if (text.find('$') == std::string_view::npos) return value;
    SecretBytes out;
    for (std::size_t i = 0; i < text.size();) {
      const bool escaped = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '$';
      if (!escaped && text[i] != '$') {
        out.Append(text[i++]);
        continue;
      }
      const std::size_t begin = i;
      i += escaped ? 2 : 1;
      if (i < text.size() && text[i] == '(') ++i;
      if (i < text.size() && text[i] == '{') ++i;
      const std::size_t name = i;
      while (i < text.size() && IsExpandable(text[i])) ++i;
      const std::string_view named = text.substr(name, i - name);
      if (i < text.size() && text[i] == '}') ++i;
      if (escaped || named.empty()) {
        out.Append(text.substr(begin + (escaped ? 1 : 0), i - begin - (escaped ? 1 : 0)));
      } else if (const auto found = variables_.find(named); found != variables_.end()) {
        if (out.size() + found->second.size() > max_bytes_ - used_) return TooLarge();
        out.Append(found->second.Expose());
      }
    }
    return out;
  }

  std::string_view all_;
  std::string_view rest_;
  const std::size_t max_bytes_;
  std::size_t used_ = 0;
  Variables variables_;
};

SecretBytes WithPlainLineBreaks(std::string_view text) {
  SecretBytes out;
  out.Reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out.Append(text[i]);
  }
  return out;
}

}  // namespace

Result<Variables> ParseDotenv(std::string_view text, std::size_t max_bytes) {
  if (text.find("\r\n") == std::string_view::npos) return Parser(text, max_bytes).Parse();
  const SecretBytes plain = WithPlainLineBreaks(text);
  return Parser(plain.ExposeText(), max_bytes).Parse();
}

}  // namespace acd::ksops
