#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/commands/call_environment.h"
#include "plugin/commands/engine_options.h"

namespace acd::commands {

/// What `render` and `diff` can be told about the Application that they play, and about how its
/// secrets are shown.
struct PreviewFlags {
  EngineFlags engine;
  std::string folder;  ///< empty: what the Application file says, else the current one
  std::string root;
  std::string application_file;
  std::string parameters_file;
  std::optional<int> source;
  std::optional<std::string> name;
  std::optional<std::string> project;
  std::optional<std::string> namespace_;
  std::string kube_version;
  std::vector<std::string> api_versions;
  std::vector<std::string> parameters;
  std::vector<std::string> environment;
  bool reveal = false;
  std::string hash_key_file;
  std::string output;
  bool quiet = false;

  void AddTo(CLI::App& app);
};

/// Where an Application's files are on this machine.
struct PreviewPlace {
  std::string root;      ///< real path of the repository's root
  std::string app_path;  ///< of the folder to render, relative to it; `.` for itself
};

/// The folder as `--root`, or the next folder above it with a `.git`, sees it; by itself when there
/// is none. Errors name the folder: kNotFound, kInvalidInput (not below the root).
Result<PreviewPlace> FindPlace(const std::string& folder, const std::string& root);

/// The Application and its folder, as files and flags have it; flags win. Errors name the flag or
/// the file and field.
struct PreviewSubject {
  PreviewPlace place;
  CallApplication application;
};
Result<PreviewSubject> ResolveSubject(const PreviewFlags& flags);

}  // namespace acd::commands
