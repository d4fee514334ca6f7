#include "plugin/commands/server_metrics.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

#include "plugin/metrics/process_metrics.h"

namespace acd::commands {
namespace {

using exec::RunEnd;
using metrics::Counter;
using metrics::Family;
using metrics::Gauge;
using metrics::Histogram;

// A small folder takes milliseconds; Argo CD's own patience ends after 60 or 90 seconds, and
// operators that have large charts raise it.
const std::vector<double> kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                      0.5,   1,      2.5,   5,    10,    30,   60,  120};

constexpr const char* kRender = "GenerateManifest";
constexpr std::array kOtherMethods = {"MatchRepository", "GetParametersAnnouncement",
                                      "CheckPluginConfiguration"};
// All that a failed render can be.
constexpr std::array kRenderCodes = {"OK",
                                     "INVALID_ARGUMENT",
                                     "NOT_FOUND",
                                     "RESOURCE_EXHAUSTED",
                                     "FAILED_PRECONDITION",
                                     "DEADLINE_EXCEEDED",
                                     "CANCELLED",
                                     "INTERNAL"};
constexpr std::array kPhases = {"receive", "wait",     "prepare", "decrypt",
                                "render",  "generate", "answer"};
constexpr std::array kFailedEnds = {RunEnd::kExit,      RunEnd::kSignal,     RunEnd::kMemory,
                                    RunEnd::kProcesses, RunEnd::kDeadline,   RunEnd::kCancelled,
                                    RunEnd::kOutput,    RunEnd::kNotStarted, RunEnd::kOther};
constexpr std::array kKeyKinds = {"age", "ssh", "plugin", "pgp"};

std::string Named(const char* name) { return std::string("argocd_decrypt_") + name; }

double Seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

double Now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Counter& AddTotal(metrics::Registry& registry, const char* name, const char* help) {
  return registry.AddCounter({.name = Named(name), .help = help}).With();
}

}  // namespace

ServerMetrics::ServerMetrics(const std::string& version)
    : requests_(registry_.AddCounter({.name = Named("requests_total"),
                                      .help = "Calls that have ended, by gRPC status code.",
                                      .labels = {"method", "code"}})),
      request_duration_(registry_.AddHistogram(
          {.name = Named("request_duration_seconds"),
           .help = "Time from a call's begin to its answer, waiting included.",
           .labels = {"method"}},
          kSeconds)),
      phase_duration_(registry_.AddHistogram({.name = Named("phase_duration_seconds"),
                                              .help = "Time that renders spent in each phase.",
                                              .labels = {"phase"}},
                                             kSeconds)),
      failures_(registry_.AddCounter({.name = Named("render_failures_total"),
                                      .help = "Renders that failed, by the phase they failed in.",
                                      .labels = {"phase"}})),
      refused_(registry_.AddCounter(
          {.name = Named("renders_refused_total"),
           .help = "Requests that failed because they did not get their turn: overload (refused), "
                   "deadline (the time was up), cancelled (the caller went away).",
           .labels = {"reason"}})),
      received_bytes_(AddTotal(registry_, "received_bytes_total",
                               "Bytes of repositories as they were sent, compressed.")),
      unpacked_bytes_(AddTotal(registry_, "unpacked_bytes_total",
                               "Bytes of repositories' files once unpacked.")),
      manifest_bytes_(AddTotal(registry_, "manifest_bytes_total",
                               "Bytes of the manifests that were rendered.")),
      manifests_(AddTotal(registry_, "manifests_total", "Manifests that were rendered.")),
      files_decrypted_(registry_.AddCounter(
          {.name = Named("files_decrypted_total"),
           .help = "Files that successful renders decrypted, by sops's format and by the kind of "
                   "key that opened them.",
           .labels = {"format", "key_type"}})),
      config_reloads_(registry_.AddCounter({.name = Named("config_reloads_total"),
                                            .help = "Changes of plugin.yaml that were noticed.",
                                            .labels = {"outcome"}})),
      children_started_(registry_.AddCounter({.name = Named("children_started_total"),
                                              .help = "Runs of helm, kustomize and the like.",
                                              .labels = {"tool"},
                                              .max_series = 30})),
      children_failed_(registry_.AddCounter(
          {.name = Named("children_failed_total"),
           .help = "Runs that did not end with exit status 0, by what ended them.",
           .labels = {"tool", "reason"},
           .max_series = 30 * kFailedEnds.size()})) {
  for (const char* code : kRenderCodes) requests_.With({kRender, code});
  request_duration_.With({kRender});
  for (const char* method : kOtherMethods) requests_.With({method, "OK"});
  for (const char* phase : kPhases) failures_.With({phase});
  for (const char* reason : {"overload", "deadline", "cancelled"}) refused_.With({reason});
  files_decrypted_.With({"yaml", "age"});
  for (const char* outcome : {"success", "failure"}) config_reloads_.With({outcome});
  for (const char* tool : {"helm", "kustomize", "git"}) {
    children_started_.With({tool});
    MakeFailures(tool);
  }
  registry_
      .AddGauge({.name = Named("build_info"),
                 .help = "Always 1; the release is in its label.",
                 .labels = {"version"}})
      .With({version})
      .Set(1);
  auto& running = registry_.AddGauge(
      {.name = Named("children_running"), .help = "Children that run right now."});
  registry_.BeforeText(
      [this, &running] { running.With().Set(static_cast<double>(children_running_)); });
  metrics::AddProcessMetrics(registry_);
}

