#include "plugin/commands/engine.h"

#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <utility>

#include "plugin/commands/default_workdir.h"
#include "plugin/commands/key_setup.h"
#include "plugin/commands/network_environment.h"
#include "plugin/commands/private_folder.h"
#include "plugin/commands/version_command.h"
#include "plugin/exec/command_runner.h"
#include "plugin/jsonnet/vm.h"
#include "plugin/server/ask_pass.h"

namespace acd::commands {
namespace {

constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// kustomize runs this binary as `ksops`.
std::string OwnPath() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string();
}

constexpr std::size_t kMegabyte = 1U << 20U;

// Charts are no secret, but memory is dear: what is kept in it is little.
Result<std::shared_ptr<sources::SourceCache>> OpenCache(const EngineSettings& settings,
                                                        const std::string& workspace) {
  if (settings.chart_cache == "off") return std::shared_ptr<sources::SourceCache>();
  const bool in_memory = settings.chart_cache.empty();
  const std::size_t megabytes =
      settings.chart_cache_mb > 0 ? settings.chart_cache_mb : (in_memory ? 64 : 512);
  return sources::SourceCache::Open(in_memory ? workspace + "/charts" : settings.chart_cache,
                                    megabytes * kMegabyte);
}

}  // namespace

struct Engine::Parts {
  EngineSettings settings;
  std::unique_ptr<workspace::WorkspaceRoot> workspaces;
  std::unique_ptr<exec::CommandRunner> runner;
  std::unique_ptr<keys::KeyService> keys;
  std::unique_ptr<custom::Commands> commands;
  std::unique_ptr<server::Plugin> plugin;
  std::unique_ptr<server::ToolVersions> versions;
  std::unique_ptr<server::ManifestService> service;
};

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::Create(EngineSettings settings, bool server,
                                               keys::Warn warn) {
  auto parts = std::make_unique<Parts>();
  if (settings.workdir.empty()) settings.workdir = DefaultWorkdir();
  ACD_TRY(parts->workspaces,
          workspace::WorkspaceRoot::Open(settings.workdir, settings.allow_disk_workdir));
  if (server) parts->workspaces->RemoveInBackground();
  render::RenderSettings& render = settings.render;
  if (render.tool_path.empty()) render.tool_path = Environment("PATH");
  if (render.tool_path.empty()) render.tool_path = kDefaultPath;
  if (render.self.empty()) render.self = OwnPath();
  render.helm_secrets = render::HelmSecretsPolicy::FromEnvironment(
      [](const char* name) { return std::getenv(name); });
  ACD_TRY(render.sources.cache, OpenCache(settings, parts->workspaces->path()));
  render.sources.network = NetworkEnvironment();
  render.sources.ask_pass = server::AskRepoServer;
  parts->runner = exec::MakeProcessRunner(settings.children);
  if (settings.observer != nullptr) {
    parts->runner = exec::Observed(std::move(parts->runner), *settings.observer);
  }
  KeySetup keys;
  keys.server = server;
  keys.key_dir = render.key_dir;
  keys.allow_key_commands = settings.allow_key_commands;
  keys.age_plugins = settings.age_plugins;
  keys.tool_path = render.tool_path;
  keys.make_folder = [folder = parts->workspaces->path()] { return MakeKeyringFolder(folder); };
  ACD_TRY(render.key_imports.folders, KeyImportFolders(render.key_dir, settings.key_import_dirs));
  render.key_imports.gpg_tools = MakeGpgTools(keys);
  ACD_TRY(parts->keys, MakeKeys(std::move(keys), std::move(warn)));
  custom::CommandSettings& commands = settings.commands;
  commands.tool_path = render.tool_path;
  commands.self = render.self;
  commands.max_output_bytes = render.max_output_bytes;
  parts->commands = std::make_unique<custom::Commands>(*parts->runner, commands);
  parts->plugin = std::make_unique<server::Plugin>(settings.plugin, parts->commands.get());
  parts->versions = std::make_unique<server::ToolVersions>(render.tool_path, *parts->runner);
  parts->settings = std::move(settings);
  // The parts outlive the service: it is their last member.
  parts->service = std::make_unique<server::ManifestService>(
      *parts->workspaces, *parts->plugin,
      [all = parts.get()](const render::RenderRequest& request) {
        return render::Render(request, all->settings.render, *all->keys, *all->runner);
      },
      parts->settings.service);
  return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

server::ManifestService& Engine::service() { return *parts_->service; }

server::Plugin& Engine::plugin() { return *parts_->plugin; }

const EngineSettings& Engine::settings() const { return parts_->settings; }

void Engine::RemoveWorkspaces() const noexcept { parts_->workspaces->RemoveNow(); }

const std::string& Engine::workspace_path() const { return parts_->workspaces->path(); }

std::vector<std::string> Engine::PublicKeys() { return parts_->keys->PublicNames({}); }

keys::KeyState Engine::Keys() { return parts_->keys->State(); }

std::vector<Engine::Tool> Engine::Tools() const { return ToolsOf(*parts_->plugin->Current()); }

std::vector<Engine::Tool> Engine::ToolsOf(const custom::PluginConfig& plugin) const {
  const render::RenderSettings& render = parts_->settings.render;
  std::vector<std::string> names;
  if (plugin.HasCommands()) {
    for (const custom::CommandLine* line : {&plugin.init, &plugin.generate}) {
      // With a slash it is a file of the repository.
      const bool named = !line->empty() && (line->front().starts_with('/') ||
                                            line->front().find('/') == std::string::npos);
      if (named) names.push_back(line->front());
    }
  } else {
    for (const std::string* name : {&render.helm, &render.kustomize}) {
      if (!name->empty()) names.push_back(*name);
    }
  }
  std::vector<Tool> tools;
  for (const std::string& name : names) {
    auto found = exec::FindProgram(name, render.tool_path);
    tools.push_back(found ? Tool{name, *found, {}} : Tool{name, {}, found.error().message});
  }
  return tools;
}

server::Versions Engine::Versions(const exec::Budget& budget) {
  const render::RenderSettings& render = parts_->settings.render;
  const auto of = [&](server::ToolVersions::Tool tool) {
    return parts_->versions->Of(tool, budget);
  };
  server::Versions versions;
  versions.own = Version();
  // Argo CD asks for the short form; kustomize is going to drop it.
  versions.kustomize = server::KustomizeVersion(
      of({"kustomize", render.kustomize, {{"version", "--short"}, {"version"}}}));
  versions.helm = of({"helm", render.helm, {{"version", "--short"}}});
  versions.jsonnet = of({"jsonnet",
                         render.self,
                         {{std::string(jsonnet::kVmCommand), std::string(jsonnet::kVmVersion)}}});
  return versions;
}

}  // namespace acd::commands
