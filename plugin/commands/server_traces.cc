#include "plugin/commands/server_traces.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "decrypt/base/encoding.h"
#include "plugin/server/status_map.h"

namespace acd::commands {
namespace {

constexpr const char* kService = "plugin.ConfigManagementPluginService";
constexpr std::size_t kMaxTextBytes = 256;
constexpr std::size_t kMaxErrorBytes = 1024;

// Cut at a character's border; bytes that are not UTF-8 become '?'.
std::string Bounded(std::string_view text, std::size_t max_bytes) {
  std::string out(text.substr(0, max_bytes));
  if (text.size() > max_bytes) {
    std::size_t end = max_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    out.resize(end);
  }
  if (IsUtf8(out)) return out;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return out;
}

std::int64_t StatusNumber(const std::string& name) {
  for (int code = grpc::StatusCode::OK; code <= grpc::StatusCode::UNAUTHENTICATED; ++code) {
    if (name == server::StatusCodeName(static_cast<grpc::StatusCode>(code))) return code;
  }
  return grpc::StatusCode::UNKNOWN;
}

// https://opentelemetry.io/docs/specs/semconv/rpc/ as it was when the stock server took its names.
std::vector<tracing::Attribute> AttributesOf(const server::RequestRecord& record) {
  std::vector<tracing::Attribute> out{{"rpc.system", "grpc"},
                                      {"rpc.service", kService},
                                      {"rpc.method", record.method},
                                      {"rpc.grpc.status_code", StatusNumber(record.code)}};
  const auto add_text = [&](const char* name, const std::string& value) {
    if (!value.empty()) out.push_back({name, Bounded(value, kMaxTextBytes)});
  };
  const auto add_number = [&](const char* name, std::uint64_t value) {
    out.push_back({name, static_cast<std::int64_t>(value)});
  };
  add_text("argocd.application", record.application);
  add_text("argocd.project", record.project);
  add_text("argocd.source_path", record.source_path);
  add_text("argocd_decrypt.renderer", record.renderer);
  if (record.received_bytes > 0) {
    add_number("argocd_decrypt.received_bytes", record.received_bytes);
    add_number("argocd_decrypt.entries", record.entries);
    add_number("argocd_decrypt.unpacked_bytes", record.unpacked_bytes);
  }
  if (record.manifests > 0) {
    add_number("argocd_decrypt.files_decrypted", record.files_decrypted);
    add_number("argocd_decrypt.manifests", record.manifests);
    add_number("argocd_decrypt.manifest_bytes", record.manifest_bytes);
  }
  return out;
}

}  // namespace

tracing::CallTrace MakeCallTrace(const server::RequestRecord& record) {
  tracing::CallTrace trace;
  trace.caller = tracing::ParseTraceContext(record.trace_parent, record.trace_state);
  trace.call.name = std::string(kService) + "/" + record.method;
  trace.call.start = record.started;
  trace.call.end = record.started + record.total;
  trace.call.attributes = AttributesOf(record);
  if (record.code != "OK") trace.call.error = Bounded(record.error, kMaxErrorBytes);
  auto start = record.started;
  for (const auto& [name, time] : record.phases) {
    trace.parts.push_back({.name = name, .start = start, .end = start + time});
    start += time;
  }
  return trace;
}

void LogNoTraces(Log& log, const Error& error) {
  log.Write(LogLevel::kError, "calls are not traced", {{"problem", error.message}});
}

Result<ServerTraces> ServerTraces::Open(tracing::TracingSettings settings, bool optional,
                                        const std::string& program, Log& log) {
  if (settings.address.empty()) return ServerTraces(nullptr);
  const std::string collector = settings.address;
  auto tracer = tracing::OpenTracer(
      std::move(settings),
      [&log, collector](const std::string& problem) {
        log.Write(LogLevel::kWarn, "traces do not reach their collector",
                  {{"collector", collector}, {"problem", problem}});
      },
      tracing::ModulePaths(program));
  if (!tracer && optional) {
    LogNoTraces(log, tracer.error());
    return ServerTraces(nullptr);
  }
  if (!tracer) return Fail(std::move(tracer).error());
  log.Write(LogLevel::kInfo, "tracing", {{"collector", collector}});
  return ServerTraces(*std::move(tracer));
}

void ServerTraces::Observe(const server::RequestRecord& record) const {
  if (tracer_ != nullptr) tracer_->Export(MakeCallTrace(record));
}

}  // namespace acd::commands