void ServerMetrics::Watch(Sources sources) {
  WatchRenders(std::move(sources.renders));
  WatchKeys(std::move(sources.keys), std::move(sources.needs_key));
  WatchHealth(std::move(sources.serving));
  WatchWorkspace(std::move(sources.workspace));
}

void ServerMetrics::WatchRenders(std::function<Load()> renders) {
  const auto gauge = [this](const char* name, const char* help) -> Gauge& {
    return registry_.AddGauge({.name = Named(name), .help = help}).With();
  };
  auto& running = gauge("renders_running", "Renders that run right now.");
  auto& waiting = gauge("renders_waiting", "Requests that wait for others' renders to end.");
  auto& limit = gauge("renders_limit", "Renders that may run at once.");
  auto& here = gauge("requests_here", "Requests that are being received, wait or render.");
  auto& here_limit = gauge("requests_limit", "Requests that may be here; more are refused.");
  auto& refused = refused_.With({"overload"});
  registry_.BeforeText(
      [&running, &waiting, &limit, &here, &here_limit, &refused, renders = std::move(renders)] {
        const Load now = renders();
        here.Set(static_cast<double>(now.here));
        here_limit.Set(static_cast<double>(now.here_limit));
        refused.SetTotal(now.refused);
        running.Set(static_cast<double>(now.running));
        waiting.Set(static_cast<double>(now.waiting));
        limit.Set(static_cast<double>(now.limit));
      });
}

void ServerMetrics::WatchHealth(std::function<bool()> serving) {
  auto& gauge = registry_
                    .AddGauge({.name = Named("serving"),
                               .help = "1: health checks are told that the plugin serves; 0: they "
                                       "are not, and are told why."})
                    .With();
  registry_.BeforeText([&gauge, serving = std::move(serving)] { gauge.Set(serving() ? 1 : 0); });
}

