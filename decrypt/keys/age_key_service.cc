#include "decrypt/keys/age_key_service.h"

#include <algorithm>
#include <utility>

#include "decrypt/age/age.h"
#include "decrypt/age/identity_file.h"
#include "decrypt/age/sodium.h"

namespace acd::keys {
namespace {

constexpr std::size_t kMaxProblemsNamed = 10;

void Append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

KeyFile MakeFile(const KeySources::File& file, const Limits& limits) {
  const bool named = !file.variable.empty();
  return KeyFile(
      {.path = file.path,
       .label = named ? file.variable + " (" + file.path + ")" : file.path,
       .open_failure = named ? "failed to open " + file.variable + " file" : "failed to open file",
       .may_be_absent = !named,
       .may_be_pipe = file.may_be_pipe,
       .max_bytes = limits.max_identity_file_bytes});
}

// ". Errors while loading age identities: A; B", as sops says it; nothing if there are none.
std::string DescribeProblems(const std::vector<std::string>& problems) {
  std::string text;
  const std::size_t named = std::min(problems.size(), kMaxProblemsNamed);
  for (std::size_t i = 0; i < named; ++i) {
    text += (i == 0 ? ". Errors while loading age identities: " : "; ") + problems[i];
  }
  if (problems.size() > named) {
    text += "; and " + std::to_string(problems.size() - named) + " more";
  }
  return text;
}

// ". Did not find keys in locations 'A', 'B', and 'C'.", with sops's commas.
std::string DescribeLocations(const std::vector<std::string>& locations) {
  if (locations.empty()) return {};
  std::string text = ". Did not find keys in location";
  text += locations.size() == 1 ? " " : "s ";
  for (std::size_t i = 0; i < locations.size(); ++i) {
    const bool last = i > 0 && i + 1 == locations.size();
    if (i > 0) text += locations.size() > 2 ? ", " : " ";
    text += (last ? "and '" : "'") + locations[i] + "'";
  }
  return text + ".";
}

// Puts sops's words around a failure of age.
Error InSopsWords(Error error, const std::string& loading) {
  if (error.message.starts_with("payload: ")) {
    return std::move(error).With("failed to copy age decrypted data into bytes.Buffer");
  }
  error.message += loading;
  return std::move(error).With("failed to create reader for decrypting sops data key with age");
}

}  // namespace

AgeKeyService::AgeKeyService(KeySources sources, const Limits& limits, Warn warn, Clock clock)
    : limits_(limits),
      warn_(std::move(warn)),
      clock_(std::move(clock)),
      not_set_(std::move(sources.not_set)) {
  age::EnsureSodium();
  for (const KeySources::Text& text : sources.texts) {
    auto parsed = age::ParseIdentityFile(text.text.ExposeText(), age::KeyLayout::kWords);
    for (std::string& warning : parsed.warnings) warning.insert(0, text.name + ": ");
    texts_.push_back({text.name, std::move(parsed.identities), std::move(parsed.warnings)});
  }
  for (const KeySources::File& file : sources.files) files_.push_back(MakeFile(file, limits_));
  if (!sources.folder.empty()) {
    folders_.emplace_back(std::move(sources.folder), limits_.max_identity_file_bytes);
  }
  for (const std::string& name : sources.unsupported) {
    unsupported_.push_back(name + ": unsupported in this build");
  }
}

bool AgeKeyService::IsUnchanged() const {
  const auto unchanged = [](const auto& source) { return source.IsUnchanged(); };
  return std::all_of(files_.begin(), files_.end(), unchanged) &&
         std::all_of(folders_.begin(), folders_.end(), unchanged);
}

bool AgeKeyService::RefreshSources() {
  bool changed = false;
  for (KeyFile& file : files_) changed = file.Refresh(clock_) || changed;
  for (KeyFolder& folder : folders_) changed = folder.Refresh(clock_) || changed;
  return changed;
}

std::shared_ptr<const AgeKeyService::Snapshot> AgeKeyService::Merge() const {
  auto merged = std::make_shared<Snapshot>();
  merged->empty_locations = not_set_;
  // A source that failed is named with its problem, "did not find keys" is for the others. As sops
  // does, places that may be absent are only named when there is no key at all.
  std::vector<std::string> defaults;
  const auto add = [&](const std::string& location, bool is_default,
                       const age::Identities& identities,
                       const std::vector<std::string>& problems) {
    if (identities.empty() && problems.empty()) {
      (is_default ? defaults : merged->empty_locations).push_back(location);
    }
    merged->identities.AddAll(identities);
    Append(merged->problems, problems);
  };
  Append(merged->problems, unsupported_);
  for (const Text& text : texts_) add(text.name, false, text.identities, text.problems);
  for (const KeyFile& file : files_) {
    add(file.label(), file.may_be_absent(), file.identities(), file.problems());
  }
  for (const KeyFolder& folder : folders_) {
    age::Identities all;
    std::vector<std::string> problems = folder.problems();
    for (const auto& [name, file] : folder.files()) {
      all.AddAll(file.identities());
      Append(problems, file.problems());
    }
    add(folder.path(), true, all, problems);
  }
  if (merged->identities.empty()) Append(merged->empty_locations, defaults);
  return merged;
}

std::shared_ptr<const AgeKeyService::Snapshot> AgeKeyService::Current() {
  {
    const std::shared_lock lock(mutex_);
    if (snapshot_ && IsUnchanged()) return snapshot_;
  }
  std::shared_ptr<const Snapshot> now;
  std::vector<std::string> news;
  {
    const std::lock_guard lock(mutex_);
    // None while it is made: what throws on the way must not leave old keys that look current.
    const auto before = std::exchange(snapshot_, nullptr);
    snapshot_ = RefreshSources() || !before ? Merge() : before;
    now = snapshot_;
    if (now == before) return now;
    for (const std::string& problem : now->problems) {
      const bool known = before && std::find(before->problems.begin(), before->problems.end(),
                                             problem) != before->problems.end();
      if (!known) news.push_back(problem);
    }
  }
  if (warn_) {
    for (const std::string& problem : news) warn_(problem);
  }
  return now;
}

Result<SecretBytes> AgeKeyService::Unwrap(const WrappedKey& key, const Requester& /*requester*/) {
  if (key.type != WrappedKey::Type::kAge) {
    return Fail(Code::kUnsupported,
                std::string("keys of type ") + TypeName(key.type) +
                    " are not supported by this build, only age is",
                "add an age recipient to the file");
  }
  const auto keys = Current();
  const auto loading = [&] {
    return DescribeProblems(keys->problems) + DescribeLocations(keys->empty_locations);
  };
  if (keys->identities.empty()) {
    return Fail(
        Code::kNoMatchingKey, "failed to load age identities" + loading(),
        keys->problems.empty()
            ? "name an age key file in SOPS_AGE_KEY_FILE, or mount a Secret with one at /sops/age"
            : "correct this key source: " + keys->problems.front());
  }
  // The recipient that the document names is not authenticated, so it only says which to try first.
  if (const auto named = keys->identities.Find(key.name); named && keys->identities.size() > 1) {
    age::Identities one;
    one.Add(named);
    auto opened = age::Decrypt(AsBytes(key.encrypted), one, limits_, age::Encoding::kArmored);
    if (opened) return opened;
  }
  auto opened =
      age::Decrypt(AsBytes(key.encrypted), keys->identities, limits_, age::Encoding::kArmored);
  if (!opened) return Fail(InSopsWords(std::move(opened).error(), loading()));
  return opened;
}

std::vector<std::string> AgeKeyService::PublicNames(const Requester& /*requester*/) {
  return Current()->identities.PublicNames();
}

Result<std::unique_ptr<KeyService>> KeyFileService(const std::string& path, const Limits& limits,
                                                   Warn warn) {
  ACD_TRY(const FileState state,
          ReadWatched(path, limits.max_identity_file_bytes, false, SystemSeconds));
  const auto parsed =
      age::ParseIdentityFile(state.content.ExposeText(), age::KeyLayout::kOnePerLine);
  if (parsed.identities.empty()) {
    std::string message = "no age identities found";
    for (const std::string& warning : parsed.warnings) message += "; " + warning;
    return Fail(Code::kInvalidInput, std::move(message));
  }
  KeySources sources;
  sources.files.push_back({.variable = "age key", .path = path, .may_be_pipe = false});
  return std::unique_ptr<KeyService>(
      std::make_unique<AgeKeyService>(std::move(sources), limits, std::move(warn)));
}

}  // namespace acd::keys
