#include "decrypt/sops/stores/flat_text.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "decrypt/yaml/go_numbers.h"

namespace acd::sops {
namespace {

/// strconv.FormatFloat(value, 'G', -1, 64), with a decimal where that looks like an integer.
std::string FloatText(double value) {
  std::string text = yaml::FormatGoFloat(value);
  if (!std::isfinite(value)) return text;
  const std::size_t e = text.find('e');
  if (e != std::string::npos) {
    text[e] = 'E';
  } else if (text.find('.') == std::string::npos) {
    text += ".0";
  }
  return text;
}

/// The parts of `2001-12-14T21:59:43.1+02:00`.
struct TimeParts {
  explicit TimeParts(std::string_view text) {
    const std::size_t t = text.find('T');
    date = text.substr(0, t);
    if (t == std::string_view::npos) return;
    const std::size_t zone_start = text.find_first_of("Z+-", t);
    if (zone_start != std::string_view::npos) zone = text.substr(zone_start);
    clock = text.substr(t + 1, text.size() - zone.size() - t - 1);
  }
  std::string_view date, clock, zone;
};

/// time.Format(time.RFC3339)
std::string TimeText(const Timestamp& time) {
  const TimeParts parts(time.rfc3339);
  std::string out(parts.date);
  return out.append("T").append(parts.clock.substr(0, parts.clock.find('.'))).append(parts.zone);
}

/// time.String()
std::string GoTimeText(const Timestamp& time) {
  const TimeParts parts(time.rfc3339);
  std::string out(parts.date);
  out.append(" ").append(parts.clock);
  if (parts.zone == "Z") return out.append(" +0000 UTC");
  std::string zone(parts.zone);
  std::erase(zone, ':');
  return out.append(" ").append(zone).append(" ").append(zone);
}

/// Go's %v of a value inside a list or a map.
class GoPrinter {
 public:
  void Print(const Node& node) {
    std::visit([this](const auto& value) { PrintValue(value); }, node.value);
  }
  SecretBytes Take() && { return std::move(out_); }

 private:
  void Text(std::string_view text) { out_.Append(text); }

  void PrintValue(Node::Null) { Text("<nil>"); }
  void PrintValue(bool value) { Text(value ? "true" : "false"); }
  void PrintValue(std::int64_t value) { Text(std::to_string(value)); }
  void PrintValue(double value) { Text(yaml::FormatGoFloat(value)); }
  void PrintValue(const SecretBytes& value) { out_.Append(value.Expose()); }
  void PrintValue(const Timestamp& value) { Text(GoTimeText(value)); }
  void PrintValue(const Unwalkable& value) { Text(value.go_type); }
  void PrintValue(const Comment& value) {
    out_.Append('{');
    out_.Append(value.text.Expose());
    Text(value.is_inline ? " true}" : " false}");
  }
  void PrintValue(const Node::List& list) {
    out_.Append('[');
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_.Append(' ');
      Print(list[i]);
    }
    out_.Append(']');
  }
  void PrintValue(const Node::Map& map) {
    out_.Append('[');
    for (std::size_t i = 0; i < map.size(); ++i) {
      if (i > 0) out_.Append(' ');
      PrintEntry(map[i]);
    }
    out_.Append(']');
  }
  void PrintEntry(const Entry& entry) {
    out_.Append('{');
    if (entry.value.Is<Comment>()) {  // there it is the key
      Print(entry.value);
      Text(" <nil>");
    } else {
      Text(entry.key);
      out_.Append(' ');
      Print(entry.value);
    }
    out_.Append('}');
  }

  SecretBytes out_;
};

}  // namespace

SecretBytes FlatText(const Node& value) {
  if (const auto* text = value.As<SecretBytes>()) return text->Clone();
  if (const auto* number = value.As<double>()) return SecretBytes::CopyOf(FloatText(*number));
  if (const auto* time = value.As<Timestamp>()) return SecretBytes::CopyOf(TimeText(*time));
  GoPrinter printer;
  printer.Print(value);
  return std::move(printer).Take();
}

}  // namespace acd::sops