void ServerMetrics::WatchKeys(std::function<keys::KeyState()> keys,
                              std::function<bool()> needs_key) {
  auto& loaded = registry_.AddGauge(
      {.name = Named("keys_loaded"), .help = "Private keys at hand, by kind.", .labels = {"type"}});
  auto& usable = registry_
                     .AddGauge({.name = Named("has_key"),
                                .help = "1: there is a key, or a command that is asked for one; "
                                        "0: nothing can be decrypted; none, where a "
                                        "plugin.yaml's own commands need none."})
                     .With();
  auto& problems = registry_
                       .AddGauge({.name = Named("key_problems"),
                                  .help = "What is wrong with mounted keys now; the log and the "
                                          "health check name each."})
                       .With();
  auto& age = registry_.AddGauge(
      {.name = Named("key_file_age_seconds"),
       .help = "Time since the oldest and the newest file with a key were written; none, where "
               "no key is in a file.",
       .labels = {"file"}});
  auto& reloads = registry_.AddCounter(
      {.name = Named("key_reloads_total"),
       .help = "Changes of mounted keys that were noticed; failure: with a new problem.",
       .labels = {"outcome"}});
  registry_.BeforeText([&loaded, &usable, &problems, &age, &reloads, keys = std::move(keys),
                        needs_key = std::move(needs_key)] {
    const keys::KeyState now = keys();
    for (const char* kind : kKeyKinds) {
      const auto found = now.loaded.find(kind);
      loaded.With({kind}).Set(found == now.loaded.end() ? 0 : static_cast<double>(found->second));
    }
    const bool matters = now.has_key || needs_key();
    usable.Set(matters ? (now.has_key ? 1 : 0) : std::numeric_limits<double>::quiet_NaN());
    problems.Set(static_cast<double>(now.problems.size()));
    const auto age_of = [](const std::optional<std::int64_t>& written) {
      if (!written) return std::numeric_limits<double>::quiet_NaN();
      return std::max(0.0, Now() - static_cast<double>(*written));
    };
    age.With({"oldest"}).Set(age_of(now.oldest_file));
    age.With({"newest"}).Set(age_of(now.newest_file));
    reloads.With({"success"}).SetTotal(now.reloads);
    reloads.With({"failure"}).SetTotal(now.failed_reloads);
  });
}

void ServerMetrics::WatchWorkspace(std::function<std::optional<workspace::Usage>()> usage) {
  auto& used = registry_
                   .AddGauge({.name = Named("workspace_bytes"),
                              .help = "Used bytes of the file system with the work folder, by "
                                      "whomever: in the sidecar it is the plugin's own."})
                   .With();
  auto& limit = registry_
                    .AddGauge({.name = Named("workspace_limit_bytes"),
                               .help = "Size of that file system; +Inf where it has none."})
                    .With();
  registry_.BeforeText([&used, &limit, usage = std::move(usage)] {
    const auto now = usage();
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    used.Set(now ? static_cast<double>(now->used_bytes) : unknown);
    limit.Set(!now                    ? unknown
              : now->limit_bytes == 0 ? std::numeric_limits<double>::infinity()
                                      : static_cast<double>(now->limit_bytes));
  });
}

void ServerMetrics::Finished(const server::RequestRecord& record) {
  requests_.With({record.method, record.code}).Add();
  request_duration_.With({record.method}).Observe(Seconds(record.total));
  if (record.method == kRender) {
    for (const auto& [phase, time] : record.phases) {
      phase_duration_.With({phase}).Observe(Seconds(time));
    }
  }
  received_bytes_.Add(record.received_bytes);
  unpacked_bytes_.Add(record.unpacked_bytes);
  manifest_bytes_.Add(record.manifest_bytes);
  manifests_.Add(record.manifests);
  for (const auto& [kind, count] : record.decrypted) {
    files_decrypted_.With({kind.first, kind.second}).Add(count);
  }
  if (record.failed_phase.empty()) return;
  failures_.With({record.failed_phase}).Add();
  if (record.failed_phase != "wait") return;
  // What was refused, the queue counts.
  if (record.code == "DEADLINE_EXCEEDED") refused_.With({"deadline"}).Add();
  if (record.code == "CANCELLED") refused_.With({"cancelled"}).Add();
}

void ServerMetrics::ConfigReloaded(bool in_use) {
  config_reloads_.With({in_use ? "success" : "failure"}).Add();
}

void ServerMetrics::MakeFailures(const std::string& tool) {
  for (const RunEnd end : kFailedEnds) children_failed_.With({tool, exec::RunEndName(end)});
}

void ServerMetrics::Started(const std::string& tool) {
  ++children_running_;
  Counter& started = children_started_.With({tool});
  if (started.value() == 0) MakeFailures(tool);
  started.Add();
}

void ServerMetrics::Ended(const std::string& tool, exec::RunEnd end) {
  --children_running_;
  if (end != RunEnd::kDone) children_failed_.With({tool, exec::RunEndName(end)}).Add();
}

}  // namespace acd::commands
