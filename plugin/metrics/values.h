#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace acd::metrics {

/// What is counted: each is one series of a family. Updates take no lock.
/// Threads: safe to use concurrently.

/// A total that only grows.
class Counter {
 public:
  void Add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  /// For a total that somebody else counts.
  void SetTotal(std::uint64_t total) { value_.store(total, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// A value of now. NaN, as it is at first, means that nothing is known: it is left out of the text.
class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_ = std::numeric_limits<double>::quiet_NaN();
};

/// How many observations were how large.
class Histogram {
 public:
  /// `bounds`: upper ends of the buckets, ascending; one without an end is added.
  explicit Histogram(const std::vector<double>& bounds);

  void Observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  /// Of each bucket alone; the last is the one without an end.
  std::vector<std::uint64_t> Counts() const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  const std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_ = 0;
};

}  // namespace acd::metrics
