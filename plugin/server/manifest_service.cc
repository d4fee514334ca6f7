#include "plugin/server/manifest_service.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/render/content_renderer.h"

namespace acd::server {
namespace {

constexpr std::chrono::milliseconds kAnswerTime{1000};

// A wire string of n bytes costs its tag and length too.
constexpr std::size_t kManifestOverheadBytes = 6;

// The settings of ArchiveLimits, by the names that an operator knows.
constexpr std::string_view kLimitsHint =
    "the plugin's ARGOCD_DECRYPT_MAX_ARCHIVE_MB, _MAX_UNPACKED_MB, _MAX_ENTRIES and _MAX_RATIO "
    "bound what it unpacks; the repo-server can leave files out with --plugin-tar-exclude";

Result<UniqueFd> OpenFolder(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) {
    return SystemFailure("workspace", errno);
  }
  return fd;
}

std::string EnvironmentValue(const render::Application& application, const std::string& name) {
  const auto found = application.environment.find(name);
  return found == application.environment.end() ? std::string() : found->second;
}

std::string Seconds(std::chrono::milliseconds time) {
  // Rounded, so that the text is the same at the next attempt.
  if (time < std::chrono::seconds(1)) return "under 1 s";
  return std::to_string(std::chrono::round<std::chrono::seconds>(time).count()) + " s";
}

// Whose time was up, and where it went.
std::string TimeSpent(const RequestRecord& record, const char* whose,
                      std::chrono::milliseconds given) {
  std::string text = std::string("time: ") + whose + " gave " + Seconds(given) + "; spent on";
  const char* separator = " ";
  for (const auto& [phase, time] : record.phases) {
    text += separator + phase + " " +
            Seconds(std::chrono::duration_cast<std::chrono::milliseconds>(time));
    separator = ", ";
  }
  return text;
}

// Where the error happened, from what it says about itself: a stage means that decryption failed.
std::string RenderPhase(const Error& error) {
  return error.stage == Stage::kNone ? "render" : "decrypt";
}

}  // namespace

exec::Budget WorkBudget(const exec::Budget& client,
                        std::optional<std::chrono::milliseconds> max_run_time) {
  exec::Budget work = client;
  const auto now = exec::Budget::Clock::now();
  if (client.deadline) {
    const auto left = std::max(*client.deadline - now, exec::Budget::Clock::duration::zero());
    work.deadline =
        *client.deadline - std::min<exec::Budget::Clock::duration>(kAnswerTime, left / 4);
  }
  if (max_run_time) {
    const auto end = now + *max_run_time;
    work.deadline = work.deadline ? std::min(*work.deadline, end) : end;
  }
  return work;
}

archive::UnpackOptions UnpackOptionsFor(const custom::PluginConfig& plugin,
                                        const archive::UnpackOptions& limits) {
  archive::UnpackOptions options = limits;
  options.preserve_file_mode = plugin.preserve_file_mode;
  if (plugin.HasCommands()) {
    options.skip_git = false;  // commands may look at the commit
    options.file_mode = 0644;
    options.folder_mode = 0755;
  }
  return options;
}

struct ManifestService::Call {
  RepositorySource& source;
  exec::Budget budget;
  RequestRecord& record;
  std::shared_ptr<const custom::PluginConfig> plugin;
  PhaseClock clock;
  std::optional<RenderQueue::Ticket> ticket;
  std::optional<workspace::Workspace> workspace;
  RequestMetadata metadata;
  render::Application application;
  std::string phase = "receive";
  std::optional<exec::Budget::Clock::time_point> deadline = {};  ///< of the client
  exec::Budget::Clock::time_point start = exec::Budget::Clock::now();

  /// To an error of a deadline: whose it was. A command's own limit says so by itself.
  void ExplainDeadline(Error& error) const {
    const auto now = exec::Budget::Clock::now();
    const bool over = budget.deadline && now >= *budget.deadline;
    if (error.code != Code::kDeadline || !over) return;
    // Work ends a little before the client's deadline.
    const bool of_client = deadline && *deadline - *budget.deadline <= kAnswerTime;
    const auto end = of_client ? *deadline : *budget.deadline;
    const auto given = std::chrono::duration_cast<std::chrono::milliseconds>(end - start);
    error.message +=
        "\n" + TimeSpent(record, of_client ? "the caller's deadline" : "--max-run-time", given);
  }

  void EndPhase(const char* name) { record.phases.emplace_back(name, clock.Lap()); }
};

ManifestService::ManifestService(const workspace::WorkspaceRoot& root, const Plugin& plugin,
                                 RenderFunction render, ServiceSettings settings)
    : root_(root),
      plugin_(plugin),
      render_(std::move(render)),
      settings_(std::move(settings)),
      queue_(settings_.queue) {}

