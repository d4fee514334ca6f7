#include "plugin/metrics/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "plugin/metrics/process_metrics.h"
#include "plugin/metrics/text_format.h"

namespace acd::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Registry, IsEmptyWithoutSamples) {
  Registry registry;
  registry.AddCounter({.name = "a_total", .help = "A.", .labels = {"x"}});
  registry.AddGauge({.name = "b", .help = "B."}).With();
  EXPECT_EQ(registry.Text(), "");
}

TEST(Registry, SortsByNameAndLabels) {
  Registry registry;
  registry.AddGauge({.name = "z", .help = "Last."}).With().Set(-1.5);
  auto& family = registry.AddCounter({.name = "a_total", .help = "First.", .labels = {"x", "y"}});
  family.With({"2", "b"}).Add();
  family.With({"1", "c"}).Add(3);
  family.With({"2", "a"});
  EXPECT_EQ(registry.Text(),
            "# HELP a_total First.\n"
            "# TYPE a_total counter\n"
            "a_total{x=\"1\",y=\"c\"} 3\n"
            "a_total{x=\"2\",y=\"a\"} 0\n"
            "a_total{x=\"2\",y=\"b\"} 1\n"
            "# HELP z Last.\n"
            "# TYPE z gauge\n"
            "z -1.5\n");
}

TEST(Registry, EscapesHelpAndLabelValues) {
  Registry registry;
  registry.AddCounter({.name = "a_total", .help = "A \"quote\", \\ and\nline.", .labels = {"x"}})
      .With({"\"\\\n"})
      .Add();
  EXPECT_EQ(registry.Text(),
            "# HELP a_total A \"quote\", \\\\ and\\nline.\n"
            "# TYPE a_total counter\n"
            "a_total{x=\"\\\"\\\\\\n\"} 1\n");
}

TEST(Registry, LabelValuesAreUtf8AndShort) {
  Registry registry;
  auto& family = registry.AddCounter({.name = "a_total", .help = "A.", .labels = {"x"}});
  family.With({"caf\xC3\xA9"}).Add();
  family.With({"\xFF\xC3"}).Add();
  family.With({std::string(1000, 'x')}).Add();
  family.With({std::string(999, 'x')}).Add();
  const std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("{x=\"caf\xC3\xA9\"} 1"));
  EXPECT_THAT(text, HasSubstr("{x=\"\?\?\"} 1"));
  EXPECT_THAT(text, HasSubstr("{x=\"" + std::string(128, 'x') + "\"} 2"));
}

TEST(Registry, TooManySeriesShareOne) {
  Registry registry;
  auto& family =
      registry.AddCounter({.name = "a_total", .help = "A.", .labels = {"x", "y"}, .max_series = 2});
  for (int i = 0; i < 1000; ++i) family.With({std::to_string(i), "y"}).Add();
  family.With({"1", "y"}).Add();
  EXPECT_EQ(registry.Text(),
            "# HELP a_total A.\n"
            "# TYPE a_total counter\n"
            "a_total{x=\"0\",y=\"y\"} 1\n"
            "a_total{x=\"1\",y=\"y\"} 2\n"
            "a_total{x=\"other\",y=\"other\"} 998\n");
}

TEST(Registry, HistogramsCountWhatEqualsABoundBelowIt) {
  Registry registry;
  auto& family = registry.AddHistogram({.name = "a_seconds", .help = "A.", .labels = {"x"}},
                                       {0.001, 0.5, 120});
  for (const double value : {0.0005, 0.001, 0.25, 0.5, 119.0, 5000.0}) {
    family.With({"v"}).Observe(value);
  }
  EXPECT_EQ(registry.Text(),
            "# HELP a_seconds A.\n"
            "# TYPE a_seconds histogram\n"
            "a_seconds_bucket{x=\"v\",le=\"0.001\"} 2\n"
            "a_seconds_bucket{x=\"v\",le=\"0.5\"} 4\n"
            "a_seconds_bucket{x=\"v\",le=\"120\"} 5\n"
            "a_seconds_bucket{x=\"v\",le=\"+Inf\"} 6\n"
            "a_seconds_sum{x=\"v\"} 5119.7515\n"
            "a_seconds_count{x=\"v\"} 6\n");
}

