#include "decrypt/keys/key_folder.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include "decrypt/base/system_failure.h"

namespace acd::keys {
namespace {

constexpr std::size_t kMaxFiles = 1000;

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

// The names of what may be key files; regular or not is seen when they are looked at.
Result<std::set<std::string>> ListNames(const std::string& path) {
  const std::unique_ptr<DIR, CloseDir> dir(::opendir(path.c_str()));
  const auto failure = [&path](int error) { return SystemFailure("key folder " + path, error); };
  if (!dir) {
    const bool is_absent = errno == ENOENT;  // a file in its place is a mistake
    Failure failed = failure(errno);
    if (is_absent) failed.error.code = Code::kNotFound;
    return failed;
  }
  std::set<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(dir.get());
    if (entry == nullptr && errno != 0) return failure(errno);
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name.starts_with('.')) continue;
    if (names.size() == kMaxFiles) {
      return Fail(Code::kLimitExceeded,
                  "key folder " + path + ": more than " + std::to_string(kMaxFiles) + " files");
    }
    names.insert(std::move(name));
  }
  return names;
}

}  // namespace

KeyFolder::KeyFolder(std::string path, std::size_t max_file_bytes, KeyParser parse)
    : path_(std::move(path)), max_file_bytes_(max_file_bytes), parse_(std::move(parse)) {}

bool KeyFolder::IsListUnchanged() const {
  if (!trusted_ && !absent_) return false;
  const auto now = FingerprintOf(path_);
  if (!now) return false;
  return *now ? trusted_ && **now == fingerprint_ : absent_;
}

bool KeyFolder::IsUnchanged() const {
  return IsListUnchanged() && std::all_of(files_.begin(), files_.end(), [](const auto& file) {
           return file.second.IsUnchanged();
         });
}

// Brings `files_` in line with the names in the folder.
bool KeyFolder::List(const Clock& clock) {
  if (IsListUnchanged()) return false;
  const std::int64_t now = clock();
  const auto fingerprint = FingerprintOf(path_);
  const auto names = ListNames(path_);
  // Until all is done, as in KeyFile.
  absent_ = false;
  trusted_ = false;
  lack_.reset();
  if (!names && names.error().code == Code::kNoRoom) lack_ = names.error();

  std::vector<std::string> problems;
  if (!names && names.error().code != Code::kNotFound) problems.push_back(names.error().message);
  const bool is_empty = names ? names->empty() : names.error().code == Code::kNotFound;
  if (is_empty && !last_.empty()) {
    problems.push_back("key file " + path_ + "/" + last_ +
                       " has vanished, and no other is in its folder");
  }
  if (names && !names->empty()) last_ = *names->begin();
  bool changed = problems != problems_;
  problems_ = std::move(problems);
  changed =
      std::erase_if(files_,
                    [&](const auto& file) { return !names || !names->contains(file.first); }) > 0 ||
      changed;
  for (const std::string& name : names ? *names : std::set<std::string>()) {
    if (files_.contains(name)) continue;
    const std::string path = path_ + "/" + name;
    files_.emplace(name, KeyFile({.path = path,
                                  .label = path,
                                  .open_failure = "failed to open file",
                                  .may_be_absent = true,
                                  .may_be_pipe = false,
                                  .may_be_irregular = true,
                                  .max_bytes = max_file_bytes_,
                                  .parse = parse_}));
    changed = true;
  }
  absent_ = !names && names.error().code == Code::kNotFound;
  const bool seen = fingerprint && *fingerprint;
  trusted_ = seen && names && (*fingerprint)->IsSettled(now);
  if (seen) fingerprint_ = **fingerprint;
  return changed;
}

bool KeyFolder::Refresh(const Clock& clock) {
  bool changed = List(clock);
  for (auto& [name, file] : files_) changed = file.Refresh(clock) || changed;
  return changed;
}

}  // namespace acd::keys
