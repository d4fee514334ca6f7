#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace acd::tracing {

/// Where a caller stands in its trace.
struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  bool sampled = false;
  std::string state;  ///< the tracestate as it came; empty when there was none, or a malformed one
};

/// Reads the two headers of W3C Trace Context (https://www.w3.org/TR/trace-context/), which anybody
/// may have written. Nothing when `trace_parent` is malformed: then the call begins a trace of its
/// own. A malformed `trace_state` is dropped alone.
std::optional<TraceContext> ParseTraceContext(std::string_view trace_parent,
                                              std::string_view trace_state);

}  // namespace acd::tracing