TEST(Registry, HistogramsNeedNoLabels) {
  Registry registry;
  registry.AddHistogram({.name = "a", .help = "A."}, {1}).With().Observe(2);
  EXPECT_THAT(registry.Text(),
              HasSubstr("a_bucket{le=\"1\"} 0\na_bucket{le=\"+Inf\"} 1\na_sum 2\n"));
}

TEST(Registry, NumbersReadBackAsTheSame) {
  EXPECT_EQ(FormatNumber(0.1), "0.1");
  EXPECT_EQ(FormatNumber(1e21), "1e+21");
  EXPECT_EQ(std::stod(FormatNumber(1.0 / 3)), 1.0 / 3);
  EXPECT_EQ(FormatNumber(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(FormatNumber(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(FormatNumber(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

TEST(Registry, AsksBeforeEachText) {
  Registry registry;
  auto& family = registry.AddGauge({.name = "a", .help = "A.", .is_total = true});
  double next = 1;
  registry.BeforeText([&] { family.With().Set(next++); });
  EXPECT_EQ(registry.Text(), "# HELP a A.\n# TYPE a counter\na 1\n");
  EXPECT_EQ(registry.Text(), "# HELP a A.\n# TYPE a counter\na 2\n");
}

TEST(Registry, CountsFromManyThreads) {
  Registry registry;
  auto& counters = registry.AddCounter({.name = "a_total", .help = "A.", .labels = {"x"}});
  auto& histograms = registry.AddHistogram({.name = "b", .help = "B.", .labels = {"x"}}, {1, 2});
  constexpr int kThreads = 4;
  constexpr int kTimes = 5000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kTimes; ++i) {
        counters.With({std::to_string(i % 50)}).Add();
        histograms.With({"v"}).Observe(i % 3);
        if (i % 1000 == 0) {
          EXPECT_FALSE(registry.Text().empty());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::uint64_t total = 0;
  counters.ForEach([&](const LabelValues&, const Counter& counter) { total += counter.value(); });
  EXPECT_EQ(total, std::uint64_t{kThreads} * kTimes);
  EXPECT_THAT(registry.Text(), HasSubstr("b_count{x=\"v\"} 20000\n"));
}

// What this thread has had of a processor.
std::chrono::nanoseconds OwnTime() {
  timespec time = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Well under a microsecond where it ships; the bound has room for a sanitizer on a busy machine.
TEST(Registry, UpdatesAreCheap) {
  Registry registry;
  auto& family = registry.AddHistogram({.name = "a", .help = "A.", .labels = {"method", "code"}},
                                       {0.001, 0.01, 0.1, 1, 10, 100});
  for (int i = 0; i < 90; ++i) family.With({"GenerateManifest", std::to_string(i)});
  constexpr int kTimes = 20000;
  const auto begin = OwnTime();
  for (int i = 0; i < kTimes; ++i) family.With({"GenerateManifest", "42"}).Observe(0.5);
  const auto each = (OwnTime() - begin) / kTimes;
  RecordProperty("ns_per_update", static_cast<int>(each.count()));
  EXPECT_LT(each, std::chrono::microseconds(50));
}

TEST(ProcessMetrics, AreThoseOfThisProcess) {
  Registry registry;
  AddProcessMetrics(registry);
  volatile std::uint64_t spent = 0;
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
  while (std::chrono::steady_clock::now() < until) spent = spent + 1;
  const std::string text = registry.Text();
  const auto value = [&](const std::string& name) {
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  };
  EXPECT_GT(value("process_cpu_seconds_total"), 0.005);
  EXPECT_LT(value("process_cpu_seconds_total"), 600);
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_LT(value("process_open_fds"), value("process_max_fds"));
  const double now =
      static_cast<double>(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
  EXPECT_GT(value("process_start_time_seconds"), now - 600);
  EXPECT_LE(value("process_start_time_seconds"), now + 2);
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace acd::metrics
