#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "plugin/metrics/family.h"
#include "plugin/metrics/values.h"

namespace acd::metrics {

/// What says of a family what it is.
struct Description {
  std::string name;  ///< by Prometheus's rules: base units, `_total` for counters
  std::string help;  ///< one sentence
  std::vector<std::string> labels = {};  ///< names, never `le`
  std::size_t max_series = 100;          ///< see Family
  /// Of a gauge: it is a total with a fraction that somebody else keeps, and exposed as a counter.
  bool is_total = false;
};

/// The metrics of a program, and their text for Prometheus. Holds numbers and what its callers give
/// as label values, which must never be a secret.
///
/// Why not prometheus-cpp: Debian has it as shared libraries only, with civetweb and OpenSSL behind
/// them, but this binary also runs where those are not (it is copied into the repo-server's image),
/// and what a process loads makes its start slow.
///
/// Threads: families are added before anybody else uses it; the rest is safe concurrently.
class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The families live as long as the registry. A second one of a name replaces the first.
  Family<Counter>& AddCounter(Description description);
  Family<Gauge>& AddGauge(Description description);
  /// `bounds`: see Histogram.
  Family<Histogram>& AddHistogram(Description description, const std::vector<double>& bounds);

  /// Called first by each Text, to set what is only known when it is asked for.
  void BeforeText(std::function<void()> refresh) { refreshers_.push_back(std::move(refresh)); }

  /// All of it in Prometheus's text format 0.0.4, sorted by names and label values. May throw what
  /// a refresher throws.
  std::string Text() const;

 private:
  template <typename Value>
  using Owned = std::unique_ptr<Family<Value>>;
  struct Entry {
    Description description;
    std::variant<Owned<Counter>, Owned<Gauge>, Owned<Histogram>> family;
  };

  template <typename Value>
  Family<Value>& Add(Description description, typename Family<Value>::Make make);

  std::map<std::string, Entry> entries_;  // by name
  std::vector<std::function<void()>> refreshers_;
};

}  // namespace acd::metrics
