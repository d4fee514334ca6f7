#include "plugin/tracing/otel/tracer.h"

#include <opentelemetry/sdk/common/global_log_handler.h>
#include <opentelemetry/sdk/resource/resource.h>
#include <opentelemetry/sdk/trace/batch_span_processor_factory.h>
#include <opentelemetry/sdk/trace/batch_span_processor_options.h>
#include <opentelemetry/sdk/trace/samplers/parent_factory.h>
#include <opentelemetry/sdk/trace/samplers/trace_id_ratio_factory.h>
#include <opentelemetry/sdk/trace/tracer_provider_factory.h>
#include <opentelemetry/trace/span_context.h>
#include <opentelemetry/trace/span_startoptions.h>
#include <opentelemetry/trace/trace_state.h>

#include <cstring>
#include <string>
#include <utility>

namespace {

namespace api = opentelemetry::trace;
namespace sdk = opentelemetry::sdk;
namespace own = acd::tracing::otel;
using opentelemetry::nostd::shared_ptr;
using opentelemetry::nostd::string_view;

constexpr const char* kScope = "argocd-decrypt";

// About 200 calls; a span is some 2 KiB, and at the worst, of a caller's longest texts, 10 KiB.
constexpr std::size_t kMaxQueuedSpans = 2048;
constexpr std::size_t kMaxBatchSpans = 512;
constexpr std::chrono::milliseconds kBatchTime{2000};

std::string Copy(AcdText text) { return {text.data, text.size}; }
string_view View(AcdText text) { return {text.data, text.size}; }

// opentelemetry-cpp's own goes to standard output. What it has to say is mostly that the queue is
// full, so it gets a pause of its own: the reason comes later, when a batch has failed for good.
class LogHandler final : public sdk::common::internal_log::LogHandler {
 public:
  LogHandler(void (*warn)(void*, AcdText), void* context) : warnings_(warn, context) {}
  void Handle(sdk::common::internal_log::LogLevel, const char*, int, const char* text,
              const sdk::common::AttributeMap&) noexcept override {
    if (text != nullptr) warnings_.Warn(text);
  }

 private:
  own::Warnings warnings_;
};

void SendLogTo(shared_ptr<sdk::common::internal_log::LogHandler> handler) {
  using sdk::common::internal_log::GlobalLogHandler;
  GlobalLogHandler::SetLogLevel(sdk::common::internal_log::LogLevel::Warning);
  GlobalLogHandler::SetLogHandler(std::move(handler));
}

own::Collector CollectorOf(const AcdTracingSettings& settings) {
  own::Collector collector;
  collector.address = Copy(settings.address);
  collector.insecure = settings.insecure != 0;
  for (std::size_t i = 0; i < settings.header_count; ++i) {
    collector.headers.emplace_back(Copy(settings.headers[i].name), Copy(settings.headers[i].text));
  }
  return collector;
}

sdk::resource::Resource ResourceOf(const AcdTracingSettings& settings) {
  sdk::resource::ResourceAttributes attributes;
  attributes.SetAttribute("service.name", string_view("argocd-decrypt"));
  attributes.SetAttribute("service.version", View(settings.version));
  for (std::size_t i = 0; i < settings.attribute_count; ++i) {
    const AcdAttribute& attribute = settings.attributes[i];
    attributes.SetAttribute(View(attribute.name), View(attribute.text));
  }
  return sdk::resource::Resource::Create(attributes);
}

// The caller decides for its trace; without a caller the ratio does.
std::unique_ptr<sdk::trace::Sampler> SamplerOf(double ratio) {
  return sdk::trace::ParentBasedSamplerFactory::Create(std::shared_ptr<sdk::trace::Sampler>(
      sdk::trace::TraceIdRatioBasedSamplerFactory::Create(ratio)));
}

api::SpanContext CallerOf(const AcdTrace& trace) {
  if (trace.has_caller == 0) return api::SpanContext::GetInvalid();
  const std::uint8_t flags = trace.sampled != 0 ? api::TraceFlags::kIsSampled : 0;
  return {api::TraceId(trace.trace_id), api::SpanId(trace.span_id), api::TraceFlags(flags), true,
          api::TraceState::FromHeader(View(trace.state))};
}

// A span that has ended is recorded by its start and its duration: spans take the latter from the
// steady clock, of which only differences matter.
class PastSpan {
 public:
  PastSpan(api::Tracer& tracer, const AcdSpan& span, api::SpanKind kind,
           const api::SpanContext& parent) {
    const auto began = std::chrono::steady_clock::now();
    api::StartSpanOptions start;
    start.kind = kind;
    start.parent = parent;
    start.start_system_time =
        opentelemetry::common::SystemTimestamp(std::chrono::nanoseconds(span.start_ns));
    start.start_steady_time = opentelemetry::common::SteadyTimestamp(began);
    end_.end_steady_time =
        opentelemetry::common::SteadyTimestamp(began + std::chrono::nanoseconds(span.duration_ns));
    span_ = tracer.StartSpan(View(span.name), start);
    for (std::size_t i = 0; i < span.attribute_count; ++i) {
      const AcdAttribute& attribute = span.attributes[i];
      if (attribute.text.data == nullptr) {
        span_->SetAttribute(View(attribute.name), attribute.number);
      } else {
        span_->SetAttribute(View(attribute.name), View(attribute.text));
      }
    }
    if (span.failed != 0) span_->SetStatus(api::StatusCode::kError, View(span.error));
  }
  ~PastSpan() { span_->End(end_); }
  PastSpan(const PastSpan&) = delete;
  PastSpan& operator=(const PastSpan&) = delete;

  api::SpanContext context() const { return span_->GetContext(); }

 private:
  api::EndSpanOptions end_;
  shared_ptr<api::Span> span_;
};

}  // namespace

AcdTracer::AcdTracer(const AcdTracingSettings& settings)
    : deadline_(std::make_shared<own::Deadline>()) {
  SendLogTo(shared_ptr<sdk::common::internal_log::LogHandler>(
      new LogHandler(settings.warn, settings.context)));
  sdk::trace::BatchSpanProcessorOptions batches;
  batches.max_queue_size = kMaxQueuedSpans;
  batches.max_export_batch_size = kMaxBatchSpans;
  batches.schedule_delay_millis = kBatchTime;
  auto exporter = std::make_unique<own::Exporter>(
      CollectorOf(settings), deadline_,
      std::make_unique<own::Warnings>(settings.warn, settings.context));
  provider_ = sdk::trace::TracerProviderFactory::Create(
      sdk::trace::BatchSpanProcessorFactory::Create(std::move(exporter), batches),
      ResourceOf(settings), SamplerOf(settings.sample_ratio));
  tracer_ = provider_->GetTracer(kScope, Copy(settings.version));
}

void AcdTracer::Export(const AcdTrace& trace) {
  const PastSpan call(*tracer_, trace.call, api::SpanKind::kServer, CallerOf(trace));
  for (std::size_t i = 0; i < trace.part_count; ++i) {
    const PastSpan part(*tracer_, trace.parts[i], api::SpanKind::kInternal, call.context());
  }
}

void AcdTracer::Close(std::chrono::steady_clock::time_point end) {
  deadline_->EndAt(end);
  provider_->Shutdown();
  SendLogTo(shared_ptr<sdk::common::internal_log::LogHandler>(
      new sdk::common::internal_log::NoopLogHandler));
}
