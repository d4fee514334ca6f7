#include "plugin/commands/git_revision.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "plugin/archive/entry_path.h"
#include "plugin/archive/tree_builder.h"
#include "plugin/commands/cli.h"

namespace acd::commands {
namespace {

constexpr std::size_t kMaxListBytes = 256U << 20U;
constexpr std::uint64_t kBatchBytes = 32U << 20U;
constexpr std::size_t kBatchFiles = 5000;
constexpr std::string_view kExecutable = "100755";
constexpr std::string_view kLink = "120000";
constexpr std::string_view kSubmodule = "160000";

/// A line of `git ls-tree -l`: `100644 blob HASH     123<TAB>path`.
struct Entry {
  std::string_view mode;
  std::string_view hash;
  std::uint64_t size = 0;
  std::string_view path;
};

Failure Unexpected(const char* command) {
  return Fail(Code::kToolFailed, std::string("git ") + command + ": an answer of an unknown form");
}

std::string_view NextWord(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::vector<Entry>> ParseList(std::string_view list) {
  std::vector<Entry> entries;
  while (!list.empty()) {
    const std::size_t end = list.find('\0');
    if (end == std::string_view::npos) return Unexpected("ls-tree");
    std::string_view line = list.substr(0, end);
    list.remove_prefix(end + 1);
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) return Unexpected("ls-tree");
    Entry entry;
    entry.path = line.substr(tab + 1);
    line = line.substr(0, tab);
    entry.mode = NextWord(line);
    const std::string_view type = NextWord(line);
    entry.hash = NextWord(line);
    const auto size = Number(NextWord(line));
    if (type == "blob" && !size) return Unexpected("ls-tree");
    entry.size = size.value_or(0);
    entries.push_back(entry);
  }
  return entries;
}

/// Takes the contents apart that `git cat-file --batch` prints: `HASH blob SIZE`, a line break, the
/// content, a line break.
class Contents {
 public:
  explicit Contents(std::string_view text) : rest_(text) {}

  Result<std::string_view> Next(const Entry& entry) {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return Unexpected("cat-file");
    std::string_view header = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    const bool right = NextWord(header) == entry.hash && NextWord(header) == "blob" &&
                       Number(NextWord(header)) == entry.size;
    if (!right || rest_.size() < entry.size + 1) return Unexpected("cat-file");
    const std::string_view content = rest_.substr(0, entry.size);
    rest_.remove_prefix(entry.size + 1);
    return content;
  }

