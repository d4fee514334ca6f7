#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/commands/engine.h"
#include "plugin/commands/preview_flags.h"
#include "plugin/commands/signal_watch.h"
#include "plugin/preview/hash_key.h"
#include "plugin/preview/object_diff.h"
#include "plugin/preview/objects.h"
#include "plugin/preview/warnings.h"
#include "plugin/server/request_record.h"

namespace acd::commands {

/// One render, and what it came to.
struct Rendering {
  std::vector<std::string> manifests;
  std::vector<preview::Object> objects;
  server::RequestRecord record;
};

/// What `render` and `diff` have in common: renders as the sidecar does, remembers what was
/// decrypted, and shows objects with hashes in the place of it. One per process.
class PreviewSession {
 public:
  /// `flags` is borrowed. Errors: those of ResolveSubject, Engine::Create and the hash key.
  static Result<std::unique_ptr<PreviewSession>> Start(PreviewFlags& flags);

  const PreviewSubject& subject() const { return subject_; }
  const std::string& workspace() const { return engine_->workspace_path(); }
  const std::string& tool_path() const { return engine_->settings().render.tool_path; }
  exec::Budget budget() const;
  /// What a request for this Application says.
  Result<server::RequestMetadata> Metadata() const;

  /// Renders the Application's folder.
  Result<Rendering> RenderFolder(const PreviewPlace& place);
  /// Renders another source of its files. Errors are masked, too.
  Result<Rendering> Render(server::RepositorySource& source);

  /// How to show the objects of all renders so far. Error: too much was decrypted to be masked.
  Result<preview::Presentation> Present(std::span<const Rendering* const> renderings);

  /// Prints warnings, each once, and the summary of a render, on standard error; not with --quiet.
  void Warn(std::vector<preview::Warning> warnings,
            const preview::Presentation& presentation) const;
  void Note(const std::string& text) const;
  preview::CheckOptions check_options() const;

 private:
  PreviewSession(PreviewFlags& flags, preview::HashKey key, PreviewSubject subject)
      : flags_(flags), key_(std::move(key)), subject_(std::move(subject)) {}
  Failure MaskedFailure(Error error, const std::string& text) const;

  PreviewFlags& flags_;
  preview::HashKey key_;
  PreviewSubject subject_;
  guard::DecryptedValues decrypted_;  ///< of the render that runs
  std::vector<SecretBytes> values_;   ///< of all before
  SignalWatch signals_;
  std::unique_ptr<Engine> engine_;
};

/// `kustomize: 5 manifests, 2 files decrypted; render 31 ms, ...`.
std::string Summary(const server::RequestRecord& record);

}  // namespace acd::commands
