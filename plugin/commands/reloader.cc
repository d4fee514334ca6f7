#include "plugin/commands/reloader.h"

#include <utility>

#include "plugin/server/unix_socket.h"

namespace acd::commands {

void Reloader::Poll(server::CmpServer& server) {
  auto changed = watch_.Poll();
  if (changed) waiting_.reset();
  if (changed && *changed) waiting_ = *std::move(*changed);
  if (!changed && !waiting_) return;
  // What cannot be taken over now (somebody is at the new socket) is tried again.
  Status taken = waiting_ ? Take(server, *waiting_) : Fail(changed->error());
  if (taken) waiting_.reset();
  const std::string problem = taken ? std::string() : taken.error().message;
  const std::lock_guard lock(mutex_);
  if (!taken && problem == problem_) return;  // told already
  problem_ = problem;
  metrics_.ConfigReloaded(taken.has_value());
  if (taken) return;
  log_.Write(LogLevel::kError, "plugin.yaml has changed, but the last one stays in use",
             {{"problem", problem_}});
}

std::string Reloader::Problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

Status Reloader::Take(server::CmpServer& server, const custom::PluginConfig& plugin) {
  // A name that is misspelt must not put every pod out of service.
  for (const Engine::Tool& tool : engine_.ToolsOf(plugin)) {
    if (tool.path.empty()) return Fail(Code::kNotFound, tool.problem);
  }
  const std::string path = flags_.SocketPath(plugin);
  if (path != flags_.SocketPath(*engine_.plugin().Current())) {
    ACD_TRY(auto socket, server::ListeningSocket::Listen(path));
    engine_.plugin().Set(plugin);
    server.MoveTo(std::move(socket));
  } else {
    engine_.plugin().Set(plugin);
  }
  log_.Write(LogLevel::kInfo, "plugin.yaml has changed and is in use",
             {{"plugin", plugin.FullName()}, {"socket", path}});
  LogWarnings(log_, plugin);
  return {};
}

void LogWarnings(Log& log, const custom::PluginConfig& plugin) {
  for (const std::string& text : plugin.warnings) {
    log.Write(LogLevel::kWarn, "plugin.yaml", {{"problem", text}});
  }
}

}  // namespace acd::commands
