#include "decrypt/sops/go_time.h"

#include <cstdio>

namespace acd::sops {
namespace {

constexpr std::string_view kLayout = "2006-01-02T15:04:05Z07:00";

bool IsDigit(std::string_view text, std::size_t i) {
  return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

int Digit(std::string_view text, std::size_t i) { return text[i] - '0'; }

/// As Go's time package quotes: control and non-ASCII bytes as \xNN.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text.substr(0, 64)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x80) {
      char escaped[5];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned>(byte));
      out += escaped;
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

int DaysIn(int month, int year) {
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (month == 2) return leap ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// Walks over the layout's elements; keeps what an error must name.
class Parser {
 public:
  Parser(std::string_view text, QuoteInput quote) : all_(text), rest_(text), quote_(quote) {}

  Result<GoTime> Parse() {
    GoTime time;
    ACD_CHECK(Year(time.year));
    ACD_CHECK(Literal("-"));
    ACD_CHECK(TwoDigits("01", time.month, 1, 12, "month"));
    ACD_CHECK(Literal("-"));
    ACD_CHECK(TwoDigits("02", time.day, 0, 99, "day"));
    ACD_CHECK(Literal("T"));
    ACD_CHECK(Hour(time.hour));
    ACD_CHECK(Literal(":"));
    ACD_CHECK(TwoDigits("04", time.minute, 0, 59, "minute"));
    ACD_CHECK(Literal(":"));
    ACD_CHECK(TwoDigits("05", time.second, 0, 59, "second"));
    Fraction(time.nanosecond);
    ACD_CHECK(Zone(time.offset_minutes));
    if (!rest_.empty()) {
      return Message(quote_ == QuoteInput::kYes ? "extra text: " + Quoted(rest_) : "extra text");
    }
    if (time.day < 1 || time.day > DaysIn(time.month, time.year))
      return Message("day out of range");
    return time;
  }

 private:
  Failure Message(std::string_view what) const {
    const std::string value = quote_ == QuoteInput::kYes ? " " + Quoted(all_) : "";
    return Fail(Code::kInvalidInput, "parsing time" + value + ": " + std::string(what));
  }

  Failure CannotParse(std::string_view at, std::string_view element) const {
    if (quote_ == QuoteInput::kNo) {
      return Fail(Code::kInvalidInput,
                  "parsing time as " + Quoted(kLayout) + ": cannot parse as " + Quoted(element));
    }
    return Fail(Code::kInvalidInput, "parsing time " + Quoted(all_) + " as " + Quoted(kLayout) +
                                         ": cannot parse " + Quoted(at) + " as " + Quoted(element));
  }

  Status Literal(std::string_view text) {
    if (rest_.substr(0, text.size()) != text) return CannotParse(rest_, text);
    rest_.remove_prefix(text.size());
    return {};
  }

  Status Year(int& year) {
    if (!(IsDigit(rest_, 0) && IsDigit(rest_, 1) && IsDigit(rest_, 2) && IsDigit(rest_, 3))) {
      return CannotParse(rest_, "2006");
    }
    for (std::size_t i = 0; i < 4; ++i) year = year * 10 + Digit(rest_, i);
    rest_.remove_prefix(4);
    return {};
  }

  Status TwoDigits(std::string_view element, int& value, int low, int high, std::string_view name) {
    if (!IsDigit(rest_, 0) || !IsDigit(rest_, 1)) return CannotParse(rest_, element);
    value = Digit(rest_, 0) * 10 + Digit(rest_, 1);
    rest_.remove_prefix(2);
    if (value < low || value > high) return Message(std::string(name) + " out of range");
    return {};
  }

  Status Hour(int& hour) {
    if (!IsDigit(rest_, 0)) return CannotParse(rest_, "15");
    hour = Digit(rest_, 0);
    const bool two = IsDigit(rest_, 1);
    if (two) hour = hour * 10 + Digit(rest_, 1);
    rest_.remove_prefix(two ? 2 : 1);
    if (hour > 23) return Message("hour out of range");
    return {};
  }

  void Fraction(int& nanosecond) {
    if (rest_.empty() || (rest_[0] != '.' && rest_[0] != ',') || !IsDigit(rest_, 1)) return;
    std::size_t n = 1;
    int scale = 100'000'000;
    for (; IsDigit(rest_, n); ++n) {
      nanosecond += scale * Digit(rest_, n);
      scale /= 10;  // digits beyond the ninth count nothing
    }
    rest_.remove_prefix(n);
  }

  Status Zone(int& offset_minutes) {
    if (!rest_.empty() && rest_[0] == 'Z') {
      rest_.remove_prefix(1);
      return {};
    }
    const std::string_view zone = rest_.substr(0, 6);
    const bool well_formed = zone.size() == 6 && zone[3] == ':' && IsDigit(zone, 1) &&
                             IsDigit(zone, 2) && IsDigit(zone, 4) && IsDigit(zone, 5);
    if (!well_formed) return CannotParse(rest_, "Z07:00");
    const int hours = Digit(zone, 1) * 10 + Digit(zone, 2);
    const int minutes = Digit(zone, 4) * 10 + Digit(zone, 5);
    if (minutes > 60) return Message("time zone offset minute out of range");
    if (hours > 24) return Message("time zone offset hour out of range");
    if (zone[0] != '+' && zone[0] != '-') return CannotParse(rest_, "Z07:00");
    offset_minutes = (hours * 60 + minutes) * (zone[0] == '-' ? -1 : 1);
    rest_.remove_prefix(6);
    return {};
  }

  std::string_view all_;
  std::string_view rest_;
  QuoteInput quote_;
};

std::string ClockText(const GoTime& time) {
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", time.year, time.month, time.day,
                time.hour, time.minute, time.second);
  return text;
}

std::string ZoneText(int offset_minutes) {
  if (offset_minutes == 0) return "Z";
  const int minutes = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  char text[32];
  std::snprintf(text, sizeof text, "%c%02d:%02d", offset_minutes < 0 ? '-' : '+', minutes / 60,
                minutes % 60);
  return text;
}

}  // namespace

std::string GoTime::Rfc3339() const { return ClockText(*this) + ZoneText(offset_minutes); }

std::string GoTime::Rfc3339Nano() const {
  std::string fraction;
  if (nanosecond != 0) {
    char digits[16];
    std::snprintf(digits, sizeof digits, ".%09d", nanosecond);
    fraction = digits;
    fraction.erase(fraction.find_last_not_of('0') + 1);
  }
  return ClockText(*this) + fraction + ZoneText(offset_minutes);
}

Result<GoTime> ParseGoTime(std::string_view text, QuoteInput quote) {
  return Parser(text, quote).Parse();
}

}  // namespace acd::sops
