#include "decrypt/age/armor.h"

#include <algorithm>
#include <utility>

#include "decrypt/base/encoding.h"
#include "decrypt/base/go_space.h"

namespace acd::age {
namespace {

// Of base64 decoded at a time. A multiple of the columns.
constexpr std::size_t kBlock = 1024 * kArmorColumns;

// One decode for many lines: padding inside the text is refused, so it can only end the last line.
Result<SecretBytes> DecodeBody(std::string_view body) {
  auto decoded = DecodeBase64Strict(body);
  if (!decoded) return Fail(std::move(decoded).error().With("invalid armor"));
  return decoded;
}

// Takes a line off the front of `text`, its LF or CRLF removed; the last one may lack it.
std::string_view TakeArmorLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return WithoutCr(line);
}

}  // namespace

bool LooksArmored(std::string_view text) {
  // As much as age looks at: it counts both bytes of a CRLF here, other than behind this.
  const std::string_view ahead = text.substr(0, kMaxArmorSpace + kArmorBegin.size());
  const std::string_view begin = TrimGoSpace(ahead);
  const bool is_cut = ahead.size() < text.size() && begin.size() < kArmorBegin.size();
  return begin.starts_with("-----BEGIN AGE") && !is_cut;
}

Result<SecretBytes> Dearmor(std::string_view text) {
  ArmorLines lines;
  std::string body;
  body.reserve(text.size());
  while (!text.empty()) {
    const std::string_view line = TakeArmorLine(text);
    ACD_TRY(const ArmorLines::Kind kind, lines.Next(line));
    if (kind == ArmorLines::Kind::kBody) AppendArmorBody(line, body);
    if (kind == ArmorLines::Kind::kEnd) {
      ACD_CHECK(CheckBehindArmor(text));
      return DecodeBody(body);
    }
  }
  return BadArmor("unexpected EOF");
}

// A line of the source, or nullopt at its end. Longer ones than any that may be are cut: they are
// refused all the same.
Result<std::optional<std::string_view>> ArmorReader::NextLine() {
  for (;;) {
    const std::string_view ahead = AsText(source_.Ahead());
    const std::size_t end = ahead.find('\n');
    const bool whole = end != std::string_view::npos;
    if (whole || ahead.size() > 2 * kMaxArmorSpace) {
      const std::string_view line = ahead.substr(0, end);
      source_.Take(line.size() + (whole ? 1 : 0));
      return std::optional(WithoutCr(line));
    }
    ACD_TRY(const bool more, source_.Fill());
    if (more) continue;
    const std::string_view rest = AsText(source_.Ahead());
    if (rest.empty()) return std::optional<std::string_view>();
    source_.Take(rest.size());
    return std::optional(WithoutCr(rest));
  }
}

Status ArmorReader::CheckBehind() {
  while (source_.Ahead().size() < kMaxArmorSpace) {
    ACD_TRY(const bool more, source_.Fill());
    if (!more) break;
  }
  return CheckBehindArmor(AsText(source_.Ahead()));
}

// Appends the lines of a block to `text`; those in front of an error are there too.
Status ArmorReader::CollectLines(std::string& text) {
  while (text.size() < kBlock) {
    ACD_TRY(const auto line, NextLine());
    if (!line) return BadArmor("unexpected EOF");
    ACD_TRY(const ArmorLines::Kind kind, lines_.Next(*line));
    if (kind == ArmorLines::Kind::kBody) AppendArmorBody(*line, text);
    if (kind == ArmorLines::Kind::kEnd) {
      ended_ = true;
      return CheckBehind();
    }
  }
  return {};
}

void ArmorReader::Decode(std::string_view text) {
  auto decoded = DecodeBody(text);
  if (decoded) {
    decoded_ = std::move(*decoded);
    return;
  }
  // The good lines, and then this error in place of any further down.
  error_ = std::move(decoded).error();
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), kArmorColumns))) {
    const auto line = DecodeBody(text.substr(0, kArmorColumns));
    if (!line) return;
    decoded_.Append(line->Expose());
  }
}

void ArmorReader::ReadBlock() {
  decoded_.Resize(0);
  taken_ = 0;
  std::string text;
  text.reserve(kBlock);
  if (Status status = CollectLines(text); !status) error_ = std::move(status).error();
  Decode(text);
}

Result<std::size_t> ArmorReader::Read(std::span<std::uint8_t> out) {
  while (taken_ == decoded_.size()) {
    if (error_) return Fail(*error_);
    if (ended_) return std::size_t{0};
    ReadBlock();
  }
  const auto rest = decoded_.Expose().subspan(taken_);
  const std::size_t size = std::min(out.size(), rest.size());
  std::copy_n(rest.begin(), size, out.begin());
  taken_ += size;
  return size;
}

}  // namespace acd::age