 private:
  std::string_view rest_;
};

Status Place(archive::TreeBuilder& builder, const Entry& entry, std::string_view content) {
  const bool link = entry.mode == kLink;
  ACD_TRY(const std::optional<std::string> path,
          builder.Admit(std::string(entry.path), link ? std::string(content) : ""));
  if (!path) return {};
  if (link) return builder.MakeSymlink(*path, std::string(content));
  const mode_t mode = entry.mode == kExecutable ? 0755 : 0644;
  ACD_TRY(const UniqueFd file, builder.MakeFile(*path, mode, entry.size));
  return builder.Write(file, *path, AsBytes(content));
}

}  // namespace

GitRepository::GitRepository(std::string root, std::string git, const std::string& tool_path,
                             exec::CommandRunner& runner)
    : root_(std::move(root)),
      git_(std::move(git)),
      environment_{{"PATH", tool_path},
                   {"LC_ALL", "C"},
                   {"GIT_OPTIONAL_LOCKS", "0"},
                   {"GIT_NO_REPLACE_OBJECTS", "1"},
                   {"GIT_TERMINAL_PROMPT", "0"}},
      runner_(&runner) {
  // Where `safe.directory` is, without which git refuses other people's repositories.
  for (const char* name : {"HOME", "XDG_CONFIG_HOME"}) {
    if (std::string value = EnvironmentOr(name, ""); !value.empty()) {
      environment_[name] = std::move(value);
    }
  }
}

Result<GitRepository> GitRepository::Open(std::string root, const std::string& tool_path,
                                          exec::CommandRunner& runner) {
  auto git = exec::FindProgram("git", tool_path);
  if (!git) return Fail(std::move(git).error());
  return GitRepository(std::move(root), *std::move(git), tool_path, runner);
}

Result<SecretBytes> GitRepository::Run(std::vector<std::string> args, const exec::Budget& budget,
                                       std::span<const std::uint8_t> input) const {
  exec::Command command;
  command.program = git_;
  const std::string name = args.front();
  command.args = {"--no-pager", "-C", root_};
  command.args.insert(command.args.end(), std::make_move_iterator(args.begin()),
                      std::make_move_iterator(args.end()));
  command.environment = environment_;
  command.directory = "/";
  command.input = input;
  command.max_stdout_bytes = kMaxListBytes;
  ACD_TRY(exec::Outcome outcome, runner_->Run(command, budget));
  if (outcome.exit_code == 0) return std::move(outcome.out);
  return Fail(Code::kToolFailed, "git " + name + ": exit status " +
                                     std::to_string(outcome.exit_code) + ": " + outcome.err);
}

Result<std::string> GitRepository::Line(std::vector<std::string> args,
                                        const exec::Budget& budget) const {
  ACD_TRY(const SecretBytes out, Run(std::move(args), budget));
  std::string line(out.ExposeText());
  while (line.ends_with('\n')) line.pop_back();
  return line;
}

Result<std::string> GitRepository::Tree(const std::string& revision,
                                        const exec::Budget& budget) const {
  const auto verify = [](const std::string& name) {
    return std::vector<std::string>{"rev-parse", "--verify", "--quiet", "--end-of-options", name};
  };
  const auto commit = Line(verify(revision + "^{commit}"), budget);
  if (!commit) {
    const Error& error = commit.error();
    // With --quiet, git has words only for what is wrong with the repository.
    if (error.code != Code::kToolFailed || !error.message.ends_with(": ")) return Fail(error);
    return Fail(Code::kNotFound, revision + ": no such revision",
                "in a shallow clone, as CI makes them, fetch it first: git fetch origin BRANCH; "
                "then it is origin/BRANCH, or FETCH_HEAD");
  }
  ACD_TRY(const std::string prefix, Line({"rev-parse", "--show-prefix"}, budget));
  if (prefix.empty()) return Line(verify(*commit + "^{tree}"), budget);
  auto tree = Line(verify(*commit + ":" + prefix), budget);
  if (!tree) return Fail(Code::kNotFound, revision + ": has no folder " + prefix);
  return tree;
}

Result<bool> GitRevision::HasFolder(const std::string& path, const exec::Budget& budget) const {
  if (path == ".") return true;
  ACD_TRY(const SecretBytes found,
          repository_.Run({"ls-tree", "-z", "-d", "--full-tree", tree_, "--", path}, budget));
  return !found.empty();
}

Status GitRevision::ReadFiles(int root_fd, const archive::UnpackOptions& options,
                              const exec::Budget& budget, archive::UnpackStats& stats) {
  ACD_TRY(const SecretBytes list,
          repository_.Run({"ls-tree", "-r", "-z", "-l", "--full-tree", tree_}, budget));
  ACD_TRY(const std::vector<Entry> entries, ParseList(list.ExposeText()));
  archive::TreeBuilder builder(root_fd, options);
  for (std::size_t begin = 0; begin < entries.size();) {
    std::string wanted;
    std::uint64_t bytes = 0;
    std::size_t end = begin;
    while (end < entries.size() && end - begin < kBatchFiles &&
           (end == begin || bytes + entries[end].size <= kBatchBytes)) {
      bytes += entries[end].size;
      if (entries[end].mode != kSubmodule) wanted.append(entries[end].hash).append("\n");
      ++end;
    }
    // Its limits are those of any repository; this one is for what git gives at once.
    if (bytes > options.limits.max_bytes) {
      return Fail(Code::kLimitExceeded, archive::Printable(entries[begin].path) + ": too large");
    }
    ACD_TRY(const SecretBytes batch,
            repository_.Run({"cat-file", "--batch"}, budget, AsBytes(wanted)));
    Contents contents(batch.ExposeText());
    for (; begin < end; ++begin) {
      const Entry& entry = entries[begin];
      if (entry.mode == kSubmodule) continue;
      ACD_TRY(const std::string_view content, contents.Next(entry));
      received_ += content.size();
      ACD_CHECK(Place(builder, entry, content));
    }
  }
  stats = builder.stats();
  return {};
}

}  // namespace acd::commands
