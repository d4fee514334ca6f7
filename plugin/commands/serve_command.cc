#include "plugin/commands/serve_command.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "decrypt/base/memory.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/engine.h"
#include "plugin/commands/log.h"
#include "plugin/commands/metrics_port.h"
#include "plugin/commands/plugin_watch.h"
#include "plugin/commands/process_secrets.h"
#include "plugin/commands/reloader.h"
#include "plugin/commands/serve_flags.h"
#include "plugin/commands/server_metrics.h"
#include "plugin/commands/server_traces.h"
#include "plugin/commands/signal_watch.h"
#include "plugin/commands/version_command.h"
#include "plugin/custom/plugin_config.h"
#include "plugin/exec/file_limit.h"
#include "plugin/exec/run_mark.h"
#include "plugin/exec/run_scope.h"
#include "plugin/server/cmp_server.h"
#include "plugin/server/unix_socket.h"
#include "plugin/workspace/usage.h"

namespace acd::commands {
namespace {

// After a second signal: time for calls to end their children and to remove their folders.
constexpr std::chrono::milliseconds kHastyGrace{1000};
// How late a changed plugin.yaml may be noticed.
constexpr std::chrono::milliseconds kReloadInterval{1000};

void LogStart(Log& log, Engine& engine, const std::string& plugin, const std::string& socket,
              const std::string& metrics) {
  LogFields fields{{"version", Version()},
                   {"plugin", plugin},
                   {"socket", socket},
                   {"workdir", engine.settings().workdir},
                   {"renderer", engine.plugin().Current()->HasCommands() ? "commands" : "built-in"},
                   {"keys", engine.PublicKeys()}};
  if (!metrics.empty()) fields.emplace_back("metrics", metrics);
  const auto tools = engine.Tools();
  for (const Engine::Tool& tool : tools) {
    if (!tool.path.empty()) fields.emplace_back(tool.name, tool.path);
  }
  log.Write(LogLevel::kInfo, "serving", fields);
  for (const Engine::Tool& tool : tools) {
    if (!tool.path.empty()) continue;
    log.Write(LogLevel::kWarn, "a tool is missing: applications that need it will fail",
              {{"tool", tool.name}, {"problem", tool.problem}});
  }
  if (engine.PublicKeys().empty() && !engine.plugin().Current()->HasCommands()) {
    log.Write(LogLevel::kWarn, "no key is loaded: nothing can be decrypted until one is mounted",
              {{"key_dir", engine.settings().render.key_dir}});
  }
}

// Ends the server. Returns the exit status; a second signal cuts it short.
int StopServer(server::CmpServer& server, SignalWatch& signals, Engine& engine, Log& log,
               std::chrono::milliseconds grace) {
  log.Write(LogLevel::kInfo, "stopping", {{"grace_s", static_cast<double>(grace.count()) / 1000}});
  std::atomic<bool> finished = false;
  std::atomic<bool> cut_short = false;
  std::thread second([&] {
    signals.Wait(std::nullopt);
    if (finished) return;
    cut_short = true;
    log.Write(LogLevel::kWarn, "second signal: running requests are cancelled", {});
    server.CancelCalls();
    signals.Wait(kHastyGrace);
    if (finished) return;
    engine.RemoveWorkspaces();
    ::_exit(kFailed);
  });
  server.Stop(grace);
  finished = true;
  signals.Wake();
  second.join();
  log.Write(LogLevel::kInfo, "stopped", {});
  return cut_short ? kFailed : kDone;
}

server::Health HealthOf(Engine& engine, const Reloader& reloader) {
  keys::KeyState keys = engine.Keys();
  // A plugin.yaml's own commands need none of these keys.
  const bool broken = keys.IsBroken() && !engine.plugin().Current()->HasCommands();
  server::Health health{.serving = !broken, .problems = std::move(keys.problems)};
  for (const Engine::Tool& tool : engine.Tools()) {
    if (!tool.path.empty()) continue;
    health.serving = false;
    health.problems.push_back(tool.problem);
  }
  if (std::string problem = reloader.Problem(); !problem.empty()) {
    health.problems.push_back(std::move(problem));
  }
  return health;
}

void LogCommand(Log& log, const custom::CommandReport& report) {
  log.Write(LogLevel::kInfo, "command",
            {{"field", std::string(report.field)},
             {"app", std::string(report.application)},
             {"exit", std::int64_t{report.exit_code}},
             {"ms", std::int64_t{report.wall.count()}},
             {"stderr", std::string(report.err)}});
}

ServerMetrics::Load LoadOf(server::RenderQueue& queue) {
  const auto now = queue.Now();
  const server::QueueSettings& limits = queue.settings();
  return {.running = now.running,
          .waiting = now.waiting,
          .limit = limits.max_running,
          .here = now.here,
          .here_limit = limits.max_running + limits.max_waiting,
          .refused = now.refused};
}

Result<int> Serve(ServeFlags& flags) {
  ACD_CHECK(ProtectMemory());
  ACD_CHECK(exec::AdoptOrphans());
  KeepFreedMemory();
  exec::RaiseFileLimit();
  SignalWatch signals;
  PluginWatch watch(flags.ConfigPath(), flags.IsConfigOptional());
  ACD_TRY(custom::PluginConfig plugin, watch.Load());
  ACD_TRY(EngineSettings settings, flags.engine.Take());
  ACD_TRY(settings.commands, flags.CommandSettings());
  Log log(flags.Format(), flags.Level());
  tracing::TracingSettings trace_settings;
  if (auto taken = flags.tracing.Take(); taken) {
    trace_settings = *std::move(taken);
  } else if (flags.tracing.IsStock()) {
    LogNoTraces(log, taken.error());
  } else {
    return Fail(std::move(taken).error());
  }
  ServerMetrics metrics(Version());
  settings.observer = &metrics;
  if (flags.log_command_output) {
    settings.commands.report = [&](const custom::CommandReport& report) {
      LogCommand(log, report);
    };
  }
  settings.plugin = plugin;
  ACD_TRY(const auto engine,
          Engine::Create(std::move(settings), true, [&](const std::string& text) {
            log.Write(LogLevel::kWarn, "a key source is left out", {{"problem", text}});
          }));
  ForgetKeyVariables();
  ACD_TRY(const auto traces, ServerTraces::Open(std::move(trace_settings), flags.tracing.IsStock(),
                                                engine->settings().render.self, log));

  const std::string path = flags.SocketPath(plugin);
  ACD_TRY(auto socket, server::ListeningSocket::Listen(path));
  Reloader reloader(flags, watch, *engine, log, metrics);
  metrics.Watch({.renders = [&] { return LoadOf(engine->service().queue()); },
                 .keys = [&] { return engine->Keys(); },
                 .workspace = [&] { return workspace::UsageOf(engine->workspace_path()); },
                 .serving = [&] { return HealthOf(*engine, reloader).serving; },
                 .needs_key = [&] { return !engine->plugin().Current()->HasCommands(); }});
  ACD_TRY(MetricsPort port, MetricsPort::Open(flags.metrics_address, metrics, log));
  const auto observe = [&](const server::RequestRecord& record) {
    metrics.Finished(record);
    LogRequest(log, record);
    traces.Observe(record);
  };
  ACD_TRY(const auto server,
          server::CmpServer::Start(
              std::move(socket), engine->service(), observe,
              [&] { return HealthOf(*engine, reloader); },
              [&](const exec::Budget& budget) { return engine->Versions(budget); }));
  LogStart(log, *engine, plugin.FullName(), path, port.Address());
  LogWarnings(log, plugin);
  for (const std::string& text : flags.Warnings()) {
    log.Write(LogLevel::kWarn, "setting", {{"problem", text}});
  }

  exec::EndLeftovers();
  while (!signals.Wait(kReloadInterval)) {
    reloader.Poll(*server);
    port.Poll();
    exec::SweepOrphans();
    if (const auto silence = flags.Silence()) server->CutOffSilent(*silence);
  }
  return StopServer(*server, signals, *engine, log, flags.Grace());
}

}  // namespace

int RunServe(std::span<char*> args) {
  ServeFlags flags;
  if (const auto code = flags.Parse(args)) return *code;
  auto status = Serve(flags);
  return status ? *status : ReportFailure("serve", status.error());
}

}  // namespace acd::commands