std::variant<std::vector<std::string>, CallError> ManifestService::Generate(
    RepositorySource& source, const exec::Budget& client, RequestRecord& record) {
  Call call{source,
            WorkBudget(client, settings_.max_run_time),
            record,
            plugin_.Current(),
            PhaseClock(),
            std::nullopt,
            std::nullopt,
            RequestMetadata(),
            render::Application()};
  call.deadline = client.deadline;
  Result<std::vector<std::string>> result = Fail(Code::kInternal, "internal error");
  try {
    result = Run(call);
  } catch (const std::bad_alloc&) {
    result = SystemFailure("internal", ENOMEM);
  } catch (...) {
    // The text of an unknown exception may quote anything; its place in the code is a bug's matter.
    result = Fail(Code::kInternal, "internal error",
                  "this is a defect of argocd-decrypt; please report it");
  }
  source.Drain();
  record.received_bytes = source.received_bytes();
  if (result) return std::move(result).value();

  record.failed_phase = call.phase;
  ErrorContext context;
  context.application = call.application.name;
  context.project = call.application.project;
  context.source_path = call.application.source_path;
  context.phase = call.phase;
  context.workspaces = root_.path();
  if (call.workspace) {
    context.tree = call.workspace->tree();
    context.run = call.workspace->run();
  }
  CallError failure{std::move(result).error(), {}};
  call.ExplainDeadline(failure.error);
  failure.text = ErrorText(failure.error, context);
  return failure;
}

Result<std::vector<std::string>> ManifestService::Run(Call& call) {
  auto received = Receive(call);
  call.EndPhase("receive");
  if (!received) return Fail(std::move(received).error());

  call.phase = "wait";
  auto slot = queue_.Acquire(call.application.project + "/" + call.application.name, call.budget);
  call.EndPhase("wait");
  if (!slot) return Fail(std::move(slot).error());

  auto rendered = Render(call);
  if (!rendered) {
    call.EndPhase(call.phase == "decrypt" ? "render" : call.phase.c_str());
    return Fail(std::move(rendered).error());
  }
  call.phase = "answer";
  call.record.renderer = rendered->renderer;
  call.record.files_decrypted = rendered->files_decrypted;
  call.record.decrypted = rendered->decrypted;
  call.record.phases.insert(call.record.phases.end(), rendered->phases.begin(),
                            rendered->phases.end());
  ACD_CHECK(CheckSize(rendered->manifests, call.record));
  return std::move(rendered->manifests);
}

Result<render::Rendered> ManifestService::Render(Call& call) {
  call.phase = "prepare";
  ACD_TRY(const render::RenderRequest request, Prepare(call));
  if (call.plugin->HasCommands()) {
    call.phase = "generate";
    return plugin_.commands().Generate(*call.plugin, request);
  }
  auto rendered = render_(request);
  call.phase = rendered ? "render" : RenderPhase(rendered.error());
  return rendered;
}

Status ManifestService::Receive(Call& call) {
  ACD_TRY(call.metadata, call.source.ReadMetadata());
  call.application = render::Application::FromEnvironment(call.metadata.environment);
  call.record.application = call.application.name;
  call.record.project = call.application.project;
  call.record.source_path = call.application.source_path;

  // Only now: a client opens the stream first, and packs its files for as long as that takes.
  ACD_TRY(call.ticket, queue_.Enter());
  ACD_TRY(call.workspace, workspace::Workspace::Create(root_));
  ACD_TRY(const UniqueFd folder, OpenFolder(call.workspace->tree()));
  archive::UnpackStats stats;
  auto received = call.source.ReadFiles(
      folder.get(), UnpackOptionsFor(*call.plugin, settings_.unpack), call.budget, stats);
  call.record.entries = stats.entries;
  call.record.unpacked_bytes = stats.bytes;
  if (received) return {};
  Error error = std::move(received).error();
  if (error.code == Code::kLimitExceeded) {
    error = std::move(error).Hint(kLimitsHint);  // if it has none of its own
  }
  return Fail(std::move(error));
}

Result<render::RenderRequest> ManifestService::Prepare(Call& call) const {
  const std::string& tree = call.workspace->tree();
  std::string wanted = call.metadata.app_rel_path.empty() ? "." : call.metadata.app_rel_path;
  auto folder = workspace::ResolveInside(tree, tree, wanted);
  if (!folder && folder.error().code != Code::kNotFound) {
    return Fail(std::move(folder).error().With("app path"));
  }
  struct stat info {};
  if (!folder || ::stat(folder->c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    // Argo CD's hydrator looks for these words.
    return Fail(Code::kNotFound, wanted + ": app path does not exist",
                "the Application's path must be a folder of the repository");
  }
  render::RenderRequest request;
  request.root = tree;
  request.app_path = *folder == tree ? "." : workspace::RelativeTo(tree, *folder);
  request.run_dir = call.workspace->run();
  request.application = call.application;
  request.budget = call.budget;
  if (call.plugin->HasCommands()) return request;  // whose parameters are their own business
  ACD_TRY(request.parameters,
          render::Parameters::FromJson(EnvironmentValue(call.application, "ARGOCD_APP_PARAMETERS"),
                                       render::RendererByContent(*folder)));
  return request;
}

Status ManifestService::CheckSize(const std::vector<std::string>& manifests,
                                  RequestRecord& record) const {
  record.manifests = manifests.size();
  std::uint64_t wire_bytes = 0;
  for (const std::string& manifest : manifests) {
    record.manifest_bytes += manifest.size();
    wire_bytes += manifest.size() + kManifestOverheadBytes;
  }
  if (wire_bytes <= settings_.max_message_bytes) return {};
  return Fail(
      Code::kLimitExceeded,
      "manifests: " + std::to_string(wire_bytes) + " bytes, more than the " +
          std::to_string(settings_.max_message_bytes) + " that one answer may have",
      "raise ARGOCD_GRPC_MAX_SIZE_MB on the repo-server, the application controller and this "
      "plugin, or split the Application");
}

}  // namespace acd::server
