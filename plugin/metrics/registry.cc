#include "plugin/metrics/registry.h"

#include <utility>

#include "decrypt/base/encoding.h"
#include "plugin/metrics/text_format.h"

namespace acd::metrics {
namespace {

constexpr std::size_t kMaxLabelBytes = 128;

}  // namespace

std::string CleanLabelValue(std::string_view value) {
  std::string clean(value.substr(0, kMaxLabelBytes));
  if (IsUtf8(clean)) return clean;
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return clean;
}

template <typename Value>
Family<Value>& Registry::Add(Description description, typename Family<Value>::Make make) {
  auto family = std::make_unique<Family<Value>>(description.labels.size(), description.max_series,
                                                std::move(make));
  Family<Value>& added = *family;
  const std::string name = description.name;
  entries_[name] = {std::move(description), std::move(family)};
  return added;
}

Family<Counter>& Registry::AddCounter(Description description) {
  return Add<Counter>(std::move(description), [] { return std::make_unique<Counter>(); });
}

Family<Gauge>& Registry::AddGauge(Description description) {
  return Add<Gauge>(std::move(description), [] { return std::make_unique<Gauge>(); });
}

Family<Histogram>& Registry::AddHistogram(Description description,
                                          const std::vector<double>& bounds) {
  return Add<Histogram>(std::move(description),
                        [bounds] { return std::make_unique<Histogram>(bounds); });
}

std::string Registry::Text() const {
  for (const auto& refresh : refreshers_) refresh();
  std::string text;
  for (const auto& [name, entry] : entries_) {
    std::visit([&](const auto& family) { AppendFamily(entry.description, *family, text); },
               entry.family);
  }
  return text;
}

}  // namespace acd::metrics
