#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/keys/key_file.h"
#include "decrypt/keys/key_folder.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/keys/opened_keys.h"

namespace acd::keys {

/// Told once whenever a source begins to have a problem: names file and line, never their content.
/// Called without a lock held, from whatever thread asked for a key.
using Warn = std::function<void(const std::string&)>;

/// The keys of all sources at one moment. Shared with the calls that still use it while the next is
/// made.
struct KeySnapshot {
  age::Identities identities;
  /// What they have opened. Null where nothing is remembered: an identity that asks somebody, a
  /// plugin's, is to be asked each time.
  std::shared_ptr<OpenedKeys> opened;
  /// Of each PGP key file: its label and keys.
  std::vector<std::pair<std::string, std::shared_ptr<const pgp::SecretKeys>>> pgp;
  std::vector<std::string> problems;
  std::vector<std::string> empty_locations;    ///< named by the user, and without keys
  std::vector<std::string> default_locations;  ///< where keys may be, and are not
  /// Of each file that is there and without keys: that it is. A problem only if no key is left.
  std::vector<std::string> empty_files;
  /// Why a source could not be looked at, which may be over in a moment: kNoRoom. A problem, too.
  std::optional<Error> lack;
  std::optional<std::int64_t> oldest_file;  ///< as in KeyState
  std::optional<std::int64_t> newest_file;
};

/// An error that says that no key fits as what it is if a source could not be looked at for `lack`.
Error WithLack(Error error, const std::optional<Error>& lack);

/// Watches the places where keys are mounted: every call looks at all of them again unless that was
/// done since the moment it names, so that a rotated key counts for the next request and a removed
/// one is revoked. What cannot have changed costs a `stat`. A source with an error never hides the
/// others.
/// Threads: safe to call concurrently.
class KeyWatch {
 public:
  struct Sources {
    /// Keys that cannot change, with a name.
    std::vector<std::pair<std::string, FoundKeys>> fixed;
    std::vector<KeyFile> files;
    std::vector<KeyFolder> folders;
    std::vector<std::string> not_set;   ///< names of places that could be and are not
    std::vector<std::string> problems;  ///< that are there from the start
    std::size_t max_opened_keys = 0;    ///< as in Limits
  };
  KeyWatch(Sources sources, Warn warn, Clock clock);

  /// The keys as they are, or were at a moment not before `as_of`.
  std::shared_ptr<const KeySnapshot> Current(Moment as_of = Moment::max());

  /// The part of a state that does not depend on what the keys are for, the keys as they are now.
  KeyState State();

 private:
  bool IsUnchanged() const;
  bool RefreshSources();
  std::shared_ptr<const KeySnapshot> Merge() const;

  const Warn warn_;
  const Clock clock_;

  /// Guards what follows. Shared to see that nothing changed, which is nearly always so: a render
  /// with many files asks from several threads at once.
  std::shared_mutex mutex_;
  Sources sources_;
  std::shared_ptr<const KeySnapshot> snapshot_;
  std::atomic<Moment> looked_ = Moment::min();  ///< when a look that found snapshot_ began
  std::atomic<std::uint64_t> reloads_ = 0;      ///< as in KeyState
  std::atomic<std::uint64_t> failed_reloads_ = 0;
};

}  // namespace acd::keys
