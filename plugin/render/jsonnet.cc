#include "plugin/render/jsonnet.h"

#include <csignal>
#include <set>
#include <string_view>
#include <utility>

#include "plugin/jsonnet/vm.h"
#include "plugin/render/jsonnet_imports.h"
#include "plugin/render/substitute.h"
#include "plugin/render/tool.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

// Paths of the repository as programs see them: "/", "/apps/a/".
std::string FolderName(const std::string& root, const std::string& path) {
  const std::string relative = workspace::RelativeTo(root, path);
  return relative == "." ? "/" : "/" + relative + "/";
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// A program that stopped at an import says why, and not what to do about it.
Failure Explained(Error error, const std::optional<Error>& import) {
  if (import && error.message.find(import->message.substr(0, import->message.find('\n'))) !=
                    std::string::npos) {
    error.hint = import->hint;
    error.stage = import->stage;
  }
  return Fail(std::move(error));
}

// Where the JSON value at the front of `text` ends: before the comma or bracket behind it.
std::size_t EndOfElement(std::string_view text) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return i;
      --depth;
    } else if (c == ',' && depth == 0) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

Result<SecretBytes> JsonObjects(std::string_view json) {
  std::string_view rest = Trim(json);
  const bool array = rest.starts_with('[');
  if (array) rest.remove_prefix(1);
  SecretBytes objects;
  while (true) {
    const std::size_t end = array ? EndOfElement(rest) : rest.size();
    const std::string_view element = Trim(rest.substr(0, end));
    if (element.starts_with('{')) {
      objects.Append(element);
      objects.Append('\n');
    } else if (element != "null" && !(array && element.empty())) {
      return Fail(Code::kInvalidInput,
                  "its result must be an object, or an array of nothing but objects");
    }
    if (end >= rest.size() || rest[end] != ',') return objects;
    rest.remove_prefix(end + 1);
  }
}

Status Jsonnet::ReadParameters() {
  if (ready_) return {};
  const Parameters& parameters = context_.request.parameters;
  const auto values = SubstitutionVariables(context_.request.application.environment);
  std::set<std::pair<std::string, bool>> seen;
  const auto add = [&](const char* parameter, bool is_code, bool is_argument) -> Status {
    for (const auto& [name, value] : parameters.Map(parameter)) {
      if (!seen.emplace(name, is_argument).second) {
        return Fail(Code::kInvalidInput, std::string("parameter ") + parameter + ": " + name +
                                             ": is given as text and as code");
      }
      const std::string text = Substitute(value, values);
      if (name.find('\0') != std::string::npos || text.find('\0') != std::string::npos) {
        return Fail(Code::kInvalidInput,
                    std::string("parameter ") + parameter + ": has a NUL character");
      }
      variables_.push_back({name, text, is_code, is_argument});
    }
    return {};
  };
  ACD_CHECK(add("tlas", false, true));
  ACD_CHECK(add("codeTlas", true, true));
  ACD_CHECK(add("extVars", false, false));
  ACD_CHECK(add("codeExtVars", true, false));
  const std::string& root = context_.request.root;
  folders_ = {FolderName(root, context_.app_dir)};
  for (const std::string& lib : parameters.Array("libs")) {
    auto located = workspace::LocateInside(root, root, lib);
    if (!located && located.error().code == Code::kNotFound) continue;  // nothing is found there
    if (!located) return Fail(std::move(located).error().With("parameter libs"));
    if (located->is_folder) folders_.insert(folders_.begin(), FolderName(root, located->path));
  }
  ready_ = true;
  return {};
}

Result<SecretBytes> Jsonnet::Evaluate(const ManifestFile& file) {
  ACD_CHECK(ReadParameters());
  const std::string name = context_.files.Relative(file.path);
  jsonnet::Program program;
  program.max_memory_bytes = context_.settings.max_jsonnet_bytes;
  program.variables = variables_;
  // Where the folder has it, not where a symlink leads: imports start there.
  program.main = folders_.back() + file.relative;
  ACD_TRY(SecretBytes content, workspace::ReadFile(file.path, Limits().max_document_bytes));
  if (auto document = DetectSops(file.path, Content::Lasting(content))) {
    ACD_TRY(content, context_.files.Decrypt(file.path, *std::move(document), "jsonnet"));
  }
  program.files.push_back({program.main, std::move(content)});
  const auto resolved = ResolveImports(context_, folders_, program);
  if (!resolved) return Fail(Error(resolved.error()).With(name).With("jsonnet"));
  auto json = Run(name, program);
  if (!json) return Explained(std::move(json).error(), *resolved);
  auto objects = JsonObjects(json->ExposeText());
  if (!objects) return Fail(std::move(objects).error().With(name).With("jsonnet"));
  return objects;
}

Result<SecretBytes> Jsonnet::Run(const std::string& name, const jsonnet::Program& program) {
  const SecretBytes request = jsonnet::Encode(program);
  ToolRun run;
  run.label = "jsonnet: " + name;
  run.command.program = context_.settings.self;
  run.command.args = {std::string(jsonnet::kVmCommand)};
  run.command.directory = "/";
  run.command.input = request.Expose();
  ACD_TRY(exec::Outcome outcome, RunTool(context_, run));
  const std::size_t memory = program.max_memory_bytes >> 20U;
  switch (outcome.exit_code) {
    case jsonnet::kEvaluated:
      return std::move(outcome.out);
    case jsonnet::kFailed:
      break;
    case jsonnet::kNoLibrary:
      return Fail(Code::kUnsupported, run.label + ": " + outcome.err,
                  "install the Debian package libjsonnet0, which the plugin's image has, or leave "
                  "the file out with the parameter exclude");
    case jsonnet::kNoMemory:
    case 128 + SIGABRT:
      return Fail(Code::kLimitExceeded,
                  run.label + ": needs more than " + std::to_string(memory) + " MiB of memory",
                  "raise the plugin's --max-jsonnet-mb (ARGOCD_DECRYPT_MAX_JSONNET_MB), or make "
                  "the program smaller");
    case 128 + SIGXCPU:
    case 128 + SIGKILL:
      return Fail(Code::kLimitExceeded, run.label +
                                            ": was stopped: it took too long, or the "
                                            "machine had no memory left for it");
    default:
      return Fail(Code::kToolFailed, run.label + ": the virtual machine broke off (exit status " +
                                         std::to_string(outcome.exit_code) + ")");
  }
  return ToolFailure(context_, run, outcome, "");
}

}  // namespace acd::render
