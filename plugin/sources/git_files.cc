#include "plugin/sources/git_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/base/system_failure.h"
#include "plugin/sources/digest.h"
#include "plugin/sources/git_home.h"
#include "plugin/sources/repository_url.h"
#include "plugin/workspace/workspace.h"

namespace acd::sources {
namespace {

constexpr int kMaxLinks = 40;
constexpr std::size_t kMaxDepth = 100;
constexpr std::size_t kMaxLinkBytes = 4096;

using Components = std::vector<std::string>;

Components Split(std::string_view path) {
  Components out;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    if (end > start) out.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

struct Entry {
  std::string mode;  // 100644, 120000 (a link), 040000 (a folder), 160000 (a submodule)
  std::string object;
};

/// One file of a fetched commit, found as the file system would find it.
class TreeFile {
 public:
  TreeFile(const GitHome& home, const GitFile& file) : home_(home), file_(file) {}

  Result<SecretBytes> Read() {
    Components todo = Split(file_.path);
    std::reverse(todo.begin(), todo.end());
    Components done;
    Entry here{"040000", {}};
    for (int links = 0; !todo.empty();) {
      const std::string name = std::move(todo.back());
      todo.pop_back();
      if (name == ".") continue;
      if (name == "..") {
        if (done.empty()) return Leaves();
        done.pop_back();
        here.mode = "040000";
        continue;
      }
      if (here.mode != "040000") return Missing();
      done.push_back(name);
      if (done.size() > kMaxDepth) return Missing();
      ACD_TRY(here, Look(done));
      if (here.mode != "120000") continue;
      if (++links > kMaxLinks) return Fail(Code::kInvalidInput, Shown() + ": too many symlinks");
      ACD_TRY(const SecretBytes target, Blob(here.object, kMaxLinkBytes));
      if (target.ExposeText().starts_with('/')) return Leaves();
      done.pop_back();
      here.mode = "040000";
      Components next = Split(target.ExposeText());
      todo.insert(todo.end(), next.rbegin(), next.rend());
    }
    if (here.mode == "160000") {
      return Fail(Code::kInvalidInput, Shown() + ": a submodule, which is not fetched");
    }
    if (here.mode == "040000") return Fail(Code::kInvalidInput, Shown() + ": a folder");
    return Blob(here.object, Limits().max_document_bytes);
  }

 private:
  Result<Entry> Look(const Components& components) const {
    std::string path;
    for (const std::string& one : components) path += (path.empty() ? "" : "/") + one;
    ACD_TRY(const exec::Outcome outcome, home_.Look({"--literal-pathspecs", "ls-tree", "-z",
                                                     "--full-tree", file_.commit, "--", path},
                                                    64U << 10U));
    // MODE TYPE OBJECT<tab>PATH<nul>
    const std::string_view line = outcome.out.ExposeText();
    const std::size_t tab = line.find('\t');
    const std::size_t type = line.find(' ');
    if (outcome.exit_code != 0 || tab == std::string_view::npos || type == std::string_view::npos ||
        line.substr(tab + 1, path.size()) != path) {
      return Missing();
    }
    const std::size_t object = line.find(' ', type + 1);
    if (object == std::string_view::npos || object > tab) return Missing();
    return Entry{std::string(line.substr(0, type)),
                 std::string(line.substr(object + 1, tab - object - 1))};
  }

  Result<SecretBytes> Blob(const std::string& object, std::size_t max_bytes) const {
    auto outcome = home_.Look({"cat-file", "blob", object}, max_bytes);
    if (!outcome) return Fail(std::move(outcome).error().With(Shown()));
    if (outcome->exit_code != 0) return Fail(Code::kToolFailed, Shown() + ": git cat-file failed");
    return std::move(outcome->out);
  }

  std::string Shown() const { return file_.repository + " at " + file_.commit + ": " + file_.path; }
  Failure Missing() const { return Fail(Code::kNotFound, Shown() + ": no such file"); }
  Failure Leaves() const { return Fail(Code::kInvalidInput, Shown() + ": leaves the repository"); }

  const GitHome& home_;
  const GitFile& file_;
};

Result<SecretBytes> Fetch(const Session& session, const GitFile& file, const GitLogin& login) {
  ACD_TRY(GitHome home, GitHome::Make(session, login));
  ACD_CHECK(home.Fetch(file.commit));
  return TreeFile(home, file).Read();
}

Result<std::string> MakePlace(const Session& session, const GitFile& file) {
  const std::string folder = session.run_dir + "/git-files/" +
                             Sha256Hex(file.repository + "\n" + file.commit) + "/" + file.path;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), error);
  if (error) return SystemFailure(file.path + ": cannot make its folder", error.value());
  return folder;
}

}  // namespace

Result<std::string> FetchGitFile(Session& session, const GitFile& file) {
  auto login = FindGitLogin(session, file.repository);
  if (!login) {
    return Fail(std::move(login).error().With(UrlWithoutPassword(file.repository)));
  }
  const auto fetch = [&] { return Fetch(session, file, *login); };
  // What the access rests on is part of the key: see Access.
  const std::string key = "git\n" + login->access.grant + "\n" + file.repository + "\n" +
                          file.commit + "\n" + file.path;
  Result<SecretBytes> content =
      session.settings.cache ? session.settings.cache->Get(key, session.budget, fetch) : fetch();
  if (!content) return Fail(std::move(content).error());
  ACD_TRY(std::string path, MakePlace(session, file));
  ACD_CHECK(workspace::WriteSecretFile(path, content->Expose()));
  return path;
}

}  // namespace acd::sources
