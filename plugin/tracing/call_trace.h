#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "plugin/tracing/trace_context.h"

namespace acd::tracing {

struct Attribute {
  std::string name;
  std::variant<std::string, std::int64_t> value;
};

/// A piece of work. All texts are UTF-8: a collector refuses a whole batch for one that is not.
struct Span {
  std::string name;
  std::chrono::system_clock::time_point start;
  std::chrono::system_clock::time_point end;
  std::vector<Attribute> attributes = {};
  std::optional<std::string> error = std::nullopt;  ///< set when it failed
};

/// One finished call and its parts. Never a value of a manifest or a key.
struct CallTrace {
  std::optional<TraceContext> caller;  ///< nothing: the call begins a trace of its own
  Span call;
  std::vector<Span> parts;
};

}  // namespace acd::tracing
