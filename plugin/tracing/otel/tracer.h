#pragma once

#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/trace/tracer.h>

#include <chrono>
#include <memory>

#include "plugin/tracing/module_abi.h"
#include "plugin/tracing/otel/exporter.h"

/// What the program holds, without knowing it.
struct AcdTracer {
 public:
  explicit AcdTracer(const AcdTracingSettings& settings);

  void Export(const AcdTrace& trace);

  /// Sends what waits; no call runs longer than up to `end`.
  void Close(std::chrono::steady_clock::time_point end);

 private:
  std::shared_ptr<acd::tracing::otel::Deadline> deadline_;
  std::unique_ptr<opentelemetry::sdk::trace::TracerProvider> provider_;
  opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> tracer_;
};
