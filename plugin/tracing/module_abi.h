#pragma once

#include <cstddef>
#include <cstdint>

/// What passes between the program and its tracing module, in plain C: each has a C++ library, a
/// gRPC and a protobuf of its own, so no object of a class may cross. All memory stays its owner's;
/// texts are borrowed for the call, UTF-8, and do not end in a zero.
extern "C" {

/// Raised with every change to this file.
#define ACD_TRACING_ABI 1U
#define ACD_TRACING_ENTRY "argocd_decrypt_tracing_module"

struct AcdText {
  const char* data;
  std::size_t size;
};

struct AcdAttribute {
  AcdText name;
  AcdText text;  ///< data is null: the value is `number`
  std::int64_t number;
};

struct AcdSpan {
  AcdText name;
  std::int64_t start_ns;  ///< since 1970
  std::int64_t duration_ns;
  const AcdAttribute* attributes;
  std::size_t attribute_count;
  std::int32_t failed;
  AcdText error;
};

struct AcdTrace {
  std::int32_t has_caller;
  std::uint8_t trace_id[16];
  std::uint8_t span_id[8];
  std::int32_t sampled;
  AcdText state;
  AcdSpan call;
  const AcdSpan* parts;
  std::size_t part_count;
};

struct AcdTracingSettings {
  AcdText address;
  std::int32_t insecure;
  double sample_ratio;
  AcdText version;
  const AcdAttribute* headers;
  std::size_t header_count;
  const AcdAttribute* attributes;
  std::size_t attribute_count;
  /// From any thread, until `close` has returned.
  void (*warn)(void* context, AcdText problem);
  void* context;
};

struct AcdTracer;

/// None of the functions throws.
struct AcdTracingModule {
  std::uint32_t abi;  ///< ACD_TRACING_ABI; when it is another one, nothing behind it may be read
  /// Null on failure, the reason in `error`, which ends in a zero.
  AcdTracer* (*open)(const AcdTracingSettings* settings, char* error, std::size_t error_size);
  void (*export_trace)(AcdTracer* tracer, const AcdTrace* trace);
  /// Sends what waits, up to `timeout_ms`, and frees the tracer.
  void (*close)(AcdTracer* tracer, std::int64_t timeout_ms);
};

/// The only function that the module exports, by the name ACD_TRACING_ENTRY.
typedef const AcdTracingModule* (*AcdTracingEntry)();
}
