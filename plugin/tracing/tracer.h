#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/tracing/call_trace.h"
#include "plugin/tracing/settings.h"

namespace acd::tracing {

/// Sends finished calls to a collector, in the background. Threads: safe to call concurrently.
class Tracer {
 public:
  /// Sends what waits, for a second at most; what could not be sent by then is lost.
  virtual ~Tracer() = default;

  /// Copies the trace into a queue and returns; what does not fit into the queue is lost. A caller
  /// whose trace is not sampled gets no spans.
  virtual void Export(const CallTrace& trace) = 0;
};

/// Told of what went wrong in the background, a few times a minute at most, from any thread.
using Warn = std::function<void(const std::string& problem)>;

/// The files that may be the module, for a program at this path: beside it, as in a build folder,
/// and where it is installed.
std::vector<std::string> ModulePaths(const std::string& program);

/// Loads the module that speaks OTLP. It is not linked: it needs eighty shared libraries, and this
/// program also starts where none of them is. Errors: kNotFound when none of `module_paths` exists;
/// kIo when it cannot be loaded; kInvalidInput when it does not take the settings.
Result<std::unique_ptr<Tracer>> OpenTracer(TracingSettings settings, Warn warn,
                                           const std::vector<std::string>& module_paths);

}  // namespace acd::tracing
