#include "plugin/render/kustomize_edit.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "plugin/render/kustomization_paths.h"
#include "plugin/render/kustomize_patches.h"
#include "plugin/render/substitute.h"
#include "plugin/workspace/workspace.h"

namespace acd::render {
namespace {

using Arguments = std::vector<std::string>;

// As Go's strconv.Atoi.
std::optional<long> ReadCount(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  long count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count;
}

class Editor {
 public:
  Editor(Context& context, const exec::Command& base)
      : context_(context), parameters_(context.request.parameters), base_(base) {}

  Status Run() {
    ACD_CHECK(SetOne("namePrefix", "nameprefix"));
    ACD_CHECK(SetOne("nameSuffix", "namesuffix"));
    ACD_CHECK(SetImages());
    ACD_CHECK(SetReplicas());
    ACD_CHECK(AddLabels());
    ACD_CHECK(AddAnnotations());
    ACD_CHECK(SetOne("namespace", "namespace"));
    ACD_CHECK(AppendPatches());
    return AddComponents();
  }

 private:
  Status Edit(Arguments arguments) {
    ToolRun run;
    run.label = "kustomize edit " + arguments[0] + " " + arguments[1];
    run.command = base_;
    run.command.directory = context_.app_dir;
    run.command.args = {"edit"};
    run.command.args.insert(run.command.args.end(), arguments.begin(), arguments.end());
    ACD_TRY([[maybe_unused]] const SecretBytes out, RunToolOrFail(context_, run));
    return {};
  }

  std::string Substituted(const std::string& text) const {
    return Substitute(text, SubstitutionVariables(context_.request.application.environment));
  }

  Status SetOne(const char* parameter, const char* what) {
    const std::string value = parameters_.String(parameter);
    return value.empty() ? Status() : Edit({"set", what, "--", value});
  }

  Status SetImages() {
    Arguments arguments = {"set", "image", "--"};
    for (const std::string& image : parameters_.Array("images")) {
      arguments.push_back(Substituted(image));
    }
    return arguments.size() == 3 ? Status() : Edit(std::move(arguments));
  }

  Status SetReplicas() {
    Arguments arguments = {"set", "replicas", "--"};
    for (const auto& [name, count] : parameters_.Map("replicas")) {
      const std::optional<long> number = ReadCount(count);
      if (!number) {
        return Fail(Code::kInvalidInput, "parameter replicas: " + name + ": expected a count");
      }
      arguments.push_back(name + "=" + std::to_string(*number));
    }
    return arguments.size() == 3 ? Status() : Edit(std::move(arguments));
  }

  Status AddFlag(const char* parameter, const char* flag, Arguments& arguments) {
    ACD_TRY(const bool set, parameters_.Bool(parameter, false));
    if (set) arguments.emplace_back(flag);
    return {};
  }

  Status AddLabels() {
    const auto labels = parameters_.Map("commonLabels");
    if (labels.empty()) return {};
    Arguments arguments = {"add", "label"};
    ACD_CHECK(AddFlag("forceCommonLabels", "--force", arguments));
    ACD_CHECK(AddFlag("labelWithoutSelector", "--without-selector", arguments));
    ACD_CHECK(AddFlag("labelIncludeTemplates", "--include-templates", arguments));
    arguments.emplace_back("--");
    for (const auto& [name, value] : labels) arguments.push_back(name + ":" + Substituted(value));
    return Edit(std::move(arguments));
  }

  Status AddAnnotations() {
    const auto annotations = parameters_.Map("commonAnnotations");
    if (annotations.empty()) return {};
    ACD_TRY(const bool substitute, parameters_.Bool("commonAnnotationsEnvsubst", false));
    Arguments arguments = {"add", "annotation"};
    ACD_CHECK(AddFlag("forceCommonAnnotations", "--force", arguments));
    arguments.emplace_back("--");
    for (const auto& [name, value] : annotations) {
      arguments.push_back(name + ":" + (substitute ? Substituted(value) : value));
    }
    return Edit(std::move(arguments));
  }

  // There is no command for it: Argo CD rewrites the first kustomization that it finds.
  Status AppendPatches() {
    const std::vector<std::string> patches = parameters_.Array("patches");
    if (patches.empty()) return {};
    ACD_TRY(const auto paths, KustomizationsIn(context_.request.root, context_.app_dir));
    if (paths.empty()) {
      return Fail(Code::kInvalidInput,
                  "parameter patches: kustomization file not found in the path");
    }
    ACD_TRY(const SecretBytes text,
            workspace::ReadFile(paths.front(), Limits().max_document_bytes));
    auto patched = AddPatches(text, patches);
    if (!patched) {
      return Fail(std::move(patched).error().With(context_.files.Relative(paths.front())));
    }
    return workspace::WriteSecretFile(paths.front(), patched->Expose());
  }

  Status AddComponents() {
    ACD_TRY(const bool ignore_missing, parameters_.Bool("ignoreMissingComponents", false));
    Arguments arguments = {"add", "component", "--"};
    for (const std::string& component : parameters_.Array("components")) {
      ACD_TRY(const auto found, LocateEntry(context_.request.root, context_.app_dir, component,
                                            "parameter components"));
      // As in Argo CD, that drops remote ones, too.
      if (!found && ignore_missing) continue;
      arguments.push_back(component);
    }
    return arguments.size() == 3 ? Status() : Edit(std::move(arguments));
  }

  Context& context_;
  const Parameters& parameters_;
  const exec::Command& base_;
};

}  // namespace

Status ApplyKustomizeParameters(Context& context, const exec::Command& base) {
  return Editor(context, base).Run();
}

}  // namespace acd::render
