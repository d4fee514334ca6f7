#pragma once

#include <string>
#include <string_view>

#include "plugin/metrics/registry.h"

namespace acd::metrics {

/// What a scrape says about the text.
inline constexpr const char* kTextFormat = "text/plain; version=0.0.4; charset=utf-8";

/// Append a family's HELP, TYPE and samples; nothing if it has no sample.
/// Spec: Prometheus, "Exposition formats", text-based format 0.0.4.
void AppendFamily(const Description& description, const Family<Counter>& family, std::string& to);
void AppendFamily(const Description& description, const Family<Gauge>& family, std::string& to);
void AppendFamily(const Description& description, const Family<Histogram>& family, std::string& to);

/// A number that reads back as the same one; "+Inf", "-Inf", "NaN".
std::string FormatNumber(double value);

}  // namespace acd::metrics
