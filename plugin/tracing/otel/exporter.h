#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <opentelemetry/sdk/trace/exporter.h>
#include <opentelemetry/sdk/trace/recordable.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/tracing/otel/warnings.h"

namespace acd::tracing::otel {

/// Where batches go.
struct Collector {
  std::string address;
  bool insecure = true;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What the exporter and the one who closes it share: opentelemetry-cpp owns the exporter, and has
/// no way to end a call that runs.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  /// Ends the call that runs, if it still does at `end`; none begins afterwards.
  void EndAt(Clock::time_point end);
  bool Passed() const;

  /// Waits until `done`, or the end has come. Returns `done`.
  bool Await(const bool& done);
  void AwaitDone(const bool& done);
  /// Sets `done`, under the lock that the others wait with.
  void Done(bool& done);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Clock::time_point> end_;
};

/// Sends spans by OTLP/gRPC.
///
/// opentelemetry-cpp's own exporter would keep a stopping server for as long as a call may take,
/// ten seconds, tries each batch once, and its connection, once refused, tries again after minutes.
class Exporter final : public opentelemetry::sdk::trace::SpanExporter {
 public:
  Exporter(Collector collector, std::shared_ptr<Deadline> deadline,
           std::unique_ptr<Warnings> warnings);

  std::unique_ptr<opentelemetry::sdk::trace::Recordable> MakeRecordable() noexcept override;
  opentelemetry::sdk::common::ExportResult Export(
      const opentelemetry::nostd::span<std::unique_ptr<opentelemetry::sdk::trace::Recordable>>&
          spans) noexcept override;
  bool ForceFlush(std::chrono::microseconds timeout) noexcept override;
  bool Shutdown(std::chrono::microseconds timeout) noexcept override;

 private:
  using Message = google::protobuf::Message;

  grpc::Status Send(const Message& request);

  const Collector collector_;
  const std::shared_ptr<Deadline> deadline_;
  const std::unique_ptr<Warnings> warnings_;
  // Debian's package has no header of the class of its recordables. This one never sends, so it
  // never connects either.
  const std::unique_ptr<opentelemetry::sdk::trace::SpanExporter> recordables_;
  grpc::TemplatedGenericStub<Message, Message> stub_;
};

}  // namespace acd::tracing::otel
