#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"

namespace acd::age {

/// White space before and behind an armored file, as much as age allows.
inline constexpr std::size_t kMaxArmorSpace = 1024;
/// Full lines of armor.
inline constexpr std::size_t kArmorColumns = 64;
inline constexpr std::string_view kArmorBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
inline constexpr std::string_view kArmorEnd = "-----END AGE ENCRYPTED FILE-----";

Failure BadArmor(std::string_view what);

/// Goes through the lines of an armored file and says what each is. It does not look into the
/// base64, but for padding: that ends the body.
class ArmorLines {
 public:
  enum class Kind { kSpace, kBegin, kBody, kEnd };
  /// `line`: without LF or CRLF. Not to be called after kEnd.
  /// Errors: kInvalidInput "invalid armor: ...".
  Result<Kind> Next(std::string_view line);

 private:
  Result<Kind> BeforeBegin(std::string_view line);

  std::size_t skipped_ = 0;
  bool begun_ = false;
  bool body_ended_ = false;
};

/// Appends the base64 of a line of the body, without a CR inside of it.
void AppendArmorBody(std::string_view line, std::string& to);

/// Checks what follows the end line: at most kMaxArmorSpace bytes of `rest` need be there.
Status CheckBehindArmor(std::string_view rest);

/// The line without the CR of a CRLF.
std::string_view WithoutCr(std::string_view line);

/// Whether there is white space in it only, as Go has it.
bool IsBlank(std::string_view text);

}  // namespace acd::age
