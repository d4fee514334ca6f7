#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "plugin/sources/session.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace acd::sources {

using acd::testing::Fails;
using acd::testing::IsOk;

/// Answers each command by a function and remembers it.
class FakeRunner : public exec::CommandRunner {
 public:
  Result<exec::Outcome> Run(const exec::Command& command, const exec::Budget& budget) override {
    commands.push_back(command);
    ACD_CHECK(budget.Check());
    return answer(command);
  }
  std::function<Result<exec::Outcome>(const exec::Command&)> answer =
      [](const exec::Command&) -> Result<exec::Outcome> { return exec::Outcome(); };
  std::vector<exec::Command> commands;
};

inline exec::Outcome Failed(const std::string& words) {
  exec::Outcome outcome;
  outcome.exit_code = 1;
  outcome.err = words;
  return outcome;
}

/// A folder with mounted Secrets and one with a request's files.
class SourcesTest : public ::testing::Test {
 protected:
  SourcesTest() {
    settings_.repository_secrets = dir_ / "secrets";
    settings_.tls_certificates = dir_ / "tls";
    for (const char* name : {"secrets", "tree", "run", "bin"}) {
      std::filesystem::create_directory(dir_ / name);
    }
  }

  /// As kubelet mounts it, `..data` and all.
  void Mount(const std::string& secret, const std::map<std::string, std::string>& data) const {
    const std::string folder = "secrets/" + secret;
    std::filesystem::remove_all(dir_ / folder);
    for (const auto& [key, value] : data) dir_.Write(folder + "/..1/" + key, value);
    std::filesystem::create_directory_symlink("..1", dir_ / (folder + "/..data"));
    for (const auto& [key, value] : data) {
      std::filesystem::create_symlink("..data/" + key, dir_ / (folder + "/" + key));
    }
  }
  Session MakeSession(const std::string& project = "alpha") {
    Session session(settings_, runner_, budget_);
    session.project = project;
    session.root = dir_ / "tree";
    session.run_dir = dir_ / "run";
    session.helm = "helm";
    session.tool_path = dir_ / "bin";
    session.environment = &environment_;
    return session;
  }
  /// A program that can be found; the runner does not start it.
  void Install(const std::string& name) const {
    const std::string path = dir_.Write("bin/" + name, "#!/bin/sh\nexit 99\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }

  acd::testing::TempDir dir_;
  Settings settings_;
  FakeRunner runner_;
  exec::Budget budget_;
  std::map<std::string, std::string> environment_;
};

}  // namespace acd::sources
