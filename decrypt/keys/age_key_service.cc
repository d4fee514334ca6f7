#include "decrypt/keys/age_key_service.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "decrypt/age/age.h"
#include "decrypt/age/sodium.h"
#include "decrypt/keys/age_parsers.h"
#include "decrypt/keys/key_command.h"

namespace acd::keys {
namespace {

constexpr std::size_t kMaxProblemsNamed = 10;

void Append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

KeyFile MakeFile(const KeySources::File& file, const Limits& limits, KeyParser parse) {
  const bool named = !file.variable.empty();
  return KeyFile(
      {.path = file.path,
       .label = named ? file.variable + " (" + file.path + ")" : file.path,
       .open_failure = named ? "failed to open " + file.variable + " file" : "failed to open file",
       .may_be_absent = !named,
       .may_be_pipe = file.may_be_pipe,
       .max_bytes = limits.max_identity_file_bytes,
       .parse = std::move(parse)});
}

KeyWatch::Sources MountedSources(KeySources& sources, const Limits& limits,
                                 const std::shared_ptr<const KeyTools>& tools) {
  age::EnsureSodium();
  KeyWatch::Sources mounted;
  const KeyParser words = AgeKeyParser(tools, age::KeyLayout::kWords);
  for (const KeySources::Text& text : sources.texts) {
    mounted.fixed.emplace_back(text.name, words(text.text.ExposeText()));
  }
  const KeyParser lines = AgeKeyParser(tools);
  for (const KeySources::File& file : sources.files) {
    mounted.files.push_back(MakeFile(file, limits, lines));
  }
  if (!sources.folder.empty()) {
    mounted.folders.emplace_back(std::move(sources.folder), limits.max_identity_file_bytes, lines);
  }
  if (!sources.ssh_folder.empty()) {
    mounted.folders.emplace_back(std::move(sources.ssh_folder), limits.max_identity_file_bytes,
                                 ParseSshKey);
  }
  mounted.not_set = std::move(sources.not_set);
  mounted.problems = std::move(sources.problems);
  mounted.max_opened_keys = limits.max_opened_keys;
  return mounted;
}

KeyWatch::Sources SshSources(KeySources& sources, const Limits& limits) {
  KeyWatch::Sources ssh;
  for (const KeySources::File& file : sources.ssh_files) {
    ssh.files.push_back(MakeFile(file, limits, ParseSshKey));
  }
  ssh.not_set = std::move(sources.ssh_not_set);
  return ssh;
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

/// Whether the stored key itself is at fault, so that no other identity would do better.
bool IsOfTheFile(Code code) {
  return code == Code::kInvalidInput || code == Code::kAuthFailed || code == Code::kLimitExceeded ||
         code == Code::kInternal;
}

// Puts sops's words around a failure of age.
Error InSopsWords(Error error, const std::string& loading) {
  if (error.message.starts_with("payload: ")) {
    return std::move(error).With("failed to copy age decrypted data into bytes.Buffer");
  }
  error.message += loading;
  return std::move(error).With("failed to create reader for decrypting sops data key with age");
}

// The recipient that the document names is not authenticated, so it only says which to try first.
Result<SecretBytes> Open(const WrappedKey& key, const age::Identities& identities,
                         const Limits& limits, const Check& check) {
  const auto encrypted = AsBytes(key.encrypted);
  if (const auto named = identities.Find(key.name); named && identities.size() > 1) {
    age::Identities one;
    one.Add(named);
    auto opened = age::Decrypt(encrypted, one, limits, age::Encoding::kArmored, check);
    if (opened) return opened;
  }
  return age::Decrypt(encrypted, identities, limits, age::Encoding::kArmored, check);
}

}  // namespace

struct AgeKeyService::Tried {
  age::Identities identities;
  std::vector<std::string> problems;
  std::vector<std::string> empty_locations;
  std::optional<Error> lack;  ///< as in KeySnapshot

