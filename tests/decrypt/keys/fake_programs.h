#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "decrypt/keys/programs.h"

namespace acd::keys::testing {

/// Programs that exist by name only, and do what a test says.
class FakePrograms : public Programs {
 public:
  std::set<std::string> installed;
  std::function<Result<ProgramEnd>(const Program&)> run;

  Result<std::string> Find(const std::string& name, const std::string& path_list) const override {
    if (installed.contains(name)) return "/bin/" + name;
    return Fail(Code::kNotFound, name + ": program not found in " + path_list);
  }
  Result<ProgramEnd> Run(const Program& program) const override { return run(program); }
  Result<std::unique_ptr<age::PluginChannel>> Start(const Program& program) const override {
    return Fail(Code::kNotFound, program.path + ": does not start");
  }
};

}  // namespace acd::keys::testing
