#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acd::metrics {

/// Values of a family's labels, in the order of their names.
using LabelValues = std::vector<std::string>;

/// What stands for a label's value where there are too many.
inline constexpr std::string_view kOther = "other";

/// A value as it may be exposed: UTF-8, which the format demands, and not too long.
std::string CleanLabelValue(std::string_view value);

/// By content, whatever holds it, so that looking one up copies nothing.
struct LessLabels {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return std::lexicographical_compare(
        a.begin(), a.end(), b.begin(), b.end(),
        [](std::string_view x, std::string_view y) { return x < y; });
  }
};

/// All series of one name. A series is made by the first use of its label values, and stays: what
/// Prometheus adds up must not vanish.
/// Of more than `max_series` sets of label values the rest share one series, in which each label is
/// "other": whatever a value comes from, memory and the scrape stay bounded.
/// Threads: safe to use concurrently.
template <typename Value>
class Family {
 public:
  using Make = std::function<std::unique_ptr<Value>()>;

  Family(std::size_t label_count, std::size_t max_series, Make make)
      : label_count_(label_count), max_series_(max_series), make_(std::move(make)) {}

  /// The series with these label values, one for each name of the family. The reference is good for
  /// the family's life; whoever counts often may keep it.
  Value& With(std::initializer_list<std::string_view> values = {}) {
    const std::span<const std::string_view> wanted(values.begin(), values.size());
    {
      const std::shared_lock lock(mutex_);
      const auto found = series_.find(wanted);
      if (found != series_.end()) return *found->second;
    }
    return MakeSeries(wanted);
  }

  /// Calls `visit(values, value)` for each, sorted by label values.
  template <typename Visit>
  void ForEach(Visit visit) const {
    const std::shared_lock lock(mutex_);
    for (const auto& [values, value] : series_) visit(values, *value);
  }

 private:
  Value& MakeSeries(std::span<const std::string_view> wanted) {
    LabelValues values;
    for (const std::string_view value : wanted) values.push_back(CleanLabelValue(value));
    values.resize(label_count_);  // one too many or too few is a bug, but no reason to end a server
    const std::lock_guard lock(mutex_);
    if (series_.size() >= max_series_ && !series_.contains(values)) {
      values.assign(label_count_, std::string(kOther));
    }
    auto& value = series_[std::move(values)];
    if (!value) value = make_();
    return *value;
  }

  const std::size_t label_count_;
  const std::size_t max_series_;
  const Make make_;
  mutable std::shared_mutex mutex_;  ///< guards what follows, not what it points to
  std::map<LabelValues, std::unique_ptr<Value>, LessLabels> series_;
};

}  // namespace acd::metrics
