#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/check.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/keys/gpg_agent.h"
#include "decrypt/keys/key_tools.h"
#include "decrypt/pgp/secret_keys.h"

namespace acd::keys {

/// PGP key files, each with its label.
using PgpKeyFiles = std::vector<std::pair<std::string, std::shared_ptr<const pgp::SecretKeys>>>;

/// A private keyring with these keys and no others, in memory, for as long as it exists.
/// Threads: safe to call concurrently; a few of the calls run at once, and the others wait.
class GpgHome {
 public:
  /// Makes the folder and has gpg import the keys, file by file: one that fails is a problem and
  /// does not keep the others out. `tools` is shared with the agent.
  /// Errors: those of KeyTools::make_folder; if nothing could be imported: kNotFound (no gpg, no
  /// gpg-agent), kIo, kToolFailed.
  static Result<std::shared_ptr<GpgHome>> Create(std::shared_ptr<const KeyTools> tools,
                                                 PgpKeyFiles files);
  /// Ends the agent and removes the folder.
  ~GpgHome();
  GpgHome(const GpgHome&) = delete;
  GpgHome& operator=(const GpgHome&) = delete;

  /// What is encrypted in an OpenPGP message. `check`: as in Requester. Errors: as ReadGpgEnd; that
  /// of `check`; kToolFailed, kIo.
  Result<SecretBytes> Decrypt(std::string_view message, const Check& check = {});

  const PgpKeyFiles& files() const { return files_; }
  /// Files that gpg took no key from, with its reason.
  const std::vector<std::string>& problems() const { return problems_; }
  /// Whether gpg took a key from any.
  bool has_key() const { return has_key_; }
  /// Whether a file may be taken by now that could not be when this keyring was made.
  bool IsToBeMadeAgain() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// One of the runs that the agent can bear at once.
  class Turn {
   public:
    explicit Turn(GpgHome& home) : home_(home) {}
    /// Waits for it. Errors: that of `check`.
    Status Await(const Check& check);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    GpgHome& home_;
    bool has_come_ = false;
  };

  GpgHome(std::shared_ptr<const KeyTools> tools, std::string gpg, std::string folder,
          PgpKeyFiles files);
  Result<ProgramEnd> RunWithAgent(const char* command, std::span<const std::uint8_t> input,
                                  const Check& check = {});
  Result<ProgramEnd> Run(const char* command, std::span<const std::uint8_t> input,
                         const Check& check);
  Status Import();

  const std::shared_ptr<const KeyTools> tools_;
  const std::string gpg_;
  const std::string folder_;
  const PgpKeyFiles files_;
  std::vector<std::string> problems_;
  bool has_key_ = false;
  std::optional<Clock::time_point> made_again_;
  GpgAgent agent_;
  std::mutex mutex_;
  std::condition_variable turn_over_;
  int runs_ = 0;  ///< guarded by mutex_
};

/// The path of gpg. Error: kNotFound, with what to install.
Result<std::string> FindGpg(const KeyTools& tools);

/// Whether mounted keys can be used at all. Error: kNotFound, with what to install.
Status FindGpgAndAgent(const KeyTools& tools);

/// The data key that `gpg -d` printed. Errors, in sops's words: kNoMatchingKey (none of its keys
/// fits), kToolFailed.
Result<SecretBytes> ReadGpgEnd(ProgramEnd end);

}  // namespace acd::keys
