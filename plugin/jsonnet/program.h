#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::jsonnet {

/// A top-level argument, or an external variable.
struct Variable {
  std::string name;
  std::string value;
  bool is_code = false;
  bool is_argument = false;
};

/// A file as the program knows it: "/apps/a/main.jsonnet", the path from the repository's root.
struct File {
  std::string name;
  SecretBytes content;
};

/// What the import of `path` in a file of the folder `folder` gives: a file, or an error. Imports
/// of variables have an empty folder, those of files one that ends in a slash.
struct Resolved {
  std::string folder;
  std::string path;
  std::string file;      ///< its name; empty: there is none
  std::string error;     ///< why
  bool is_code = false;  ///< by `import`
};

/// All that an evaluation gets, and everything it can see.
struct Program {
  std::string main;
  std::vector<Variable> variables;
  std::vector<File> files;
  std::vector<Resolved> imports;
  std::size_t max_memory_bytes = 0;
};

/// To and from the bytes that the virtual machine's process reads: each field after its size.
/// Error: kInvalidInput, kLimitExceeded.
SecretBytes Encode(const Program& program);
Result<Program> Decode(std::span<const std::uint8_t> bytes);

}  // namespace acd::jsonnet
