#pragma once

#include <memory>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/commands/log.h"
#include "plugin/server/request_record.h"
#include "plugin/tracing/tracer.h"

namespace acd::commands {

/// The trace of a finished call: a span for it, named as the stock plugin server's are, and in it
/// one for each of its phases. Texts that the caller chose are cut.
tracing::CallTrace MakeCallTrace(const server::RequestRecord& record);

/// Says that there will be no traces, and why.
void LogNoTraces(Log& log, const Error& error);

/// Sends finished calls to a collector, if there is one. What waits is sent on destruction, for a
/// second at most.
class ServerTraces {
 public:
  /// `program`: the path of this program, where its module is looked for. `log` is borrowed for the
  /// object's life. With `optional`, what fails is logged, and there are no traces. Errors: as
  /// OpenTracer, if the settings have an address.
  static Result<ServerTraces> Open(tracing::TracingSettings settings, bool optional,
                                   const std::string& program, Log& log);

  /// Threads: safe to call concurrently.
  void Observe(const server::RequestRecord& record) const;

 private:
  explicit ServerTraces(std::unique_ptr<tracing::Tracer> tracer) : tracer_(std::move(tracer)) {}
  std::unique_ptr<tracing::Tracer> tracer_;
};

}  // namespace acd::commands
