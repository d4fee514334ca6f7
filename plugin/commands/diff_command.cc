#include "plugin/commands/diff_command.h"

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "plugin/commands/cli.h"
#include "plugin/commands/git_revision.h"
#include "plugin/commands/preview_output.h"
#include "plugin/commands/preview_session.h"

namespace acd::commands {
namespace {

// `argocd app diff` and diff(1) keep 1 for a difference as well; 2 is wrong usage for every
// command.
constexpr int kDiffers = 1;
constexpr int kTrouble = 3;

struct DiffFlags {
  PreviewFlags preview;
  std::string against = "HEAD";
  std::string colour = "auto";
  std::size_t context = 3;
  bool stat = false;
  bool exit_zero = false;

  std::optional<int> Parse(std::span<char*> args);
  bool WantsColour() const;
};

std::optional<int> DiffFlags::Parse(std::span<char*> args) {
  CLI::App app(
      "Renders an Application's folder as it is, and as it was in another git revision or as\n"
      "another folder has it, and prints what differs, object by object. Objects are matched by\n"
      "group, kind, namespace and name; neither the order of keys nor formatting makes a\n"
      "difference. Secrets, and decrypted values wherever they end up, are shown as keyed hashes, "
      "so\n"
      "that a change shows and the value does not. What the cluster would make of a change is "
      "said\n"
      "on standard error. Each setting is a flag, or the variable in brackets.",
      "argocd-decrypt diff");
  app.add_option("--against", against,
                 "what is compared with: a git revision of the same repository, else a folder with "
                 "the same Application (./NAME when there is a branch NAME, too)")
      ->capture_default_str();
  app.add_option("--color", colour, "auto (on a terminal, unless NO_COLOR is set), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_option("-U,--unified", context, "equal lines around a change")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  app.add_flag("--stat", stat, "a line for each object that differs instead of what differs in it");
  app.add_flag("--exit-zero", exit_zero, "exit with 0 also when there are differences");
  preview.AddTo(app);
  app.footer(
      "Exit status: 0 no difference, 1 differences, 2 wrong usage, 3 a side could not be "
      "rendered.\n"
      "Keys: as for `argocd-decrypt decrypt`, and all files in age/, ssh/ and pgp/ of --key-dir.\n"
      "Examples: argocd-decrypt diff apps/shop\n"
      "          argocd-decrypt diff apps/shop --against origin/main --kube-version 1.33.2\n"
      "          argocd-decrypt diff --app argocd/shop.yaml --against v1.4.0 --stat\n"
      "          argocd-decrypt diff apps/shop/production --against apps/shop/staging");
  return ParseArguments(app, args);
}

bool DiffFlags::WantsColour() const {
  if (colour != "auto") return colour == "always";
  const bool to_file = !preview.output.empty() && preview.output != "-";
  return !to_file && EnvironmentOr("NO_COLOR", "").empty() && EnvironmentOr("TERM", "") != "dumb" &&
         ::isatty(STDOUT_FILENO) == 1;
}

bool IsFolder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

Result<Rendering> RenderOtherFolder(PreviewSession& session, const DiffFlags& flags) {
  ACD_TRY(const PreviewPlace place, FindPlace(flags.against, ""));
  return session.RenderFolder(place);
}

// A revision from before the Application had its folder is as good as an empty one.
Result<Rendering> RenderRevision(PreviewSession& session, const DiffFlags& flags,
                                 const GitRepository& repository, std::string tree) {
  ACD_TRY(server::RequestMetadata metadata, session.Metadata());
  const std::string path = metadata.app_rel_path;
  GitRevision revision(std::move(metadata), repository, std::move(tree));
  ACD_TRY(const bool there, revision.HasFolder(path, session.budget()));
  if (there) return session.Render(revision);
  session.Note("note: " + flags.against + " has no folder " + path + ": everything is new");
  return Rendering();
}

Result<Rendering> RenderBefore(PreviewSession& session, const DiffFlags& flags) {
  const bool is_path = flags.against.starts_with('/') || flags.against.starts_with("./") ||
                       flags.against.starts_with("../");
  if (is_path && IsFolder(flags.against)) return RenderOtherFolder(session, flags);
  const auto runner = exec::MakeProcessRunner();
  ACD_TRY(const GitRepository repository,
          GitRepository::Open(session.subject().place.root, session.tool_path(), *runner));
  auto tree = repository.Tree(flags.against, session.budget());
  if (tree) return RenderRevision(session, flags, repository, *std::move(tree));
  if (IsFolder(flags.against)) return RenderOtherFolder(session, flags);
  Error error = std::move(tree).error();
  if (error.code == Code::kNotFound) error.message += ", and no folder";
  return Fail(std::move(error).Hint(
      "--against takes a revision of the repository that the folder is in, or another folder"));
}

char Letter(preview::ObjectDifference::Kind kind) {
  switch (kind) {
    case preview::ObjectDifference::Kind::kAdded:
      return 'A';
    case preview::ObjectDifference::Kind::kRemoved:
      return 'D';
    case preview::ObjectDifference::Kind::kChanged:
      return 'M';
  }
  return 'M';
}

struct Totals {
  std::size_t objects[3] = {0, 0, 0};  ///< by Kind
  std::size_t added = 0;
  std::size_t removed = 0;

  void Count(const preview::ObjectDifference& difference) {
    ++objects[static_cast<std::size_t>(difference.kind)];
    added += difference.lines_added;
    removed += difference.lines_removed;
  }
  std::string Text() const {
    return "objects: " + std::to_string(objects[0]) + " added, " + std::to_string(objects[2]) +
           " changed, " + std::to_string(objects[1]) + " removed; lines: +" +
           std::to_string(added) + " -" + std::to_string(removed);
  }
};

std::string Printed(const preview::ObjectDifference& difference, const DiffFlags& flags,
                    const preview::UnifiedOptions& options) {
  if (!flags.stat) return difference.text;
  const char* colours[] = {"32", "31", "33"};
  const std::string line = std::string(1, Letter(difference.kind)) + " " + difference.label + " +" +
                           std::to_string(difference.lines_added) + " -" +
                           std::to_string(difference.lines_removed) + "\n";
  return preview::Coloured(line, colours[static_cast<std::size_t>(difference.kind)],
                           options.colour);
}

/// Whether there are differences.
Result<bool> Diff(DiffFlags& flags) {
  ACD_TRY(const auto session, PreviewSession::Start(flags.preview));
  // What is wrong with the Application's own settings is not the fault of the other side.
  ACD_CHECK(session->Metadata());
  auto rendered_before = RenderBefore(*session, flags);
  if (!rendered_before) {
    return Fail(std::move(rendered_before).error().With("--against " + flags.against));
  }
  const Rendering before = *std::move(rendered_before);
  ACD_TRY(const Rendering after, session->RenderFolder(session->subject().place));
  const Rendering* const all[] = {&before, &after};
  ACD_TRY(const preview::Presentation presentation, session->Present(all));

  const auto pairs = preview::MatchObjects(before.objects, after.objects);
  std::vector<preview::Warning> warnings =
      preview::CheckObjects(after.objects, session->check_options());
  for (preview::Warning& warning : preview::CheckChanges(pairs)) {
    warnings.push_back(std::move(warning));
  }
  session->Warn(std::move(warnings), presentation);

  preview::UnifiedOptions options;
  options.context = flags.context;
  options.colour = flags.WantsColour();
  std::string text;
  Totals totals;
  for (const auto& difference : preview::CompareObjects(pairs, presentation, options)) {
    text += Printed(difference, flags, options);
    totals.Count(difference);
  }
  ACD_CHECK(WritePreview(flags.preview.output, text));
  session->Note(totals.Text());
  return !text.empty();
}

}  // namespace

int RunDiff(std::span<char*> args) {
  DiffFlags flags;
  if (const auto code = flags.Parse(args)) return *code;
  const Result<bool> differs = Diff(flags);
  if (!differs) {
    ReportFailure("diff", differs.error());
    return kTrouble;
  }
  return *differs && !flags.exit_zero ? kDiffers : kDone;
}

}  // namespace acd::commands
