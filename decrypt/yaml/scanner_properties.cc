#include <utility>

#include "decrypt/yaml/scanner.h"

namespace acd::yaml {
namespace {

bool IsUriChar(char c) {
  return c != '\0' && (IsWordChar(c) ||
                       std::string_view(";/?:@&=+$,.!~*'()[]%").find(c) != std::string_view::npos);
}

// What may follow an anchor.
bool EndsAnchor(const char* p) {
  return IsBlankOrEnd(p) || std::string_view("?:,]}%@`").find(*p) != std::string_view::npos;
}

}  // namespace

// %YAML or %TAG, with the rest of its line.
bool Scanner::FetchDirective() {
  UnrollIndent(-1, Here());
  if (!RemoveSimpleKey()) return false;
  simple_key_allowed_ = false;
  const Mark start = Here();
  SkipText(pos_ + 1);
  std::int32_t end = pos_;
  while (IsWordChar(text_[end])) ++end;
  const std::string_view name = TextBetween(pos_, end);
  if (name.empty()) return Refuse(start, "could not find expected directive name");
  if (!IsBlankOrEnd(text_ + end)) {
    return Refuse(start, "found unexpected non-alphabetical character");
  }
  SkipText(end);

  Token token{TokenType::kVersionDirective, ScalarStyle::kPlain, start, {}, {}};
  if (name == "YAML") {
    if (!ScanVersion(token)) return false;
  } else if (name == "TAG") {
    token.type = TokenType::kTagDirective;
    if (!ScanTagDirective(start, token)) return false;
  } else {
    return Refuse(start, "found unknown directive name");
  }

  SkipBlanks();
  if (*At() == '#') {
    end = pos_;
    while (!IsBreakOrEnd(text_ + end)) ++end;
    SkipText(end);
  }
  if (!IsBreakOrEnd(At())) return Refuse(start, "did not find expected comment or line break");
  SkipBreak();
  AddToken(token.type, start) = token;
  return true;
}

bool Scanner::ScanVersion(Token& token) {
  SkipBlanks();
  const std::int32_t begin = pos_;
  for (int part = 0; part < 2; ++part) {
    std::int32_t end = pos_;
    while (IsDigit(text_[end])) ++end;
    if (end - pos_ > 2) return Refuse(token.start, "found extremely long version number");
    if (end == pos_) return Refuse(token.start, "did not find expected version number");
    SkipText(end);
    if (part == 1) break;
    if (*At() != '.') return Refuse(token.start, "did not find expected digit or '.' character");
    SkipText(pos_ + 1);
  }
  token.suffix = TextBetween(begin, pos_);
  return true;
}

bool Scanner::ScanTagDirective(Mark start, Token& token) {
  SkipBlanks();
  if (!ScanTagHandle(true, start, token.text)) return false;
  if (!IsBlank(At())) return Refuse(start, "did not find expected whitespace");
  SkipBlanks();
  if (!ScanTagUri(start, {}, token.suffix)) return false;
  if (!IsBlankOrEnd(At())) return Refuse(start, "did not find expected whitespace or line break");
  return true;
}

bool Scanner::FetchAnchor(TokenType type) {
  if (!SaveSimpleKey()) return false;
  simple_key_allowed_ = false;
  const Mark start = Here();
  SkipText(pos_ + 1);
  std::int32_t end = pos_;
  while (IsWordChar(text_[end])) ++end;
  if (end == pos_ || !EndsAnchor(text_ + end)) {
    return Refuse(start, "did not find expected alphabetic or numeric character");
  }
  AddToken(type, start).text = TextBetween(pos_, end);
  SkipText(end);
  return true;
}

// "!<uri>", "!handle!suffix", "!suffix" or "!". A handle and a suffix come out, or a suffix alone.
bool Scanner::FetchTag() {
  if (!SaveSimpleKey()) return false;
  simple_key_allowed_ = false;
  const Mark start = Here();
  Token token{TokenType::kTag, ScalarStyle::kPlain, start, {}, {}};
  if (At()[1] == '<') {
    SkipText(pos_ + 2);
    if (!ScanTagUri(start, {}, token.suffix)) return false;
    if (*At() != '>') return Refuse(start, "did not find the expected '>'");
    SkipText(pos_ + 1);
  } else {
    std::string_view handle;
    if (!ScanTagHandle(false, start, handle)) return false;
    if (handle.size() > 1 && handle.back() == '!') {
      token.text = handle;
      if (!ScanTagUri(start, {}, token.suffix)) return false;
    } else {
      if (!ScanTagUri(start, handle, token.suffix)) return false;
      if (token.suffix.empty()) {
        token.suffix = handle.substr(0, 1);
      } else {
        token.text = handle.substr(0, 1);
      }
    }
  }
  if (!IsBlankOrEnd(At())) return Refuse(start, "did not find expected whitespace or line break");
  AddToken(token.type, start) = token;
  return true;
}

bool Scanner::ScanTagHandle(bool directive, Mark start, std::string_view& handle) {
  if (*At() != '!') return Refuse(start, "did not find expected '!'");
  std::int32_t end = pos_ + 1;
  while (IsWordChar(text_[end])) ++end;
  if (text_[end] == '!') {
    ++end;
  } else if (directive && end != pos_ + 1) {
    return Refuse(start, "did not find expected '!'");
  }
  handle = TextBetween(pos_, end);
  SkipText(end);
  return true;
}

// `head`: a "!" that was read as a handle, with what follows it; its "!" is not part of the URI.
bool Scanner::ScanTagUri(Mark start, std::string_view head, std::string_view& uri) {
  const std::int32_t begin = pos_;
  std::int32_t end = pos_;
  while (IsUriChar(text_[end]) && text_[end] != '%') ++end;
  const std::string_view more = head.empty() ? head : head.substr(1);
  if (text_[end] != '%') {
    if (head.empty() && end == begin) return Refuse(start, "did not find expected tag URI");
    SkipText(end);
    // The rest of a false handle stands right before the URI.
    uri = TextBetween(begin - static_cast<std::int32_t>(more.size()), end);
    return true;
  }
  SecretBytes out = SecretBytes::CopyOf(more);
  while (IsUriChar(*At())) {
    if (*At() == '%') {
      if (!ScanUriEscape(start, out)) return false;
    } else {
      out.Append(*At());
      SkipText(pos_ + 1);
    }
  }
  uri = Keep(std::move(out));
  return true;
}

// The escaped octets of one UTF-8 character.
bool Scanner::ScanUriEscape(Mark start, SecretBytes& out) {
  std::int32_t left = 0;
  do {
    const int high = *At() == '%' ? HexValue(At()[1]) : -1;
    const int low = high >= 0 ? HexValue(At()[2]) : -1;
    if (low < 0) return Refuse(start, "did not find URI escaped octet");
    const auto octet = static_cast<std::uint8_t>(high * 16 + low);
    if (left == 0) {
      if ((octet & 0xC0U) == 0x80 || octet >= 0xF8) {
        return Refuse(start, "found an incorrect leading UTF-8 octet");
      }
      left = WidthOf(static_cast<char>(octet));
    } else if ((octet & 0xC0U) != 0x80) {
      return Refuse(start, "found an incorrect trailing UTF-8 octet");
    }
    out.Append(static_cast<char>(octet));
    SkipText(pos_ + 3);
  } while (--left > 0);
  return true;
}

}  // namespace acd::yaml
