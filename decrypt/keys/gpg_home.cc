#include "decrypt/keys/gpg_home.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

namespace acd::keys {
namespace {

constexpr std::string_view kStatus = "[GNUPG:] ";
constexpr std::size_t kMaxWords = 1500;
constexpr std::size_t kMaxDataKey = 64U << 10U;
// The agent's locked memory is enough for some forty; then it refuses.
constexpr int kMaxRuns = 8;
constexpr std::chrono::milliseconds kCheckTick{100};
// Until a keyring that lacks a file is made again, unless it lacks it for the file's sake.
constexpr std::chrono::seconds kRetryAfter{60};
constexpr std::chrono::seconds kRetrySoon{2};  // after a lack of room, which may be over

/// Calls `take` with each line.
template <typename Take>
void ForEachLine(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

/// What gpg said, on one line and fit to be shown: names in it come from the document and from
/// keys. The end says why it failed, so that is what is kept of too much.
std::string Words(std::string_view err) {
  std::string words;
  ForEachLine(err, [&](std::string_view line) {
    if (line.starts_with(kStatus)) return;
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (line.empty()) return;
    if (!words.empty()) words += ' ';
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      words += byte < 0x20 || byte == 0x7F ? '?' : c;
    }
  });
  if (words.size() > kMaxWords) words = "..." + words.substr(words.size() - kMaxWords);
  return words;
}

/// "IMPORT_RES": the tenth number counts the secret keys that were read.
bool CountsSecretKeys(std::string_view numbers) {
  for (int i = 0; i < 9; ++i)
    numbers.remove_prefix(std::min(numbers.find(' ') + 1, numbers.size()));
  return !numbers.empty() && numbers.front() != '0';
}

/// "IMPORT_OK": a set of bits, then the fingerprint.
bool HasSecretKey(std::string_view bits) {
  constexpr unsigned kSecret = 16;
  unsigned value = 0;
  std::from_chars(bits.data(), bits.data() + bits.size(), value);
  return (value & kSecret) != 0;
}

/// Whether gpg read a secret key. The count of all comes last, and is cut off if gpg says very
/// much: so one key by itself counts, too. Spec: GnuPG doc/DETAILS.
bool ImportedSecretKey(std::string_view err) {
  constexpr std::string_view kAll = "[GNUPG:] IMPORT_RES ";
  constexpr std::string_view kOne = "[GNUPG:] IMPORT_OK ";
  bool imported = false;
  ForEachLine(err, [&](std::string_view line) {
    if (line.starts_with(kAll)) imported |= CountsSecretKeys(line.substr(kAll.size()));
    if (line.starts_with(kOne)) imported |= HasSecretKey(line.substr(kOne.size()));
  });
  return imported;
}

/// Whether gpg failed for its agent's sake: it was not there, died, or had no memory left. gpg
/// calls that a missing secret key, too, and so it must be looked for first.
bool AgentFailed(std::string_view words) {
  for (const char* text : {"no gpg-agent running", "connect to the agent", "End of file",
                           "Broken pipe", "reset by peer", "Cannot allocate memory"}) {
    if (words.find(text) != std::string_view::npos) return true;
  }
  return false;
}

bool AgentFailed(const ProgramEnd& end) {
  return end.exit_code != 0 && AgentFailed(Words(end.err));
}

}  // namespace

Result<std::string> FindGpg(const KeyTools& tools) {
  if (!tools.programs) return Fail(Code::kUnsupported, "gpg is not started here");
  auto found = tools.programs->Find(tools.gpg, tools.path);
  if (!found) {
    found.error().hint =
        "install gpg and gpg-agent (Debian: apt install gpg gpg-agent), or name "
        "gpg in SOPS_GPG_EXEC";
  }
  return found;
}

Status FindGpgAndAgent(const KeyTools& tools) {
  ACD_CHECK(FindGpg(tools));
  if (auto agent = tools.programs->Find("gpg-agent", tools.path); !agent) {
    return Fail(std::move(agent).error().Hint("install gpg-agent (Debian: apt install gpg-agent)"));
  }
  return {};
}

Result<SecretBytes> ReadGpgEnd(ProgramEnd end) {
  const std::string failed = "GnuPG binary error: failed to decrypt sops data key with pgp: ";
  if (end.exit_code != 0) {
    std::string words = Words(end.err);
    if (words.empty()) words = "exit status " + std::to_string(end.exit_code);
    const bool mismatch = !AgentFailed(words) && words.find("No secret key") != std::string::npos;
    return Fail(mismatch ? Code::kNoMatchingKey : Code::kToolFailed, failed + words);
  }
  if (end.out.empty()) return Fail(Code::kToolFailed, failed + "zero bytes returned");
  return std::move(end.out);
}

GpgHome::GpgHome(std::shared_ptr<const KeyTools> tools, std::string gpg, std::string folder,
                 PgpKeyFiles files)
    : tools_(std::move(tools)),
      gpg_(std::move(gpg)),
      folder_(std::move(folder)),
      files_(std::move(files)),
      agent_(tools_, folder_) {}

GpgHome::~GpgHome() {
  std::error_code ignored;
  // A file that the agent still makes would be left: it is gone before the folder is.
  agent_.End();
  std::filesystem::remove_all(folder_, ignored);
}

Result<std::shared_ptr<GpgHome>> GpgHome::Create(std::shared_ptr<const KeyTools> tools,
                                                 PgpKeyFiles files) {
  if (!tools->make_folder) return Fail(Code::kUnsupported, "no place for a private keyring");
  ACD_TRY(std::string gpg, FindGpg(*tools));
  ACD_TRY(std::string folder, tools->make_folder());
  // Not std::make_shared: the constructor is private. From here on the folder has an owner.
  std::shared_ptr<GpgHome> home(
      new GpgHome(std::move(tools), std::move(gpg), std::move(folder), std::move(files)));
  ACD_CHECK(home->Import());
  return home;
}

Status GpgHome::Import() {
  Status failed;
  for (const auto& [label, keys] : files_) {
    const auto end = RunWithAgent("--import", keys->packets.Expose());
    if (end && ImportedSecretKey(end->err)) {
      has_key_ = true;
      continue;
    }
    const std::string reason = end ? Words(end->err) : end.error().message;
    problems_.push_back(label + ": gpg takes no secret key from it: " + reason);
    if (end && !AgentFailed(*end)) continue;
    const bool is_over_soon = !end && end.error().code == Code::kNoRoom;
    made_again_ = Clock::now() + (is_over_soon ? kRetrySoon : kRetryAfter);
    failed = end ? Fail(Code::kToolFailed, reason) : Fail(end.error());
  }
  // Nothing to work with, and not for the files' sake: the next call is to try again.
  return has_key_ ? Status() : std::move(failed);
}

bool GpgHome::IsToBeMadeAgain() const { return made_again_ && Clock::now() >= *made_again_; }

Result<SecretBytes> GpgHome::Decrypt(std::string_view message, const Check& check) {
  ACD_TRY(ProgramEnd end, RunWithAgent("--decrypt", AsBytes(message), check));
  return ReadGpgEnd(std::move(end));
}

// An agent that has died is replaced, and the work done once more.
Result<ProgramEnd> GpgHome::RunWithAgent(const char* command, std::span<const std::uint8_t> input,
                                         const Check& check) {
  Turn turn(*this);
  ACD_CHECK(turn.Await(check));
  for (bool again = false;; again = true) {
    ACD_TRY(const GpgAgent::Lease lease, agent_.Use());
    ACD_TRY(ProgramEnd end, Run(command, input, check));
    // gpg does not always say that its agent is gone.
    if (again || end.exit_code == 0 || !(agent_.IsLost(lease) || AgentFailed(end))) return end;
  }
}

Status GpgHome::Turn::Await(const Check& check) {
  std::unique_lock lock(home_.mutex_);
  const auto is_free = [&] { return home_.runs_ < kMaxRuns; };
  do {
    ACD_CHECK(StillWanted(check));
  } while (!home_.turn_over_.wait_for(lock, kCheckTick, is_free));
  ++home_.runs_;
  has_come_ = true;
  return {};
}

GpgHome::Turn::~Turn() {
  if (!has_come_) return;
  {
    const std::lock_guard lock(home_.mutex_);
    --home_.runs_;
  }
  home_.turn_over_.notify_one();
}

Result<ProgramEnd> GpgHome::Run(const char* command, std::span<const std::uint8_t> input,
                                const Check& check) {
  Program program;
  program.path = gpg_;
  program.args = {"--homedir", folder_, "--batch", "--no-tty", "--no-options", "--no-autostart",
                  // Nobody can be asked for a passphrase.
                  "--pinentry-mode", "error",
                  // Whoever mounts a key trusts it. And no file is written that nobody reads.
                  "--trust-model", "always", "--allow-non-selfsigned-uid",
                  "--no-auto-check-trustdb", "--no-random-seed-file", "--disable-dirmngr",
                  "--no-permission-warning", "--status-fd", "2", command};
  program.environment = {{"PATH", tools_->path}, {"HOME", folder_}, {"LC_ALL", "C"}};
  program.directory = folder_;
  program.input = input;
  program.max_output_bytes = kMaxDataKey;
  program.check = check;
  return tools_->programs->Run(program);
}

}  // namespace acd::keys
