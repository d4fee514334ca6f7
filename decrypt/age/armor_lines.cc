#include "decrypt/age/armor_lines.h"

#include <algorithm>
#include <iterator>
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
  // age goes by what the line decodes to, and its base64 skips a CR.
  const auto returns = static_cast<std::size_t>(std::count(line.begin(), line.end(), '\r'));
  const bool padded = line.substr(0, line.find_last_not_of('\r') + 1).ends_with('=');
  body_ended_ = line.size() - returns < kArmorColumns || padded;
  return Kind::kBody;
}

void AppendArmorBody(std::string_view line, std::string& to) {
  if (line.find('\r') == std::string_view::npos) {
    to.append(line);
  } else {
    std::copy_if(line.begin(), line.end(), std::back_inserter(to),
                 [](char c) { return c != '\r'; });
  }
}

Status CheckBehindArmor(std::string_view rest) {
  if (!IsBlank(rest.substr(0, kMaxArmorSpace))) return BadArmor("trailing data after armored file");
  if (rest.size() >= kMaxArmorSpace) return BadArmor("too much trailing whitespace");
  return {};
}

}  // namespace acd::age
