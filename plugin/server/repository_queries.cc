#include "plugin/server/repository_queries.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/discovery/file_name.h"
#include "plugin/discovery/glob.h"
#include "plugin/render/encrypted_content.h"
#include "plugin/server/error_text.h"

namespace acd::server {
namespace {

// The UI waits, and an undeclared application asks every plugin before it is rendered.
constexpr std::chrono::seconds kMaxTime{10};

// Looking at the files starts when they are here.
exec::Budget LookingBudget(const exec::Budget& work) {
  exec::Budget budget = work;
  const auto end = exec::Budget::Clock::now() + kMaxTime;
  budget.deadline = budget.deadline ? std::min(*budget.deadline, end) : end;
  return budget;
}

std::string KeyOf(const render::Application& application) {
  return application.project + "/" + application.name;
}

void AddNew(std::vector<Announcement> more, std::set<std::string>& names,
            std::vector<Announcement>& all) {
  // The UI takes the first of a name.
  for (Announcement& known : more) {
    if (names.insert(known.name).second) all.push_back(std::move(known));
  }
}

}  // namespace

struct RepositoryQueries::Place {
  exec::Budget budget;
  std::shared_ptr<const custom::PluginConfig> plugin;
  std::string phase = "receive";
  PhaseClock clock = {};
  std::optional<RenderQueue::Ticket> ticket = {};
  std::optional<workspace::Workspace> workspace = {};
  render::Application application = {};
  std::string app_dir = {};

