#include "decrypt/keys/key_watch.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <string_view>

namespace acd::keys {
namespace {

void Append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void AddKeys(KeySnapshot& snapshot, const std::string& label, const FoundKeys& keys) {
  snapshot.identities.AddAll(keys.identities);
  if (keys.pgp) snapshot.pgp.emplace_back(label, keys.pgp);
}

// The kinds that KeyState counts.
const char* KindOf(const age::Identity& identity) {
  if (identity.StanzaType().starts_with("ssh-")) return "ssh";
  return identity.AsksSomebody() ? "plugin" : "age";
}

// A source that failed is named with its problem, "did not find keys" is for the others.
void AddFile(KeySnapshot& snapshot, const KeyFile& file) {
  AddKeys(snapshot, file.label(), file.keys());
  Append(snapshot.problems, file.problems());
  if (file.lack()) snapshot.lack = file.lack();
  if (const std::int64_t written = file.written(); written > 0) {
    snapshot.oldest_file = std::min(snapshot.oldest_file.value_or(written), written);
    snapshot.newest_file = std::max(snapshot.newest_file.value_or(written), written);
  }
  if (file.IsEmpty()) snapshot.empty_files.push_back(file.label() + ": there is no key in it");
}

void AddFolder(KeySnapshot& snapshot, const KeyFolder& folder) {
  bool has_any = !folder.problems().empty();
  Append(snapshot.problems, folder.problems());
  if (folder.lack()) snapshot.lack = folder.lack();
  for (const auto& [name, file] : folder.files()) {
    AddFile(snapshot, file);
    has_any = has_any || !file.keys().empty() || !file.problems().empty();
  }
  if (!has_any) snapshot.default_locations.push_back(folder.path());
}

}  // namespace

Error WithLack(Error error, const std::optional<Error>& lack) {
  if (error.code != Code::kNoMatchingKey || !lack) return error;
  error.code = lack->code;
  error.hint = lack->hint;
  return error;
}

KeyWatch::KeyWatch(Sources sources, Warn warn, Clock clock)
    : warn_(std::move(warn)), clock_(std::move(clock)), sources_(std::move(sources)) {}

bool KeyWatch::IsUnchanged() const {
  const auto unchanged = [](const auto& source) { return source.IsUnchanged(); };
  return std::all_of(sources_.files.begin(), sources_.files.end(), unchanged) &&
         std::all_of(sources_.folders.begin(), sources_.folders.end(), unchanged);
}

bool KeyWatch::RefreshSources() {
  bool changed = false;
  for (KeyFile& file : sources_.files) changed = file.Refresh(clock_) || changed;
  for (KeyFolder& folder : sources_.folders) changed = folder.Refresh(clock_) || changed;
  return changed;
}

std::shared_ptr<const KeySnapshot> KeyWatch::Merge() const {
  auto merged = std::make_shared<KeySnapshot>();
  merged->empty_locations = sources_.not_set;
  merged->problems = sources_.problems;
  for (const auto& [name, keys] : sources_.fixed) {
    AddKeys(*merged, name, keys);
    for (const std::string& warning : keys.warnings) {
      merged->problems.push_back(name + ": " + warning);
    }
    if (keys.empty() && keys.warnings.empty()) merged->empty_locations.push_back(name);
  }
  for (const KeyFile& file : sources_.files) {
    AddFile(*merged, file);
    if (!file.keys().empty() || !file.problems().empty()) continue;
    (file.may_be_absent() ? merged->default_locations : merged->empty_locations)
        .push_back(file.label());
  }
  for (const KeyFolder& folder : sources_.folders) AddFolder(*merged, folder);
  const auto identities = merged->identities.all();
  const bool asks = std::any_of(identities.begin(), identities.end(),
                                [](const auto& identity) { return identity->AsksSomebody(); });
  if (sources_.max_opened_keys > 0 && !asks) {
    merged->opened = std::make_shared<OpenedKeys>(sources_.max_opened_keys);
  }
  return merged;
}

std::shared_ptr<const KeySnapshot> KeyWatch::Current(Moment as_of) {
  Moment begin;
  {
    const std::shared_lock lock(mutex_);
    if (snapshot_ && looked_.load() >= as_of) return snapshot_;
    begin = std::chrono::steady_clock::now();
    if (snapshot_ && IsUnchanged()) {
      looked_.store(begin);
      return snapshot_;
    }
  }
  std::shared_ptr<const KeySnapshot> now;
  std::vector<std::string> news;
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    // None while it is made: what throws on the way must not leave old keys that look current.
    const auto before = std::exchange(snapshot_, nullptr);
    snapshot_ = RefreshSources() || !before ? Merge() : before;
    looked_.store(begin);
    now = snapshot_;
    if (now == before) return now;
    is_first = !before;
    for (const auto list : {&KeySnapshot::problems, &KeySnapshot::empty_files}) {
      std::set<std::string_view> known;
      if (before) known.insert(((*before).*list).begin(), ((*before).*list).end());
      for (const std::string& problem : (*now).*list) {
        if (!known.contains(problem)) news.push_back(problem);
      }
    }
  }
  if (!is_first) ++(news.empty() ? reloads_ : failed_reloads_);
  if (warn_) {
    for (const std::string& problem : news) warn_(problem);
  }
  return now;
}

KeyState KeyWatch::State() {
  const auto now = Current();
  KeyState state;
  state.problems = now->problems;
  Append(state.problems, now->empty_files);
  state.oldest_file = now->oldest_file;
  state.newest_file = now->newest_file;
  state.reloads = reloads_;
  state.failed_reloads = failed_reloads_;
  for (const auto& identity : now->identities.all()) ++state.loaded[KindOf(*identity)];
  // Two files may hold the same key.
  std::set<std::string_view> fingerprints;
  for (const auto& [label, keys] : now->pgp) {
    fingerprints.insert(keys->fingerprints.begin(), keys->fingerprints.end());
  }
  if (!fingerprints.empty()) state.loaded["pgp"] = fingerprints.size();
  state.has_key = !state.loaded.empty();
  return state;
}

}  // namespace acd::keys
