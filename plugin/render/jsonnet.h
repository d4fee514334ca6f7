#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "plugin/jsonnet/program.h"
#include "plugin/render/context.h"
#include "plugin/render/directory_files.h"

namespace acd::render {

/// The .jsonnet files of a plain folder, with the parameters `tlas`, `extVars`, `codeTlas`,
/// `codeExtVars` and `libs` as Argo CD's `directory.jsonnet` has them.
///
/// A program is evaluated in a process of its own (see jsonnet::RunVm) that reads no file: it gets
/// all that the program can import, known from its text, with the request. What is encrypted there
/// arrives decrypted, in memory only.
class Jsonnet {
 public:
  explicit Jsonnet(Context& context) : context_(context) {}

  /// The objects that a program gives, one JSON text after the other. Errors: kToolFailed (in the
  /// words of jsonnet, decrypted values redacted), kInvalidInput (a result of another kind, a bad
  /// parameter), kLimitExceeded, those of the runner. They name the file.
  Result<SecretBytes> Evaluate(const ManifestFile& file);

 private:
  Status ReadParameters();
  Result<SecretBytes> Run(const std::string& name, const jsonnet::Program& program);

  Context& context_;
  bool ready_ = false;
  std::vector<jsonnet::Variable> variables_;
  std::vector<std::string> folders_;  ///< where imports are looked for, first one first
};

/// The elements of a JSON array, or the one object, each on a line; null counts for nothing, as in
/// Argo CD. Error: kInvalidInput (anything else).
Result<SecretBytes> JsonObjects(std::string_view json);

}  // namespace acd::render
