#pragma once

#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/exec/command_runner.h"
#include "plugin/guard/redact.h"
#include "plugin/render/file_decryptor.h"
#include "plugin/render/renderer.h"

namespace acd::render {

/// What the renderers share during one render. Everything is borrowed.
struct Context {
  const RenderRequest& request;
  const RenderSettings& settings;
  exec::CommandRunner& runner;
  FileDecryptor& files;
  guard::Redactor& redactor;
  std::string app_dir;  ///< absolute, real, inside request.root
};

/// A stream of manifests and where it came from ("helm template", a file's path).
struct Produced {
  SecretBytes text;
  std::string origin;
};

/// Each renders the folder `context.app_dir`, unguarded.
Result<std::vector<Produced>> RenderDirectory(Context& context);
Result<std::vector<Produced>> RenderHelm(Context& context);
Result<std::vector<Produced>> RenderKustomize(Context& context);

}  // namespace acd::render