  std::string Describe() const {
    return DescribeProblems(problems) + DescribeLocations(empty_locations);
  }
};

AgeKeyService::AgeKeyService(KeySources sources, const Limits& limits, Warn warn, Clock clock,
                             std::shared_ptr<const KeyTools> tools)
    : limits_(limits),
      tools_(tools ? std::move(tools) : std::make_shared<const KeyTools>()),
      commands_(std::move(sources.commands)),
      mounted_(MountedSources(sources, limits, tools_), warn, clock),
      ssh_(SshSources(sources, limits), warn, clock) {}

Result<SecretBytes> AgeKeyService::Unwrap(const WrappedKey& key, const Requester& requester) {
  if (key.type != WrappedKey::Type::kAge) {
    return Fail(Code::kUnsupported,
                std::string("keys of type ") + TypeName(key.type) + " are not for age");
  }
  auto mounted = mounted_.Current(requester.as_of);
  std::optional<Result<SecretBytes>> first;
  if (!mounted->identities.empty()) {
    OpenedKeys* const opened = mounted->opened.get();
    if (opened != nullptr) {
      if (auto known = opened->Find(key.encrypted)) return *std::move(known);
    }
    first = Open(key, mounted->identities, limits_, requester.check);
    if (*first && opened != nullptr) opened->Keep(key.encrypted, **first);
    if (*first) return std::move(*first);
  }
  return UnwrapWithAll(key, requester, std::move(mounted), std::move(first));
}

// The mounted identities were tried, with the outcome `first`, or there are none.
Result<SecretBytes> AgeKeyService::UnwrapWithAll(const WrappedKey& key, const Requester& requester,
                                                 std::shared_ptr<const KeySnapshot> mounted,
                                                 std::optional<Result<SecretBytes>> first) {
  const auto ssh = ssh_.Current(requester.as_of);
  Tried tried;
  tried.problems = ssh->problems;
  Append(tried.problems, mounted->problems);
  tried.empty_locations = ssh->empty_locations;
  // As sops does: the places at home are always named, a default key file only if there is no key.
  Append(tried.empty_locations, ssh->default_locations);
  Append(tried.empty_locations, mounted->empty_locations);

  const auto try_more = [&](const age::Identities& more) {
    if (more.empty()) return;
    age::Identities all = more;
    all.AddAll(mounted->identities);
    all.AddAll(tried.identities);
    tried.identities = all;
    first = Open(key, all, limits_, requester.check);
  };
  const auto is_open = [&] { return first && first->has_value(); };
  // A plugin that failed, say, is no reason not to try the others.
  const bool worth_it = !first || !IsOfTheFile(first->error().code);
  if (worth_it) try_more(ssh->identities);
  if (worth_it && !is_open() && !commands_.empty()) {
    Tried printed;
    RunCommands(key.name, requester, printed);
    ACD_CHECK(requester.StillWants());
    Append(tried.problems, printed.problems);
    Append(tried.empty_locations, printed.empty_locations);
    tried.lack = printed.lack;
    try_more(printed.identities);
  }
  if (is_open()) return std::move(*first);
  ACD_CHECK(requester.StillWants());
  const auto with_lack = [&](Error error) {
    for (const auto& lack : {mounted->lack, ssh->lack, tried.lack}) {
      error = WithLack(std::move(error), lack);
    }
    return error;
  };
  if (first) return Fail(with_lack(InSopsWords(std::move(*first).error(), tried.Describe())));
  Append(tried.empty_locations, mounted->default_locations);
  return Fail(with_lack(
      {Code::kNoMatchingKey, "failed to load age identities" + tried.Describe(),
       tried.problems.empty()
           ? "name an age key file in SOPS_AGE_KEY_FILE, or mount a Secret with one at /sops/age"
           : "correct this key source: " + tried.problems.front()}));
}

void AgeKeyService::RunCommands(const std::string& recipient, const Requester& requester,
                                Tried& tried) const {
  const KeyParser lines = AgeKeyParser(tools_);
  for (const KeySources::Command& command : commands_) {
    const auto text = RunKeyCommand(command, *tools_, recipient, requester.check);
    if (!text) {
      tried.problems.push_back(text.error().message);
      if (text.error().code == Code::kNoRoom) tried.lack = text.error();
      continue;
    }
    FoundKeys found =
        command.prints_ssh_key ? ParseSshKey(text->ExposeText()) : lines(text->ExposeText());
    tried.identities.AddAll(found.identities);
    for (const std::string& warning : found.warnings) {
      tried.problems.push_back(command.variable + ": " + warning);
    }
    if (found.empty() && found.warnings.empty()) {
      tried.empty_locations.push_back(command.variable);
    }
  }
}

std::vector<std::string> AgeKeyService::PublicNames(const Requester& /*requester*/) {
  age::Identities all = ssh_.Current()->identities;
  all.AddAll(mounted_.Current()->identities);
  return all.PublicNames();
}

KeyState AgeKeyService::State() {
  KeyState state;
  state.has_key = !commands_.empty();
  for (KeyWatch* const watch : {&ssh_, &mounted_}) {
    const KeyState now = watch->State();
    state.has_key = state.has_key || now.has_key;
    state.Add(now);
  }
  return state;
}

Result<std::unique_ptr<KeyService>> KeyFileService(const std::string& path, const Limits& limits,
                                                   Warn warn) {
  ACD_TRY(const FileState state,
          ReadWatched(path, limits.max_identity_file_bytes, false, SystemSeconds));
  const FoundKeys parsed = AgeKeyParser(nullptr)(state.content.ExposeText());
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
