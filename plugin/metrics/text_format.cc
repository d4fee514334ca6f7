#include "plugin/metrics/text_format.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace acd::metrics {
namespace {

// In a label's value three characters are escaped; in a help text two, the quote is none of them.
void AppendEscaped(std::string_view text, bool in_quotes, std::string& to) {
  for (const char c : text) {
    if (c == '\\') {
      to += "\\\\";
    } else if (c == '\n') {
      to += "\\n";
    } else if (c == '"' && in_quotes) {
      to += "\\\"";
    } else {
      to += c;
    }
  }
}

void AppendLabel(std::string_view name, std::string_view value, std::string& to) {
  to += to.back() == '{' ? "" : ",";
  to.append(name).append("=\"");
  AppendEscaped(value, true, to);
  to += '"';
}

// `le`: a histogram's own label; empty: there is none.
void AppendSample(const Description& description, std::string_view suffix,
                  const LabelValues& values, std::string_view le, std::string_view number,
                  std::string& to) {
  to.append(description.name).append(suffix);
  if (!values.empty() || !le.empty()) {
    to += '{';
    for (std::size_t i = 0; i < values.size(); ++i) {
      AppendLabel(description.labels[i], values[i], to);
    }
    if (!le.empty()) AppendLabel("le", le, to);
    to += '}';
  }
  to.append(" ").append(number).append("\n");
}

// Appends what `append_samples` does, with the family's two lines in front if there is anything.
template <typename AppendSamples>
void AppendWithHead(const Description& description, std::string_view type,
                    AppendSamples append_samples, std::string& to) {
  const std::size_t begin = to.size();
  to += "# HELP " + description.name + " ";
  AppendEscaped(description.help, false, to);
  to.append("\n# TYPE ").append(description.name).append(" ").append(type).append("\n");
  const std::size_t head_end = to.size();
  append_samples();
  if (to.size() == head_end) to.resize(begin);
}

}  // namespace

std::string FormatNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

void AppendFamily(const Description& description, const Family<Counter>& family, std::string& to) {
  const auto samples = [&] {
    family.ForEach([&](const LabelValues& values, const Counter& counter) {
      AppendSample(description, "", values, "", std::to_string(counter.value()), to);
    });
  };
  AppendWithHead(description, "counter", samples, to);
}

void AppendFamily(const Description& description, const Family<Gauge>& family, std::string& to) {
  const auto samples = [&] {
    family.ForEach([&](const LabelValues& values, const Gauge& gauge) {
      const double value = gauge.value();
      if (!std::isnan(value)) AppendSample(description, "", values, "", FormatNumber(value), to);
    });
  };
  AppendWithHead(description, description.is_total ? "counter" : "gauge", samples, to);
}

void AppendFamily(const Description& description, const Family<Histogram>& family,
                  std::string& to) {
  const auto samples = [&] {
    family.ForEach([&](const LabelValues& values, const Histogram& histogram) {
      // The count is the sum of these buckets, so that the last one always equals it.
      const auto counts = histogram.Counts();
      std::uint64_t below = 0;
      for (std::size_t i = 0; i < counts.size(); ++i) {
        below += counts[i];
        const std::string le =
            i < histogram.bounds().size() ? FormatNumber(histogram.bounds()[i]) : "+Inf";
        AppendSample(description, "_bucket", values, le, std::to_string(below), to);
      }
      AppendSample(description, "_sum", values, "", FormatNumber(histogram.sum()), to);
      AppendSample(description, "_count", values, "", std::to_string(below), to);
    });
  };
  AppendWithHead(description, "histogram", samples, to);
}

}  // namespace acd::metrics
