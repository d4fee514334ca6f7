// The functions that the program calls. Nothing may be thrown through them.

#include <grpc/support/log.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include "plugin/tracing/module_abi.h"
#include "plugin/tracing/otel/tracer.h"

namespace {

// This gRPC is not the program's, so it has a log of its own, on standard error, where each line is
// JSON. Kept for whoever traces gRPC itself.
void SilenceGrpcLog() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr && std::getenv("GRPC_TRACE") == nullptr) {
    gpr_set_log_function([](gpr_log_func_args*) {});
  }
}

AcdTracer* Open(const AcdTracingSettings* settings, char* error, std::size_t error_size) {
  try {
    SilenceGrpcLog();
    return new AcdTracer(*settings);
  } catch (const std::exception& failure) {
    std::snprintf(error, error_size, "%s", failure.what());
  } catch (...) {
    std::snprintf(error, error_size, "internal error");
  }
  return nullptr;
}

void Export(AcdTracer* tracer, const AcdTrace* trace) {
  try {
    tracer->Export(*trace);
  } catch (...) {  // out of memory; the call itself has been answered
  }
}

void Close(AcdTracer* tracer, std::int64_t timeout_ms) {
  const std::unique_ptr<AcdTracer> owned(tracer);
  try {
    owned->Close(std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms));
  } catch (...) {  // what was not sent is lost
  }
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const AcdTracingModule*
argocd_decrypt_tracing_module() {
  static const AcdTracingModule module{ACD_TRACING_ABI, Open, Export, Close};
  return &module;
}
