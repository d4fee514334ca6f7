#include "decrypt/age/armor_lines.h"

#include <string>

#include "decrypt/base/go_space.h"

namespace acd::age {
Failure BadArmor(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("invalid armor: ").append(what));
}

bool IsBlank(std::string_view text) { return TrimGoSpace(text).empty(); }

std::string_view WithoutCr(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Result<ArmorLines::Kind> ArmorLines::BeforeBegin(std::string_view line) {
  if (line == kArmorBegin) {
    begun_ = true;
    return Kind::kBegin;
  }
  if (!IsBlank(line)) return BadArmor("invalid first line");
  skipped_ += line.size() + 1;
  if (skipped_ > kMaxArmorSpace) return BadArmor("too much leading whitespace");
  return Kind::kSpace;
}

Result<ArmorLines::Kind> ArmorLines::Next(std::string_view line) {
  if (!begun_) return BeforeBegin(line);
  if (line == kArmorEnd) return Kind::kEnd;
  if (body_ended_) return BadArmor("invalid closing line");
  if (line.empty()) return BadArmor("empty line in armored data");
  if (line.size() > kArmorColumns) return BadArmor("column limit exceeded");
  body_ended_ = line.size() < kArmorColumns || line.back() == '=';
  return Kind::kBody;
}

Status CheckBehindArmor(std::string_view rest) {
  if (!IsBlank(rest.substr(0, kMaxArmorSpace))) return BadArmor("trailing data after armored file");
  if (rest.size() >= kMaxArmorSpace) return BadArmor("too much trailing whitespace");
  return {};
}

}  // namespace acd::age
