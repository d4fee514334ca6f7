#include "decrypt/sops/key_report.h"

#include <algorithm>
#include <cstdint>

namespace acd::sops {
namespace {

constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxGroups = 20;
constexpr std::size_t kMaxNames = 10;

/// Names come from the file, which may be hostile: one line, bounded.
std::string Shown(std::string_view text, std::size_t max) {
  std::string out;
  for (char c : text.substr(0, max)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  if (text.size() > max) out += "...";
  return out.empty() ? "(no name)" : out;
}

std::string FirstLine(std::string_view text, std::size_t max = 300) {
  return Shown(text.substr(0, text.find('\n')), max);
}

template <typename Text>
std::string List(const std::vector<Text>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kMaxNames; ++i) {
    out += (i == 0 ? "" : ", ") + Shown(names[i], kMaxName);
  }
  if (names.size() > kMaxNames) {
    out += " and " + std::to_string(names.size() - kMaxNames) + " more";
  }
  return out;
}

std::string GroupText(const GroupOutcome& group, std::size_t number) {
  std::string out = "Group " + std::to_string(number) + (group.success ? ": SUCCESS" : ": FAILED");
  if (group.success) return out;
  // The first tells all, which may include every place where a private key was looked for.
  std::size_t max = 2000;
  for (const KeyFailure& failure : group.failures) {
    out += "\n  " + Shown(failure.name, kMaxName) + ": FAILED\n    - | " +
           FirstLine(failure.error.message, max);
    max = 300;
  }
  if (group.failed > group.failures.size()) {
    out += "\n  and " + std::to_string(group.failed - group.failures.size()) + " more: FAILED";
  }
  return out;
}

std::string Trailer(std::int64_t threshold, std::size_t succeeded) {
  if (threshold == 0) {
    return "Recovery failed because no master key was able to decrypt the file. In order for SOPS "
           "to recover the file, at least one key has to be successful, but none were.";
  }
  const std::string needed = std::to_string(threshold);
  return "Recovery failed because the file was encrypted with a Shamir threshold of " + needed +
         ", but only " + std::to_string(succeeded) +
         " part(s) were successfully recovered, one for each successful key group. In order for "
         "SOPS to recover the file, at least " +
         needed +
         " groups have to be successful. In order for a group to be successful, decryption has to "
         "succeed with any of the keys in that key group.";
}

struct Failures {
  const KeyFailure* first = nullptr;
  const KeyFailure* mismatch = nullptr;  ///< the first that is merely not ours
  const KeyFailure* defect = nullptr;    ///< the first that is broken or could not be asked
  const KeyFailure* lack = nullptr;      ///< the first that may open the file in a moment
};

Failures Collect(const std::vector<GroupOutcome>& groups) {
  Failures out;
  for (const GroupOutcome& group : groups) {
    for (const KeyFailure& failure : group.failures) {
      const KeyFailure*& slot =
          failure.error.code == Code::kNoMatchingKey ? out.mismatch : out.defect;
      if (slot == nullptr) slot = &failure;
      const bool decides = !group.success && failure.error.code == Code::kNoRoom;
      if (decides && out.lack == nullptr) out.lack = &failure;
      if (out.first == nullptr) out.first = &failure;
    }
  }
  return out;
}

/// The first line's cause: what the reader can act on.
std::string Cause(const Failures& failures, const std::vector<std::string>& tried,
                  std::int64_t threshold, std::size_t succeeded) {
  if (failures.first == nullptr) return "the file has no usable key group";
  if (failures.lack != nullptr) return FirstLine(failures.lack->error.message);
  if (failures.mismatch == nullptr) return FirstLine(failures.first->error.message);
  if (succeeded > 0) {
    return "the keys at hand open " + std::to_string(succeeded) + " of the " +
           std::to_string(threshold) + " key groups that it takes";
  }
  // The user's own gpg looks into a keyring whose keys are not known here.
  const bool gpg_looked = failures.mismatch->error.message.find("GnuPG") != std::string::npos;
  if (tried.empty() && !gpg_looked) return "no private key is loaded";
  return "none of the keys at hand is a recipient of the file";
}

std::string HintFor(const Failures& failures, const std::vector<std::string>& tried,
                    std::size_t succeeded) {
  if (failures.lack != nullptr) return failures.lack->error.hint;
  if (failures.mismatch == nullptr) {
    return failures.first == nullptr ? "" : failures.first->error.hint;
  }
  if (succeeded > 0) return "make a key of another group available";
  if (tried.empty()) {
    return failures.mismatch->error.hint.empty()
               ? "make a private key of one of the file's recipients available, for example with "
                 "SOPS_AGE_KEY_FILE"
               : failures.mismatch->error.hint;
  }
  // An RSA key of SSH fills a screen.
  constexpr std::size_t kMaxRecipient = 100;
  const auto handy = std::find_if(tried.begin(), tried.end(), [](const std::string& name) {
    return name.size() <= kMaxRecipient;
  });
  return "add " + (handy == tried.end() ? "your public key" : Shown(*handy, kMaxName)) +
         " to the recipients in .sops.yaml and run `sops updatekeys FILE`, or make the private key "
         "of one of the file's recipients available";
}

}  // namespace

void GroupOutcome::Add(const std::string& name, Error error) {
  ++failed;
  if (failures.size() < kKept) failures.push_back({name, std::move(error)});
}

Error DataKeyError(const std::vector<GroupOutcome>& groups, std::int64_t threshold,
                   const std::vector<std::string_view>& recipients,
                   const std::vector<std::string>& tried) {
  const Failures failures = Collect(groups);
  const auto succeeded = static_cast<std::size_t>(
      std::count_if(groups.begin(), groups.end(), [](const auto& group) { return group.success; }));
  std::string text = "Failed to get the data key required to decrypt the SOPS file: " +
                     Cause(failures, tried, threshold, succeeded);
  for (std::size_t i = 0; i < groups.size() && i < kMaxGroups; ++i) {
    text += "\n\n" + GroupText(groups[i], i);
  }
  if (groups.size() > kMaxGroups) {
    text += "\n\nand " + std::to_string(groups.size() - kMaxGroups) + " more groups";
  }
  text += "\n\n" + Trailer(threshold, succeeded);
  if (!recipients.empty()) text += "\n\nRecipients in the file: " + List(recipients);
  text += "\nPublic keys tried: " + (tried.empty() ? "none" : List(tried));
  const Code code = failures.first == nullptr      ? Code::kInvalidInput
                    : failures.lack != nullptr     ? Code::kNoRoom
                    : failures.mismatch != nullptr ? Code::kNoMatchingKey
                                                   : failures.defect->error.code;
  return Error{code, std::move(text), HintFor(failures, tried, succeeded)};
}

}  // namespace acd::sops
