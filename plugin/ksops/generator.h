#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/yaml/reader.h"
#include "plugin/ksops/file_opener.h"

namespace acd::ksops {

/// One entry of a generator's `secretFrom`: a Secret made of decrypted files.
struct SecretFrom {
  std::string name;
  std::string namespace_;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::string type;
  std::vector<std::string> files;         ///< PATH or KEY=PATH, into stringData
  std::vector<std::string> binary_files;  ///< PATH or KEY=PATH, into data
  std::vector<std::string> envs;          ///< files of variables, each into stringData
};

/// A KSOPS generator object (`viaduct.ai/v1`, kind `ksops`). Absent and empty lists differ.
struct Generator {
  std::optional<std::vector<std::string>> files;
  std::optional<std::vector<SecretFrom>> secret_from;
};

/// Reads a generator object; unknown fields are ignored, and numbers and booleans are taken where a
/// string is expected, as KSOPS does.
/// Errors: kInvalidInput naming the field; neither `files` nor `secretFrom`.
Result<Generator> ParseGenerator(const yaml::Node& object);

/// What a generator yields, in its order: each decrypted file as it is (it may hold several
/// documents), then a Secret for each `secretFrom`. All or nothing.
/// Errors: what the opener says, with the field; kInvalidInput (`envs` that godotenv cannot read).
Result<std::vector<SecretBytes>> Generate(const Generator& generator, FileOpener& opener);

/// The paths that Generate will open, in its order, for somebody who decrypts ahead of it.
std::vector<std::string> FilesOf(const Generator& generator);

/// The parts as one YAML stream, separated as KSOPS does.
SecretBytes JoinDocuments(const std::vector<SecretBytes>& parts);

}  // namespace acd::ksops
