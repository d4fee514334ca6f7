#include "plugin/render/renderer.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "plugin/guard/output_guard.h"
#include "plugin/guard/redact.h"
#include "plugin/render/content_renderer.h"
#include "plugin/render/context.h"
#include "plugin/render/file_decryptor.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

microseconds Since(Clock::time_point begin) {
  return std::chrono::duration_cast<microseconds>(Clock::now() - begin);
}

Result<std::string> AppFolder(const RenderRequest& request) {
  if (!request.app_path.empty() && request.app_path.front() == '/') {
    return Fail(Code::kInvalidInput, "application path: absolute");
  }
  auto dir = workspace::ResolveInside(request.root, request.root,
                                      request.app_path.empty() ? "." : request.app_path);
  if (!dir) return Fail(std::move(dir).error().With("application path"));
  struct stat info {};
  if (::stat(dir->c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return Fail(Code::kInvalidInput, "application path: " + request.app_path + ": not a folder");
  }
  return dir;
}

Result<std::string> PickRenderer(const Parameters& parameters, const std::string& dir) {
  const std::string named = parameters.String("renderer");
  if (named == "directory" || named == "helm" || named == "kustomize") return named;
  if (!named.empty()) {
    return Fail(Code::kInvalidInput, "parameter renderer: no such renderer",
                "one of directory, helm, kustomize");
  }
  return RendererByContent(dir);
}

Result<std::vector<Produced>> Produce(Context& context, const std::string& renderer) {
  if (renderer == "helm") return RenderHelm(context);
  if (renderer == "kustomize") return RenderKustomize(context);
  return RenderDirectory(context);
}

bool HasPrograms(const std::vector<Produced>& produced) {
  return std::any_of(produced.begin(), produced.end(),
                     [](const Produced& one) { return one.origin.ends_with(".jsonnet"); });
}

Result<std::vector<std::string>> Guard(const std::vector<Produced>& produced, bool allow_empty) {
  std::vector<guard::Stream> streams;
  streams.reserve(produced.size());
  for (const Produced& one : produced) streams.push_back({one.text.ExposeText(), one.origin});
  guard::GuardOptions options;
  options.allow_empty = allow_empty;
  return guard::CheckManifests(streams, options);
}

}  // namespace

Result<Rendered> Render(const RenderRequest& request, const RenderSettings& settings,
                        keys::KeyService& keys, exec::CommandRunner& runner) {
  ACD_CHECK(request.budget.Check());
  ACD_TRY(const std::string app_dir, AppFolder(request));
  Rendered rendered;
  ACD_TRY(rendered.renderer, PickRenderer(request.parameters, app_dir));
  ACD_CHECK(request.parameters.CheckFor(rendered.renderer));
  ACD_TRY(const bool allow_empty, request.parameters.Bool("allowEmpty", false));

  guard::Redactor redactor;
  FileDecryptor files(request, settings, keys, redactor);
  Context context{request, settings, runner, files, redactor, app_dir};
  const auto begin = Clock::now();
  ACD_TRY(const std::vector<Produced> produced, Produce(context, rendered.renderer));
  const microseconds total = Since(begin);
  const auto guard_begin = Clock::now();
  auto manifests = Guard(produced, allow_empty);
  if (!manifests) {
    Error error = std::move(manifests).error();
    // A template or a program may put a decrypted value where others have a kind or a name. Where
    // a manifest itself was encrypted whole, those words are no secrets, and what helps.
    const bool computed = rendered.renderer == "helm" || HasPrograms(produced);
    if (computed) error.message = redactor.Apply(error.message);
    return Fail(std::move(error).With("guard"));
  }
  rendered.manifests = *std::move(manifests);
  rendered.files_decrypted = files.files_decrypted();
  rendered.decrypted = files.decrypted();
  // KSOPS files are decrypted while kustomize runs, so the two can overlap.
  const microseconds render = total > files.spent() ? total - files.spent() : microseconds(0);
  rendered.phases = {{"decrypt", files.spent()}, {"render", render}, {"guard", Since(guard_begin)}};
  return rendered;
}

}  // namespace acd::render
