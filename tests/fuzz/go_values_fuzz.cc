// Numbers, booleans and times in Go's syntax, against C's own readers and against their printed
// form.
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "decrypt/sops/go_number.h"
#include "decrypt/sops/go_time.h"
#include "decrypt/yaml/go_numbers.h"
#include "decrypt/yaml/timestamp.h"
#include "tests/fuzz/claim.h"

using namespace acd;

namespace {

bool Same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void Integers(std::string_view text) {
  const auto go = sops::ParseGoInt(text);
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool plus_minus = text.starts_with("+-");
  const bool good = error == std::errc() && end == digits.data() + digits.size() && !plus_minus;
  fuzz::Claim(go.has_value() == good, "Atoi takes decimal integers of 64 bits");
  if (go) fuzz::Claim(*go == value, "and reads them as C++ does");
  if (const auto any = sops::ParseGoIntAnyBase(text);
      any && go && !digits.starts_with('0') && !digits.starts_with("-0")) {
    fuzz::Claim(*any == *go, "without a prefix the base is ten");
  }
  for (const unsigned base : {0U, 2U, 8U, 10U, 16U}) {
    const auto number = yaml::ParseGoInt(text, base);
    const auto positive = yaml::ParseGoUint(text, base);
    if (number && positive) {
      fuzz::Claim(static_cast<std::uint64_t>(*number) == *positive, "one number, one value");
    }
  }
}

void Floats(std::string_view text) {
  const auto go = sops::ParseGoFloat(text);
  if (go) {
    const std::string copy(text);
    if (copy.find('_') == std::string::npos) {
      char* end = nullptr;
      const double c = std::strtod(copy.c_str(), &end);
      fuzz::Claim(Same(c, *go), "ParseFloat reads what strtod reads");
    }
    const SecretBytes printed = sops::FormatGoFloat(*go);
    const auto again = sops::ParseGoFloat(printed.ExposeText());
    fuzz::Claim(again.has_value() && Same(*go, *again), "a float reads back as itself");
    const std::string general = yaml::FormatGoFloat(*go);
    const auto third = sops::ParseGoFloat(general);
    fuzz::Claim(third.has_value() && Same(*go, *third), "in both forms");
  }
  if (const auto decimal = yaml::ParseGoDecimalFloat(text); decimal && go) {
    fuzz::Claim(Same(*decimal, *go), "both readers of floats agree");
  }
}

void Times(std::string_view text) {
  const auto time = sops::ParseGoTime(text, sops::QuoteInput::kNo);
  if (time) {
    const std::string printed = time->Rfc3339Nano();
    const auto again = sops::ParseGoTime(printed, sops::QuoteInput::kNo);
    // Offsets of a day and more are read, but print as what is none.
    if (std::abs(time->offset_minutes) < 24 * 60) {
      fuzz::Claim(again.has_value() && again->Rfc3339Nano() == printed,
                  "a time reads back as itself");
    }
  } else {
    fuzz::ClaimGoodError(time.error());
  }
  if (const auto normal = yaml::NormaliseTimestamp(text)) {
    const auto again = yaml::NormaliseTimestamp(*normal);
    fuzz::Claim(!again || *again == *normal, "a printed time is in its printed form");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  Integers(text);
  Floats(text);
  Times(text);
  (void)sops::ParseGoBool(text);
  if (size == sizeof(double)) {
    double value = 0;
    std::memcpy(&value, data, sizeof value);
    const auto again = sops::ParseGoFloat(sops::FormatGoFloat(value).ExposeText());
    fuzz::Claim(again.has_value() && Same(value, *again), "any float reads back as itself");
  }
  return 0;
}
