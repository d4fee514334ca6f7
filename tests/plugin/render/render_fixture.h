#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/keys/age_key_service.h"
#include "plugin/exec/command_runner.h"
#include "plugin/render/renderer.h"
#include "tests/support/temp_dir.h"

namespace acd::render {

/// Remembers what was started, and starts it.
class RecordingRunner : public exec::CommandRunner {
 public:
  Result<exec::Outcome> Run(const exec::Command& command, const exec::Budget& budget) override {
    commands.push_back(command);
    return real_->Run(command, budget);
  }
  std::vector<exec::Command> commands;

 private:
  std::unique_ptr<exec::CommandRunner> real_ = exec::MakeProcessRunner();
};

/// A repository in a folder of its own, the tests' key, and the real tools.
class RenderTest : public ::testing::Test {
 protected:
  RenderTest() {
    root_ = dir_.path() + "/tree";
    std::filesystem::create_directory(root_);
    request_.root = root_;
    request_.app_path = ".";
    request_.application = Application::FromEnvironment(
        {{"ARGOCD_APP_NAME", "argocd_demo"},
         {"ARGOCD_APP_NAMESPACE", "target"},
         {"ARGOCD_APP_PROJECT_NAME", "team"},
         {"ARGOCD_APP_SOURCE_REPO_URL", "https://user:token@git.example/repo"},
         {"KUBE_VERSION", "1.31.4"},
         {"KUBE_API_VERSIONS", "v1,example.com/v1,example.com/v1/Thing"}});
    settings_.tool_path = "/usr/bin:/bin";
    settings_.self = ACD_TEST_KSOPS;
    settings_.key_dir = dir_ / "keys";
    std::filesystem::create_directory(settings_.key_dir);
    keys_ = KeysFrom("render-age-key.txt");
  }

  static std::string TestData(const std::string& name) {
    return std::string(ACD_SOURCE_DIR) + "/tests/testdata/" + name;
  }
  static std::unique_ptr<keys::KeyService> KeysFrom(const std::string& name) {
    keys::KeySources sources;
    if (!name.empty()) {
      keys::KeySources::File file;
      file.variable = "SOPS_AGE_KEY_FILE";
      file.path = TestData("keys/" + name);
      sources.files.push_back(std::move(file));
    }
    return std::make_unique<keys::AgeKeyService>(std::move(sources), Limits());
  }

  /// Copies an application of tests/testdata/render to the repository's root, or below.
  void Use(const std::string& application, const std::string& below = ".") {
    std::filesystem::create_directories(root_ + "/" + below);
    std::filesystem::copy(TestData("render/" + application), root_ + "/" + below,
                          std::filesystem::copy_options::recursive);
  }
  void UseFile(const std::string& file, const std::string& as) {
    std::filesystem::create_directories(std::filesystem::path(root_ + "/" + as).parent_path());
    std::filesystem::copy_file(TestData("render/" + file), root_ + "/" + as,
                               std::filesystem::copy_options::overwrite_existing);
  }
  void Write(const std::string& name, std::string_view content) {
    dir_.Write("tree/" + name, content);
  }
  void Set(const std::string& name, const std::string& value) {
    const Status set = request_.parameters.Set(name, value);
    ASSERT_TRUE(set.has_value()) << set.error().message;
  }

  Result<Rendered> Run() {
    request_.run_dir = dir_.path() + "/run-" + std::to_string(++runs_);
    std::filesystem::create_directory(request_.run_dir);
    std::filesystem::permissions(request_.run_dir, std::filesystem::perms::owner_all);
    return Render(request_, settings_, *keys_, runner_);
  }

  /// Everything that was rendered, or the error, as one text.
  static std::string Text(const Result<Rendered>& rendered) {
    if (!rendered) return "ERROR " + rendered.error().message;
    std::string text;
    for (const std::string& manifest : rendered->manifests) text += "---\n" + manifest;
    return text;
  }
  /// What an error tells a user, hint included.
  static std::string Complaint(const Result<Rendered>& rendered) {
    if (rendered) return "rendered";
    return rendered.error().message + "\n" + rendered.error().hint;
  }

  /// Files below `folder` whose content or name has `text`.
  static std::vector<std::string> FilesWith(const std::string& folder, const std::string& text) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const bool named = entry.path().filename().native().find(text) != std::string::npos;
      const bool holds =
          entry.is_regular_file() && testing::Slurp(entry.path()).find(text) != std::string::npos;
      if (named || holds) found.push_back(entry.path().native());
    }
    return found;
  }

  testing::TempDir dir_;
  std::string root_;
  RenderRequest request_;
  RenderSettings settings_;
  std::unique_ptr<keys::KeyService> keys_;
  RecordingRunner runner_;
  int runs_ = 0;
};

}  // namespace acd::render