  custom::CommandPlace ForCommands() const {
    return {workspace->tree(), app_dir, workspace->run(), application, budget};
  }
};

Result<RequestMetadata> RepositoryQueries::ReadMetadata(RequestStream& source, Place& place,
                                                        RequestRecord& record) const {
  ACD_TRY(RequestMetadata metadata, source.ReadMetadata());
  place.application = render::Application::FromEnvironment(metadata.environment);
  record.application = place.application.name;
  record.project = place.application.project;
  record.source_path = place.application.source_path;
  ACD_TRY(place.ticket, service_.queue().Enter());
  return metadata;
}

Status RepositoryQueries::Unpack(RequestStream& source, Place& place, RequestRecord& record) const {
  ACD_TRY(const RequestMetadata metadata, ReadMetadata(source, place, record));
  ACD_TRY(place.workspace, workspace::Workspace::Create(service_.workspaces()));
  const std::string& tree = place.workspace->tree();
  const UniqueFd folder(::open(tree.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return SystemFailure("workspace", errno);
  archive::UnpackStats stats;
  ACD_CHECK(source.ReadFiles(folder.get(),
                             UnpackOptionsFor(*place.plugin, service_.settings().unpack),
                             place.budget, stats));
  record.entries = stats.entries;
  record.unpacked_bytes = stats.bytes;

  const std::string wanted = metadata.app_rel_path.empty() ? "." : metadata.app_rel_path;
  auto found = workspace::LocateInside(tree, tree, wanted);
  if (!found) return Fail(std::move(found).error().With("app path"));
  if (!found->is_folder) return Fail(Code::kNotFound, wanted + ": app path does not exist");
  place.app_dir = std::move(found->path);
  return {};
}

template <typename T, typename Ask>
std::variant<T, CallError> RepositoryQueries::Answer(RequestStream& source,
                                                     const exec::Budget& client,
                                                     RequestRecord& record, Ask ask) {
  Place place{WorkBudget(client, service_.settings().max_run_time), service_.plugin().Current()};
  Result<T> answer = Fail(Code::kInternal, "internal error");
  try {
    answer = ask(place);
  } catch (const std::bad_alloc&) {
    answer = SystemFailure("internal", ENOMEM);
  } catch (...) {
    // An unknown exception's text may quote anything.
  }
  record.phases.emplace_back(place.phase, place.clock.Lap());
  source.Drain();
  record.received_bytes = source.received_bytes();
  if (answer) return *std::move(answer);
  ErrorContext context;
  context.application = place.application.name;
  context.project = place.application.project;
  context.source_path = place.application.source_path;
  context.phase = place.phase;
  context.workspaces = service_.workspaces().path();
  if (place.workspace) {
    context.tree = place.workspace->tree();
    context.run = place.workspace->run();
  }
  CallError failure{std::move(answer).error(), {}};
  failure.text = ErrorText(failure.error, context);
  record.error = FirstLine(failure.text);
  return failure;
}

Result<std::vector<Announcement>> RepositoryQueries::OwnParameters(Place& place) const {
  std::vector<Announcement> all;
  std::set<std::string> names;
  const custom::PluginConfig& plugin = *place.plugin;
  if (!plugin.dynamic_parameters.empty()) {
    // Their commands take as much as a render's.
    ACD_TRY(const RenderQueue::Slot slot,
            service_.queue().Acquire(KeyOf(place.application), place.budget));
    ACD_TRY(std::vector<Announcement> dynamic,
            service_.plugin().commands().DynamicParameters(plugin, place.ForCommands()));
    AddNew(std::move(dynamic), names, all);
  }
  AddNew(plugin.static_parameters, names, all);
  return all;
}

std::variant<std::vector<Announcement>, CallError> RepositoryQueries::Announce(
    RequestStream& source, const exec::Budget& client, RequestRecord& record) {
  using Announcements = std::vector<Announcement>;
  return Answer<Announcements>(source, client, record, [&](Place& place) -> Result<Announcements> {
    const bool built_in = !place.plugin->HasCommands();
    const bool must_look = !built_in || !place.plugin->dynamic_parameters.empty();
    auto unpacked = Unpack(source, place, record);
    if (!unpacked) {
      if (must_look) return Fail(std::move(unpacked).error());
      record.error = unpacked.error().message;
    }
    record.phases.emplace_back(place.phase, place.clock.Lap());
    place.phase = "parameters";
    ACD_TRY(Announcements all, OwnParameters(place));
    if (!built_in) return all;
    std::set<std::string> names;
    for (const Announcement& known : all) names.insert(known.name);
    if (!unpacked) {
      AddNew(AllAnnouncements(), names, all);
    } else {
      AddNew(server::Announcements({place.workspace->tree(), place.app_dir, place.application,
                                    LookingBudget(place.budget)}),
             names, all);
    }
    return all;
  });
}

bool RepositoryQueries::HasDiscovery() const {
  return service_.settings().discover_encrypted || service_.plugin().Current()->HasDiscovery();
}

Result<bool> RepositoryQueries::MatchByName(RequestStream& source, Place& place,
                                            RequestRecord& record) const {
  ACD_TRY(const RequestMetadata metadata, ReadMetadata(source, place, record));
  ACD_TRY(
      const archive::EntryList entries,
      source.ReadNames(UnpackOptionsFor(*place.plugin, service_.settings().unpack), place.budget));
  record.entries = entries.stats.entries;
  record.unpacked_bytes = entries.stats.bytes;
  record.phases.emplace_back(place.phase, place.clock.Lap());
  place.phase = "discover";
  const custom::PluginConfig& plugin = *place.plugin;
  const discovery::NameTree tree(*entries.root);
  const exec::Budget budget = LookingBudget(place.budget);
  const Check check = [&] { return budget.Check(); };
  // A file that is not there is no match: with the stock server's error no other plugin would be
  // asked.
  if (!plugin.discover_file_name.empty()) {
    auto found =
        discovery::MatchesFileName(tree, metadata.app_rel_path, plugin.discover_file_name, check);
    if (!found) return Fail(std::move(found).error().With("spec.discover.fileName"));
    return *found == discovery::Outcome::kMatch;
  }
  auto found = discovery::MatchesGlob(tree, metadata.app_rel_path, plugin.discover_glob, check);
  if (!found) return Fail(std::move(found).error().With("spec.discover.find.glob"));
  return *found == discovery::Outcome::kMatch;
}

std::variant<bool, CallError> RepositoryQueries::Match(RequestStream& source,
                                                       const exec::Budget& client,
                                                       RequestRecord& record) {
  return Answer<bool>(source, client, record, [&](Place& place) -> Result<bool> {
    const custom::PluginConfig& plugin = *place.plugin;
    if (!plugin.discover_file_name.empty() || !plugin.discover_glob.empty()) {
      return MatchByName(source, place, record);
    }
    const Status unpacked = Unpack(source, place, record);
    const bool asks_content = !plugin.HasDiscovery() && service_.settings().discover_encrypted;
    if (asks_content && !unpacked && unpacked.error().code == Code::kNoRoom) {
      // An error would be a "no", see HoldsEncrypted.
      record.error = unpacked.error().message;
      return true;
    }
    ACD_CHECK(unpacked);
    record.phases.emplace_back(place.phase, place.clock.Lap());
    place.phase = "discover";
    if (plugin.HasDiscovery()) {
      ACD_TRY(const RenderQueue::Slot slot,
              service_.queue().Acquire(KeyOf(place.application), place.budget));
      return service_.plugin().commands().Find(plugin, place.ForCommands());
    }
    if (!asks_content) return false;  // as of a moment ago
    return render::HoldsEncrypted(place.workspace->tree(), place.app_dir,
                                  LookingBudget(place.budget));
  });
}

}  // namespace acd::server
