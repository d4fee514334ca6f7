#pragma once

#include "plugin/metrics/registry.h"

namespace acd::metrics {

/// Adds what every client library of Prometheus tells about its process, by the same names:
/// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds, process_max_fds,
/// process_start_time_seconds. What /proc does not tell is left out.
void AddProcessMetrics(Registry& registry);

}  // namespace acd::metrics
