#include "plugin/commands/preview_session.h"

#include <cstdio>
#include <set>
#include <utility>

#include "plugin/commands/cli.h"
#include "plugin/commands/local_repository.h"
#include "plugin/commands/process_secrets.h"
#include "plugin/preview/masker.h"
#include "plugin/preview/printable.h"
#include "plugin/render/substitute.h"

namespace acd::commands {
namespace {

std::string DefaultKeyFile() {
  const std::string config = EnvironmentOr("XDG_CONFIG_HOME", "");
  if (config.starts_with('/')) return config + "/argocd-decrypt/hash-key";
  const std::string home = EnvironmentOr("HOME", "");
  return home.starts_with('/') ? home + "/.config/argocd-decrypt/hash-key" : "";
}

// Where no key can be kept, as in many a CI job, hashes hold for this run only.
Result<preview::HashKey> FindKey(const PreviewFlags& flags) {
  if (flags.reveal) return preview::HashKey::Random();
  if (!flags.hash_key_file.empty()) {
    auto key = preview::HashKey::Read(flags.hash_key_file);
    if (!key) return Fail(std::move(key).error().With("--hash-key-file"));
    return key;
  }
  const std::string file = DefaultKeyFile();
  std::string reason = "no HOME";
  if (!file.empty()) {
    auto key = preview::HashKey::ReadOrMake(file);
    if (key || key.error().code == Code::kInvalidInput) return key;
    reason = key.error().message;
  }
  if (!flags.quiet) {
    std::fputs(("note: hashes are comparable within this run only: " + reason +
                "; --hash-key-file names a key to keep\n")
                   .c_str(),
               stderr);
  }
  return preview::HashKey::Random();
}

std::vector<SecretBytes> Cloned(const std::vector<SecretBytes>& values) {
  std::vector<SecretBytes> clones;
  clones.reserve(values.size());
  for (const SecretBytes& value : values) clones.push_back(value.Clone());
  return clones;
}

std::string Counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

Result<std::unique_ptr<PreviewSession>> PreviewSession::Start(PreviewFlags& flags) {
  ACD_CHECK(ProtectMemory());
  ACD_TRY(PreviewSubject subject, ResolveSubject(flags));
  ACD_TRY(preview::HashKey key, FindKey(flags));
  std::unique_ptr<PreviewSession> session(
      new PreviewSession(flags, std::move(key), std::move(subject)));
  ACD_TRY(EngineSettings settings, flags.engine.Take());
  settings.render.decrypted = &session->decrypted_;
  ACD_TRY(session->engine_, Engine::Create(std::move(settings), false, {}));
  ForgetKeyVariables();
  return session;
}

exec::Budget PreviewSession::budget() const {
  exec::Budget budget;
  budget.cancelled = [this] { return signals_.Signalled(); };
  return budget;
}

Result<server::RequestMetadata> PreviewSession::Metadata() const {
  ACD_TRY(auto environment, CallEnvironment(subject_.application));
  const std::map<std::string, std::string> known(environment.begin(), environment.end());
  for (auto& [name, value] : environment) {
    if (name.starts_with("ARGOCD_ENV_")) value = render::Substitute(value, known);
  }
  return server::RequestMetadata{subject_.place.app_path, "", std::move(environment)};
}

Result<Rendering> PreviewSession::RenderFolder(const PreviewPlace& place) {
  const std::jthread warming = WarmUp();
  ACD_TRY(server::RequestMetadata metadata, Metadata());
  metadata.app_rel_path = place.app_path;
  LocalRepository repository(std::move(metadata), place.root, workspace());
  return Render(repository);
}

Result<Rendering> PreviewSession::Render(server::RepositorySource& source) {
  Rendering rendering;
  auto result = engine_->service().Generate(source, budget(), rendering.record);
  for (SecretBytes& value : decrypted_.Take()) values_.push_back(std::move(value));
  if (auto* failure = std::get_if<server::CallError>(&result)) {
    return MaskedFailure(std::move(failure->error), failure->text);
  }
  rendering.manifests = std::move(std::get<0>(result));
  ACD_TRY(rendering.objects,
          preview::ReadObjects(rendering.manifests, subject_.application.namespace_));
  return rendering;
}

// The service's errors name no value, but objects, files and keys, which a value may be part of.
Failure PreviewSession::MaskedFailure(Error error, const std::string& text) const {
  if (flags_.reveal) return Fail(error.code, text);
  auto masker = preview::Masker::Make(values_, key_.Clone());
  if (!masker) return Fail(std::move(masker).error());
  return Fail(error.code, masker->Text(text));
}

Result<preview::Presentation> PreviewSession::Present(
    std::span<const Rendering* const> renderings) {
  preview::Presentation presentation;
  if (flags_.reveal) {
    presentation.value = [](const preview::Object& object) { return object.value; };
    presentation.name = [](std::string_view text) { return std::string(text); };
    return presentation;
  }
  std::vector<SecretBytes> values = Cloned(values_);
  std::vector<const preview::Object*> objects;
  for (const Rendering* rendering : renderings) {
    for (const preview::Object& object : rendering->objects) objects.push_back(&object);
  }
  preview::DropNames(objects, values);
  for (const Rendering* rendering : renderings) preview::AddSuffixes(rendering->objects, values);
  ACD_TRY(preview::Masker made, preview::Masker::Make(values, key_.Clone()));
  // Shared by the two functions, which std::function copies.
  const auto masker = std::make_shared<const preview::Masker>(std::move(made));
  presentation.value = [masker](const preview::Object& object) { return masker->Apply(object); };
  presentation.name = [masker](std::string_view text) { return masker->Text(text); };
  return presentation;
}

void PreviewSession::Warn(std::vector<preview::Warning> warnings,
                          const preview::Presentation& presentation) const {
  if (flags_.quiet) return;
  std::set<std::string> printed;
  for (const preview::Warning& warning : warnings) {
    std::string line = warning.object.empty() ? "" : presentation.name(warning.object) + ": ";
    line = "warning: " + preview::Printable(line + presentation.name(warning.text)) + "\n";
    if (printed.insert(line).second) std::fputs(line.c_str(), stderr);
  }
}

void PreviewSession::Note(const std::string& text) const {
  if (!flags_.quiet) std::fputs((text + "\n").c_str(), stderr);
}

preview::CheckOptions PreviewSession::check_options() const {
  return {subject_.application.kube_version, subject_.application.namespace_};
}

std::string Summary(const server::RequestRecord& record) {
  std::string text = record.renderer + ": " + Counted(record.manifests, "manifest") + ", " +
                     Counted(record.files_decrypted, "file") + " decrypted;";
  for (const auto& [phase, took] : record.phases) {
    if (phase == "wait") continue;
    char time[32];
    std::snprintf(time, sizeof time, " %.1f ms", static_cast<double>(took.count()) / 1000);
    text += (text.ends_with(';') ? " " : ", ") + phase + time;
  }
  return text;
}

}  // namespace acd::commands
