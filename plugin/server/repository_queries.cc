#include "plugin/server/repository_queries.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "decrypt/base/unique_fd.h"
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

}  // namespace

struct RepositoryQueries::Place {
  exec::Budget budget;
  std::optional<workspace::Workspace> workspace;
  render::Application application;
  std::string app_dir;
};

Status RepositoryQueries::Unpack(RepositorySource& source, Place& place,
                                 RequestRecord& record) const {
  ACD_TRY(const RequestMetadata metadata, source.ReadMetadata());
  place.application = render::Application::FromEnvironment(metadata.environment);
  record.application = place.application.name;
  record.project = place.application.project;
  record.source_path = place.application.source_path;
  ACD_TRY(place.workspace, workspace::Workspace::Create(root_));
  const std::string& tree = place.workspace->tree();
  const UniqueFd folder(::open(tree.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return Fail(Code::kIo, "workspace: " + std::system_category().message(errno));
  archive::UnpackStats stats;
  ACD_CHECK(source.ReadFiles(folder.get(), settings_.unpack, place.budget, stats));
  record.entries = stats.entries;
  record.unpacked_bytes = stats.bytes;

  const std::string wanted = metadata.app_rel_path.empty() ? "." : metadata.app_rel_path;
  auto found = workspace::LocateInside(tree, tree, wanted);
  if (!found) return Fail(std::move(found).error().With("app path"));
  if (!found->is_folder) return Fail(Code::kNotFound, wanted + ": app path does not exist");
  place.app_dir = std::move(found->path);
  return {};
}

std::optional<CallError> RepositoryQueries::Receive(RepositorySource& source, Place& place,
                                                    RequestRecord& record) const {
  Status unpacked = Fail(Code::kInternal, "internal error");
  try {
    unpacked = Unpack(source, place, record);
  } catch (...) {
    // An unknown exception's text may quote anything.
  }
  source.Drain();
  record.received_bytes = source.received_bytes();
  if (unpacked) return std::nullopt;
  ErrorContext context;
  context.application = place.application.name;
  context.project = place.application.project;
  context.source_path = place.application.source_path;
  context.phase = "receive";
  context.workspaces = root_.path();
  if (place.workspace) {
    context.tree = place.workspace->tree();
    context.run = place.workspace->run();
  }
  CallError failure{std::move(unpacked).error(), {}};
  failure.text = ErrorText(failure.error, context);
  record.error = FirstLine(failure.text);
  return failure;
}

std::vector<Announcement> RepositoryQueries::Announce(RepositorySource& source,
                                                      const exec::Budget& client,
                                                      RequestRecord& record) {
  Place place;
  place.budget = WorkBudget(client, settings_.max_run_time);
  if (Receive(source, place, record)) return AllAnnouncements();
  try {
    return Announcements({place.workspace->tree(), place.app_dir, std::move(place.application),
                          LookingBudget(place.budget)});
  } catch (...) {
    record.error = "internal error";
    return AllAnnouncements();
  }
}

std::variant<bool, CallError> RepositoryQueries::Match(RepositorySource& source,
                                                       const exec::Budget& client,
                                                       RequestRecord& record) {
  Place place;
  place.budget = WorkBudget(client, settings_.max_run_time);
  if (auto failure = Receive(source, place, record)) return *std::move(failure);
  return render::HoldsEncrypted(place.workspace->tree(), place.app_dir,
                                LookingBudget(place.budget));
}

}  // namespace acd::server
