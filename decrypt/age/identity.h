#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decrypt/age/file_key.h"
#include "decrypt/age/header.h"
#include "decrypt/base/check.h"
#include "decrypt/base/result.h"

namespace acd::age {

/// A private key, or something that acts for one. Threads: safe to use concurrently.
class Identity {
 public:
  virtual ~Identity() = default;

  /// Looks for a stanza that is for this identity. Three outcomes: nullopt, none is (an ordinary
  /// one: the next identity may fit); a file key; or an error, which ends the decryption of the
  /// file (kInvalidInput "header: ...": a stanza of a known type is malformed; what `check` says).
  virtual std::optional<Result<FileKey>> Unwrap(std::span<const Stanza> stanzas,
                                                const Check& check) const = 0;

  /// The public half in the form that users know, `age1...`, `ssh-ed25519 AAAA...`.
  virtual const std::string& PublicName() const = 0;

  /// What tells it from other identities, not for showing. Differs from the public name where that
  /// one is not unique.
  virtual const std::string& UniqueName() const { return PublicName(); }

  /// Whether trying it neither asks anybody nor starts anything nor fails on another's stanza.
  /// These are tried first, as in age.
  virtual bool IsNative() const { return true; }

  /// Whether it stands for a key that is elsewhere, such as on a token that wants to be touched.
  virtual bool AsksSomebody() const { return false; }

  /// The type of the stanzas that it is for; empty: any may be.
  virtual std::string_view StanzaType() const { return {}; }
};

/// The identities to try, in order. Copies share the keys, which are immutable; the last owner
/// wipes them.
class Identities {
 public:
  /// Takes one more, unless it is there already.
  void Add(std::shared_ptr<const Identity> identity);
  void AddAll(const Identities& others);

  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }
  std::span<const std::shared_ptr<const Identity>> all() const { return all_; }
  /// The one with this public name, or null.
  std::shared_ptr<const Identity> Find(std::string_view public_name) const;
  std::vector<std::string> PublicNames() const;

 private:
  std::vector<std::shared_ptr<const Identity>> all_;
  std::unordered_map<std::string_view, std::size_t> by_name_;  // their unique names
};

}  // namespace acd::age
