#include "decrypt/yaml/timestamp.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "decrypt/yaml/chars.h"

namespace acd::yaml {
namespace {

struct Time {
  int year = 0, month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  std::string fraction;  // digits, trailing zeros trimmed
  int offset_minutes = 0;
};

bool IsDigitAt(std::string_view text, std::size_t at) {
  return at < text.size() && IsDigit(text[at]);
}

// One or two digits; exactly two if `fixed`.
bool TakeNumber(std::string_view& text, bool fixed, int& value) {
  if (!IsDigitAt(text, 0)) return false;
  value = text[0] - '0';
  if (!IsDigitAt(text, 1)) {
    text.remove_prefix(1);
    return !fixed;
  }
  value = value * 10 + (text[1] - '0');
  text.remove_prefix(2);
  return true;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Go takes a comma for the point, and cuts after nine digits.
void TakeFraction(std::string_view& text, std::string& fraction) {
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || !IsDigit(text[1])) return;
  std::size_t end = 1;
  while (IsDigitAt(text, end)) ++end;
  fraction = text.substr(1, std::min<std::size_t>(end - 1, 9));
  text.remove_prefix(end);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
}

bool TakeDate(std::string_view& text, Time& time) {
  for (int i = 0; i < 4; ++i) {
    if (!IsDigitAt(text, 0)) return false;
    time.year = time.year * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  if (!TakeChar(text, '-') || !TakeNumber(text, false, time.month)) return false;
  return TakeChar(text, '-') && TakeNumber(text, false, time.day);
}

bool TakeClock(std::string_view& text, Time& time) {
  if (!TakeNumber(text, false, time.hour) || !TakeChar(text, ':')) return false;
  if (!TakeNumber(text, false, time.minute) || !TakeChar(text, ':')) return false;
  if (!TakeNumber(text, false, time.second)) return false;
  TakeFraction(text, time.fraction);
  return time.hour < 24 && time.minute < 60 && time.second < 60;
}

// "Z", or a sign, hours and minutes. Go allows offsets of 24 hours and of 60 minutes.
bool TakeZone(std::string_view& text, Time& time) {
  if (TakeChar(text, 'Z')) return true;
  const bool negative = !text.empty() && text.front() == '-';
  if (!negative && (text.empty() || text.front() != '+')) return false;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!TakeNumber(text, true, hours) || !TakeChar(text, ':') || !TakeNumber(text, true, minutes)) {
    return false;
  }
  if (hours > 24 || minutes > 60) return false;
  time.offset_minutes = (hours * 60 + minutes) * (negative ? -1 : 1);
  return true;
}

bool IsDate(const Time& time) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (time.month < 1 || time.month > 12 || time.day < 1) return false;
  const bool leap = time.year % 4 == 0 && (time.year % 100 != 0 || time.year % 400 == 0);
  return time.day <= kDays[time.month - 1] + (time.month == 2 && leap ? 1 : 0);
}

std::string Format(const Time& time) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "%04d-%02d-%02dT%02d:%02d:%02d", time.year, time.month,
                time.day, time.hour, time.minute, time.second);
  std::string text = buffer;
  if (!time.fraction.empty()) text += "." + time.fraction;
  if (time.offset_minutes == 0) return text + "Z";
  const int offset = std::abs(time.offset_minutes);
  std::snprintf(buffer, sizeof(buffer), "%c%02d:%02d", time.offset_minutes < 0 ? '-' : '+',
                offset / 60, offset % 60);
  return text + buffer;
}

}  // namespace

std::optional<std::string> NormaliseTimestamp(std::string_view text) {
  Time time;
  if (!TakeDate(text, time) || !IsDate(time)) return std::nullopt;
  if (text.empty()) return Format(time);
  if (text.front() == 'T' || text.front() == 't') {
    text.remove_prefix(1);
    if (!TakeClock(text, time) || !TakeZone(text, time)) return std::nullopt;
  } else if (text.front() == ' ') {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (!TakeClock(text, time)) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return Format(time);
}

}  // namespace acd::yaml
