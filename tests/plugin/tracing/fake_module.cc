// A tracing module without a collector: it writes down what it is given.

#include <cstdio>
#include <string>

#include "plugin/tracing/module_abi.h"

struct AcdTracer {
  void (*warn)(void*, AcdText);
  void* context;
};

namespace {

std::string seen;

std::string Copy(AcdText text) { return {text.data, text.size}; }

std::string Attributes(const AcdAttribute* attributes, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const AcdAttribute& attribute = attributes[i];
    out += " " + Copy(attribute.name) + "=" +
           (attribute.text.data == nullptr ? std::to_string(attribute.number)
                                           : "'" + Copy(attribute.text) + "'");
  }
  return out;
}

std::string Describe(const AcdSpan& span) {
  return Copy(span.name) + " " + std::to_string(span.start_ns) + "+" +
         std::to_string(span.duration_ns) + Attributes(span.attributes, span.attribute_count) +
         (span.failed != 0 ? " error='" + Copy(span.error) + "'" : "") + "\n";
}

AcdTracer* Open(const AcdTracingSettings* settings, char* error, std::size_t error_size) {
  seen = "open " + Copy(settings->address) + " insecure=" + std::to_string(settings->insecure) +
         " version=" + Copy(settings->version) + " headers" +
         Attributes(settings->headers, settings->header_count) + " attributes" +
         Attributes(settings->attributes, settings->attribute_count) + "\n";
  if (Copy(settings->address) == "refused:1") {
    std::snprintf(error, error_size, "no, not with %s", Copy(settings->headers[0].text).c_str());
    return nullptr;
  }
  return new AcdTracer{settings->warn, settings->context};
}

void Export(AcdTracer* tracer, const AcdTrace* trace) {
  if (trace->has_caller != 0) {
    seen += "caller ";
    for (const unsigned byte : trace->trace_id) {
      char hex[3];
      std::snprintf(hex, sizeof(hex), "%02x", byte);
      seen += hex;
    }
    seen += " span " + std::to_string(trace->span_id[0]) + ".." +
            std::to_string(trace->span_id[7]) + " sampled=" + std::to_string(trace->sampled) +
            " state=" + Copy(trace->state) + "\n";
  }
  seen += "call " + Describe(trace->call);
  for (std::size_t i = 0; i < trace->part_count; ++i) seen += "part " + Describe(trace->parts[i]);
  const std::string problem = "the collector says: Bearer sesame is wrong";
  tracer->warn(tracer->context, {problem.data(), problem.size()});
}

void Close(AcdTracer* tracer, std::int64_t timeout_ms) {
  seen += "close " + std::to_string(timeout_ms) + "\n";
  delete tracer;
}

}  // namespace

extern "C" {

const char* acd_fake_seen() { return seen.c_str(); }

#ifdef ACD_FAKE_STRANGE
const AcdTracingModule* somebody_elses_module() {
#else
const AcdTracingModule* argocd_decrypt_tracing_module() {
#endif
#ifdef ACD_FAKE_NEWER
  static const AcdTracingModule module{ACD_TRACING_ABI + 1, Open, Export, Close};
#else
  static const AcdTracingModule module{ACD_TRACING_ABI, Open, Export, Close};
#endif
  return &module;
}
}
